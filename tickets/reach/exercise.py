"""The exercise: the real switch, for chosen test contacts alone, measured. Each gets one real mail; nobody else is touched.

What is said is taken back before anybody sends it, as a closed account's is, and goes the way that the breaker takes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import channels
from tickets.actions.ask import label_of
from tickets.actions.change import NotAllowed
from tickets.actions.detour import detour, withdraw
from tickets.actions.language import language_for
from tickets.actions.reply import NoRoute, reply
from tickets.models import Account, Address, Agent, Delivery, DeliveryState, Drill, Ticket
from tickets.outbox.reachable import conversations
from tickets.outbox.route import newest_in
from tickets.reach.drill import Line, drill
from tickets.texts import own

MOST = 20  # test contacts of one exercise
REASON = "an exercise"


def tickets_of(account: Account, addresses: Sequence[str]) -> list[Ticket]:
    """Return the newest open conversation on an account of each test contact, named by any address of theirs.

    Raises NotAllowed for too many, and for those who have none.
    """
    wanted = list(dict.fromkeys(one.strip().lower() for one in addresses if one.strip()))
    if not wanted or len(wanted) > MOST:
        raise NotAllowed(_("Name between one and %(most)d test contacts by their addresses.") % {"most": MOST})
    found, unknown = {}, []
    for address in wanted:
        contacts = Address.objects.filter(address__iexact=address).values("contact")
        ticket = conversations(account).filter(contact__in=contacts).select_related("contact", "mailbox").first()
        if ticket is None:
            unknown.append(address)
        else:
            found[ticket.pk] = ticket
    if unknown:
        words = _("%(addresses)s: nobody with this address has an open conversation at %(name)s.")
        raise NotAllowed(words % {"addresses": ", ".join(unknown), "name": account.name})
    return list(found.values())


def exercise(account: Account, tickets: Sequence[Ticket], by: Agent, at: datetime | None = None) -> Drill:
    """Switch these conversations to their next way, for real, and keep what was done. Raises NotAllowed, OSError.

    Who has no other way is counted as lost, and gets nothing.
    """
    when = at or timezone.now()
    found = drill(account, Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]))
    reached = {line.ticket for line in found.rerouted}
    with transaction.atomic():
        taken = [_switch(account, ticket, by, when) for ticket in tickets if ticket.number in reached]
        return Drill.objects.create(
            account=account,
            at=when,
            by=by,
            affected=len(found.affected),
            rerouted=len(taken),
            lost=len(found.lost),
            milliseconds=found.milliseconds,
            is_live=True,
            deliveries=taken,
        )


def _switch(account: Account, ticket: Ticket, by: Agent, when: datetime) -> str:
    """Say it where they wrote, take it back, and send it another way; return the public id of what was taken back."""
    last = newest_in([ticket]).get(ticket.pk)
    language = language_for(ticket.contact, account, ticket.snippet, ticket.subject).language
    words = own.words(account, "exercise", language, {"mailbox": account.home.name, "channel": label_of(account)})
    recipient = last.from_address if last else ""
    try:
        message = reply(ticket, words, by, at=when, then_state=None, way=f"{account.public_id} {recipient}")
    except NoRoute as error:
        raise NotAllowed(_("This cannot be tried out just now: %(why)s") % {"why": error}) from error
    delivery = message.deliveries.get()
    withdraw(delivery, REASON, channels.CUT_OFF, when)
    if detour(delivery, REASON, when, by) is None:
        raise NotAllowed(_("There is no other way to %(name)s any more.") % {"name": ticket.contact.name})
    return delivery.public_id


@dataclass(frozen=True, slots=True)
class Step(Line):
    """One test contact: how long it took from the switch to the mail accepted; None while it has not arrived."""

    state: str
    milliseconds: int | None


def steps(held: Drill) -> list[Step]:
    """Return what became of each test contact of an exercise."""
    rows = Delivery.objects.filter(instead_of__public_id__in=held.deliveries).order_by("pk")
    return [_step(one) for one in rows.select_related("message__ticket__contact", "outcome", "instead_of__outcome")]


def _step(delivery: Delivery) -> Step:
    ticket = delivery.message.ticket
    before, after = delivery.instead_of and delivery.instead_of.outcome, delivery.outcome
    took = None
    if before and after and delivery.state == DeliveryState.SENT:
        took = round((after.at - before.at).total_seconds() * 1000)
    route = f"{delivery.channel} {delivery.recipient}"
    return Step(ticket.number, ticket.contact.name, route, delivery.reason, str(delivery.state), took)


def is_over(held: Drill) -> bool:
    """Whether nothing of an exercise is under way any more."""
    under_way = (DeliveryState.QUEUED, DeliveryState.SENDING)
    return not Delivery.objects.filter(instead_of__public_id__in=held.deliveries, state__in=under_way).exists()


def slowest(held: Drill) -> int | None:
    """Return the milliseconds of the slowest one; None while none has arrived."""
    return max((step.milliseconds for step in steps(held) if step.milliseconds is not None), default=None)


def as_objects(held: Drill) -> list[dict[str, object]]:
    """Return the steps as JSON has them."""
    return [asdict(step) for step in steps(held)]
