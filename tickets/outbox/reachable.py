"""Who depends on one account alone: open conversations and their second ways, in bulk. `route.ways` says the same of one ticket."""

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tickets.models import Account, Address, Against, Direction, Health, Message, Objection, State, Ticket
from tickets.models.conversations import BY_MAIL

OPEN = (State.NEW, State.OPEN, State.WAITING)


def conversations(account: Account) -> QuerySet[Ticket]:
    """Return the open tickets whose customers write by `account`."""
    rows = Ticket.objects.filter(state__in=OPEN, merged_into=None, spam_at=None, channel=account.channel)
    return rows.filter(written_by(account)).order_by("-last_message_at", "-pk")


def written_by(account: Account) -> Exists:
    """Return the condition of tickets in which somebody wrote by `account`."""
    return Exists(Message.objects.filter(ticket=OuterRef("pk"), account=account, direction=Direction.IN))


def lost_with(account: Account, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Return those of `tickets` whose contact cannot be reached otherwise than by `account`."""
    return tickets.filter(~Exists(second_ways(account).filter(contact=OuterRef("contact"))))


def second_ways(account: Account) -> QuerySet[Address]:
    """Return the proven addresses that can be used when `account` cannot."""
    objecting = Objection.objects.filter(
        channel=OuterRef("channel"), address=OuterRef("address"), against=Against.DETOURS
    )
    usable = Account.objects.filter(removed_at=None, stopped_at=None).exclude(health=Health.CUT_OFF)
    only_receives = Account.objects.filter(config__answers=BY_MAIL)  # an account without the key is none of these
    sending = usable.exclude(pk=account.pk).exclude(pk__in=only_receives.values("pk"))
    written = Message.objects.filter(
        Q(contact=OuterRef("contact")) | Q(contact__joined_into=OuterRef("contact")),
        channel=OuterRef("channel"),
        from_address=OuterRef("address"),
        direction=Direction.IN,
        account__in=sending,
    )
    rows = Address.objects.filter(Q(channel=settings.LAST_RESORT) | Exists(written), proven=True, reachable=True)
    return rows.filter(~Exists(objecting))


def best_second(ticket_contact: int, account: Account) -> Address | None:
    """Return the address that an answer to a contact would take if `account` were closed: the last resort last."""
    rows = second_ways(account).filter(contact=ticket_contact)
    is_last = Q(channel=settings.LAST_RESORT)
    ordered = rows.order_by(F("last_used_at").desc(nulls_last=True), "pk")
    return ordered.exclude(is_last).first() or ordered.filter(is_last).first()
