"""Route: by which account, to which address a message leaves, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least, Left
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.channels import NotConnected, channel_classes, open_channel
from tickets.models import Account, Address, Against, Direction, Health, Message, Objection, Ticket
from tickets.models.conversations import BY_MAIL, rules_of

TEMPLATES = "templates"  # of a channel's capabilities
BEGINNING = 300  # letters
MOST_ADDRESSES = 20  # of one contact
REPORTS = ("bounce", "delivery-status", "feedback")  # kinds of what a machine says of our mail
LOOKED_AT = 2000  # messages of one contact among which the account of an address is looked for


@dataclass(frozen=True, slots=True)
class Route:
    """One way to one recipient."""

    account: Account
    channel: str
    recipient: str
    reason: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a contact, and what stands in it."""

    account: Account
    channel: str
    recipient: str
    hindrance: str = ""  # why it cannot be used; "" when it can
    is_last: bool = False  # where they wrote last

    def route(self, reason: str = "") -> Route:
        """Return it as the way of one message."""
        return Route(self.account, self.channel, self.recipient, reason)


class NoRoute(Exception):
    """A message can reach nobody; the text says why and what to do."""


def newest_in(tickets: Iterable[Ticket]) -> dict[int, Message]:
    """Return the newest message that came in for each of `tickets` that has one, by the ticket's primary key.

    What a machine says of our mail is no word of the customer: it counts only where nobody else has written. Of the words only
    the first ones are there, as `beginning`: they tell the language.
    """
    # What a stranger wrote to a conversation on a messenger changes nothing about where its customer is answered.
    strange = Q(via=True) & ~Q(channel=OuterRef("channel"))
    said = Message.objects.filter(~strange, ticket=OuterRef("pk"), direction=Direction.IN)
    said = said.annotate(is_report=Q(kind__in=REPORTS)).order_by("is_report", "-at", "-pk")
    rows = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets])
    newest = dict(rows.values_list("pk", Subquery(said.values("pk")[:1])))
    names = (
        "ticket_id",
        "account_id",
        "channel",
        "from_address",
        "kind",
        "message_id",
        "references",
        "subject",
        "at",
        "date",
    )
    messages = Message.objects.only(*names).annotate(beginning=Left("reply", BEGINNING))
    found = messages.in_bulk([pk for pk in newest.values() if pk])
    accounts = Account.objects.in_bulk({message.account_id for message in found.values()})
    for message in found.values():
        message.account = accounts[message.account_id]
    return {message.ticket_id: message for message in found.values()}


def said_at(last: Message) -> datetime:
    """When they wrote, as the vendor says it: it may have told us of it days later, and counts its time to answer from then."""
    return min(last.at, last.date) if last.date else last.at


def routes(ticket: Ticket, recipients: list[str], last: Message | None = None) -> list[Route]:
    """Return a route for each of `recipients` (email addresses), or the best one to the contact when there are none.

    `last`: the newest message that came in, where it is known already. Raises NoRoute.
    """
    if recipients:
        return [Route(ticket.mailbox, ticket.mailbox.channel, address, "") for address in dict.fromkeys(recipients)]
    return [best(ticket, last or newest_in([ticket]).get(ticket.pk))]


def best(ticket: Ticket, last: Message | None) -> Route:
    """Return the way to the address the contact last used; when it cannot be used, another proven one; the last resort last.

    Raises NoRoute.
    """
    if last is not None:
        first = Way(last.account, last.channel, last.from_address, _hindrance_at(last), is_last=True)
        if not first.hindrance:
            return first.route()
    found = ways(ticket, last)
    usable = next((way for way in found if not way.hindrance), None)
    # What stood in the way of the first choice; of the others it is of interest only when nothing is left.
    hindrances = [way.hindrance for way in found if way.hindrance and (way.is_last or usable is None)]
    if usable is None:
        none = _("No other proven address of %(name)s is known.") % {"name": ticket.contact.name or "-"}
        raise NoRoute(" ".join([*hindrances, none]))
    return usable.route(" ".join(hindrances))


def ways(ticket: Ticket, last: Message | None = None) -> list[Way]:
    """Return all ways to a ticket's contact, the best first, usable or not: where they wrote last, then their other addresses.

    `last`: the newest message that came in, where it is known already. The number of queries is fixed.
    """
    last = last or newest_in([ticket]).get(ticket.pk)
    found = (
        [] if last is None else [Way(last.account, last.channel, last.from_address, _hindrance_at(last), is_last=True)]
    )
    used = {(way.channel, way.recipient) for way in found}
    known = ticket.contact.addresses.order_by(F("last_used_at").desc(nulls_last=True), "pk")[:MOST_ADDRESSES]
    others = [one for one in known if (one.channel, one.address) not in used]
    accounts = _accounts_of(ticket, [one for one in others if one.channel != settings.LAST_RESORT])
    objecting = _objecting(others)
    for one in sorted(others, key=lambda one: one.channel == settings.LAST_RESORT):  # the last resort last
        account, at = accounts.get((one.channel, one.address), (ticket.mailbox, None))
        if one.channel != settings.LAST_RESORT and at is None:
            continue  # nobody knows by which account they can be reached there
        hindrance = _hindrance(account, one, at) or (one.proven and objecting.get((one.channel, one.address))) or ""
        found.append(Way(account, one.channel, one.address, hindrance or _unproven(one)))
    return found


def way_to(ticket: Ticket, account: str, recipient: str, last: Message | None = None) -> Way:
    """Return the way that somebody chose: `account` by its public id. Raises NoRoute when it cannot be used (any more)."""
    for way in ways(ticket, last):
        if (way.account.public_id, way.recipient) == (account, recipient):
            if way.hindrance:
                raise NoRoute(way.hindrance)
            return way
    raise NoRoute(_("The way that was chosen is not there any more. Choose another one."))


def by_template(ticket: Ticket, last: Message | None = None) -> Way | None:
    """Return the way to where they wrote last, if a template goes there, also when the time to answer is over."""
    last = last or newest_in([ticket]).get(ticket.pk)
    if last is None or last.account is None or last.channel == settings.LAST_RESORT:
        return None
    known = channel_classes().get(last.channel)
    if known is None or TEMPLATES not in known.capabilities:
        return None
    address = Address.objects.filter(channel=last.channel, address=last.from_address).first()
    if _hindrance(last.account, address, None):
        return None
    return Way(last.account, last.channel, last.from_address, _closed(last.account, said_at(last)), is_last=True)


def _accounts_of(
    ticket: Ticket, addresses: Sequence[Address]
) -> dict[tuple[str, str], tuple[Account, datetime | None]]:
    """By which account somebody wrote last from each address, and when."""
    if not addresses:
        return {}
    theirs = Message.objects.filter(contact__in=ticket.contact.selves, direction=Direction.IN)
    written = theirs.filter(from_address__in=[one.address for one in addresses]).order_by("at", "pk")
    said = Coalesce(Least("at", "date"), "at")
    rows = written.values_list("channel", "from_address", "account", said)
    found = {(channel, address): (account, at) for channel, address, account, at in rows[:LOOKED_AT]}
    accounts = Account.objects.in_bulk({account for account, _at in found.values()})
    return {where: (accounts[account], at) for where, (account, at) in found.items()}


def _objecting(addresses: Iterable[Address]) -> dict[tuple[str, str], str]:
    """Those who do not want answers there, and the words for it."""
    there = {one.address for one in addresses}
    rows = Objection.objects.filter(address__in=there, against=Against.DETOURS) if there else ()
    words = _("%(address)s: whoever reads it does not want to be answered there.")
    return {(one.channel, one.address): words % {"address": one.address} for one in rows}


def _unproven(address: Address) -> str:
    return "" if address.proven else _("%s is not proven to be theirs.") % address.address


def _hindrance_at(last: Message) -> str:
    """Why nothing can be sent to where somebody wrote last; "" when it can."""
    address = Address.objects.filter(channel=last.channel, address=last.from_address).first()
    return _hindrance(last.account, address, said_at(last))


def _hindrance(account: Account, address: Address | None, last_in: datetime | None) -> str:
    """Why nothing can be sent there; "" when it can. `last_in`: when they wrote there last."""
    if account.removed_at:
        return _("The account %(name)s was removed.") % {"name": account.name}
    if account.health == Health.CUT_OFF:
        return _("%(name)s is cut off: %(reason)s") % {"name": account.name, "reason": account.health_reason}
    if account.stopped_at:
        return _("Nothing is sent by %(name)s just now.") % {"name": account.name}
    if rules_of(account).answers == BY_MAIL:
        return _("%(name)s only receives.") % {"name": account.name}
    if address is not None and not address.reachable:
        return _("%(address)s cannot be reached: %(reason)s") % {
            "address": address.address,
            "reason": address.unreachable_reason,
        }
    return _closed(account, last_in) if last_in and account.channel != settings.LAST_RESORT else ""


def _closed(account: Account, last_in: datetime) -> str:
    """Why the vendor lets nobody write to them just now; "" when it does."""
    try:
        until = open_channel(account).closes(last_in)
    except NotConnected as error:
        return str(error)
    if until is None or until > timezone.now():
        return ""
    words = _("%(name)s lets us answer only until %(until)s; they have to write there first.")
    return words % {"name": account.name, "until": date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")}
