"""Route: by which account, to which address a message leaves, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from tickets.models import Account, Address, Direction, Health, Message, Ticket

BEGINNING = 300  # letters


@dataclass(frozen=True, slots=True)
class Route:
    """One way to one recipient."""

    account: Account
    channel: str
    recipient: str
    reason: str


class NoRoute(Exception):
    """A message can reach nobody; the text says why and what to do."""


def newest_in(tickets: Iterable[Ticket]) -> dict[int, Message]:
    """Return the newest message that came in for each of `tickets` that has one, by the ticket's primary key.

    Of its words only the first ones are there, as `beginning`: they tell the language.
    """
    said = Message.objects.filter(ticket=OuterRef("pk"), direction=Direction.IN).order_by("-at", "-pk")
    rows = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets])
    newest = dict(rows.values_list("pk", Subquery(said.values("pk")[:1])))
    names = ("ticket_id", "account_id", "channel", "from_address", "kind", "message_id", "references", "subject")
    messages = Message.objects.only(*names).annotate(beginning=Left("reply", BEGINNING))
    found = messages.in_bulk([pk for pk in newest.values() if pk])
    accounts = Account.objects.in_bulk({message.account_id for message in found.values()})
    for message in found.values():
        message.account = accounts[message.account_id]
    return {message.ticket_id: message for message in found.values()}


def routes(ticket: Ticket, recipients: list[str], last: Message | None = None) -> list[Route]:
    """Return a route for each of `recipients` (email addresses), or the best one to the contact when there are none.

    `last`: the newest message that came in, where it is known already. Raises NoRoute.
    """
    if recipients:
        return [Route(ticket.mailbox, ticket.mailbox.channel, address, "") for address in dict.fromkeys(recipients)]
    return [best(ticket, last or newest_in([ticket]).get(ticket.pk))]


def best(ticket: Ticket, last: Message | None) -> Route:
    """Return the address the contact last used; when it cannot be used, another proven one; the last resort last."""
    reasons = []
    if last is not None:
        address = Address.objects.filter(channel=last.channel, address=last.from_address).first()
        if hindrance := _hindrance(last.account, address):
            reasons.append(hindrance)
        else:
            return Route(last.account, last.channel, last.from_address, "")
    others = ticket.contact.addresses.filter(proven=True, reachable=True, channel=settings.LAST_RESORT)
    for address in others.order_by("-last_used_at", "pk")[:10]:
        return Route(ticket.mailbox, address.channel, address.address, " ".join(reasons))
    raise NoRoute(
        " ".join([*reasons, _("No other proven address of %(name)s is known.") % {"name": ticket.contact.name or "-"}])
    )


def _hindrance(account: Account, address: Address | None) -> str:
    """Why nothing can be sent there; "" when it can."""
    if account.removed_at:
        return _("The account %(name)s was removed.") % {"name": account.name}
    if account.health == Health.CUT_OFF:
        return _("%(name)s is cut off: %(reason)s") % {"name": account.name, "reason": account.health_reason}
    if account.config.get("receive_only"):
        return _("%(name)s only receives.") % {"name": account.name}
    if address is not None and not address.reachable:
        return _("%(address)s cannot be reached: %(reason)s") % {
            "address": address.address,
            "reason": address.unreachable_reason,
        }
    return ""
