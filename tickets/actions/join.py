"""Join: two contacts turn out to be one person; and the undoing, by which each gets back what is theirs.

Joined, the addresses and tickets belong to who is left, and remember whose they were (`origin`). Messages and notes stay with
the contact as whom they were kept: a reader asks for a contact's `selves`. ADR 11 says what belongs to whom afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.contact import Decided, check_is_there, enter, lock_accounts, reason_of
from tickets.models import Address, Agent, Contact, ContactEvent, Delivery, Direction, Entry, Message, Ticket
from tickets.models.text import storable

JOINED, UNJOINED = "joined", "unjoined"
LONGEST_PROOF = 2000
Where = tuple[str, str]  # channel, address


@dataclass(frozen=True, slots=True)
class Share:
    """What goes to a contact who is parted, beside what they brought: who came with them, and what was begun or written since."""

    came_with: list[str]  # public ids of contacts
    tickets: list[int]
    messages: list[str]  # public ids


def join(
    contact: Contact, into: Contact, by: Agent | None, reason: str, proof: str = "", at: datetime | None = None
) -> Contact:
    """Make one person of two contacts; return who is left. `by` decides it, or nobody: then `proof` says how it was shown.

    Raises NotAllowed for contacts that are the same, erased or joined already, and without a reason or a proof.
    """
    why = storable(reason.strip()) if proof else reason_of(reason, _("Say why both are the same person."))
    if by is None and not proof:
        raise NotAllowed(_("Contacts are joined by an agent, or by a proof."))
    names = {"name": contact.name or "–", "into": into.name or "–"}
    words = _("joined %(name)s into %(into)s: they are one person") % names
    with transaction.atomic():
        _lock(contact, into)
        came_with = sorted(contact.joined.values_list("public_id", flat=True))
        shown = storable(proof, LONGEST_PROOF)
        more = {"into": into.public_id, "proof": shown, "with": came_with}
        enter(contact, Decided(JOINED, by, at or timezone.now(), words, why, more), apply_joined)
    into.refresh_from_db()
    return into


def _lock(*contacts: Contact) -> None:
    """Lock what a join changes, in the order of the house. Raises NotAllowed when they cannot be joined."""
    lock_accounts()
    keys = {contact.pk for contact in contacts}
    if len(keys) < len(contacts):
        raise NotAllowed(_("A contact cannot be joined with itself."))
    for one in Contact.objects.select_for_update().filter(Q(pk__in=keys) | Q(joined_into__in=keys)).order_by("pk"):
        if one.pk in keys:
            check_is_there(one)
    _lock_tickets(keys)


def _lock_tickets(contacts: Iterable[int]) -> None:
    """What is said in a ticket of theirs meanwhile waits: its entry comes after ours."""
    list(Ticket.objects.select_for_update().filter(contact__in=list(contacts)).order_by("pk").values_list("pk"))


def apply_joined(entry: Entry) -> None:
    """Make what an entry says of two contacts who are one person."""
    contact = Contact.objects.get(public_id=entry.fields["contact"])
    into = Contact.objects.get(public_id=entry.fields["into"])
    for model in (Address, Ticket):
        rows = model._default_manager.filter(contact=contact)
        rows.filter(origin=None).update(origin=contact)
        rows.update(contact=into)
    contact.joined.update(joined_into=into)
    contact.joined_into, contact.removed_at = into, entry.at
    contact.save(update_fields=["joined_into", "removed_at"])


def unjoin(contact: Contact, by: Agent | None, reason: str, at: datetime | None = None) -> Contact:
    """Undo the join of `contact`: they are somebody of their own again. Returns them. Raises NotAllowed."""
    why = reason_of(reason, _("Say why they are two people after all."))
    with transaction.atomic():
        lock_accounts()
        into = _lock_joined(contact)
        share = _share(contact, into)
        words = _("took %(name)s and %(into)s apart again: they are two people")
        said = words % {"name": contact.name or "–", "into": into.name or "–"}
        more = {"out_of": into.public_id, "with": share.came_with, "tickets": share.tickets, "messages": share.messages}
        enter(contact, Decided(UNJOINED, by, at or timezone.now(), said, why, more), apply_unjoined)
    contact.refresh_from_db()
    return contact


def _lock_joined(contact: Contact) -> Contact:
    """Lock a joined contact and who is left of both, with their tickets; return the latter. Raises NotAllowed."""
    contact.refresh_from_db()
    keys = {contact.pk, contact.joined_into_id}
    one = Q(pk__in=keys) | Q(joined_into=contact.joined_into_id)
    locked = {row.pk: row for row in Contact.objects.select_for_update().filter(one).order_by("pk")}
    into = locked.get(locked[contact.pk].joined_into_id or 0)
    if into is None:
        raise NotAllowed(_("This contact is not joined with another one (any more)."))
    check_is_there(into)
    _lock_tickets([into.pk])
    return into


def _share(contact: Contact, into: Contact) -> Share:
    """What goes to `contact` again. Whoever's address was used, theirs is what was written since."""
    since = _joined_at(contact)
    came_with = [one for one in _came_with(since) if one.joined_into_id == into.pk]
    origins = [contact, *came_with]
    places = set(Address.objects.filter(contact=into, origin__in=origins).values_list("channel", "address"))
    later = Message.objects.filter(entry__gt=since.entry_id)
    written = later.filter(_used(places, "from_address"), contact=into, direction=Direction.IN)
    return Share(
        sorted(one.public_id for one in came_with),
        sorted(_begun(places, later, into)),
        sorted(written.values_list("public_id", flat=True)),
    )


def _joined_at(contact: Contact) -> ContactEvent:
    return ContactEvent.objects.filter(contact=contact, kind=JOINED).select_related("entry").order_by("entry").last()  # type: ignore[return-value]


def _came_with(event: ContactEvent) -> list[Contact]:
    """Those who had been joined into the contact before, and have not gone another way since."""
    moved = ContactEvent.objects.filter(contact=OuterRef("pk"), kind__in=(JOINED, UNJOINED), entry__gt=event.entry_id)
    named = Contact.objects.filter(public_id__in=event.entry.fields["with"])
    return list(named.exclude(Exists(moved)).order_by("pk"))


def _used(places: set[Where], field: str) -> Q:
    """The rows whose address is one of these."""
    found = Q(pk__in=[])
    for channel in sorted({channel for channel, _address in places}):
        found |= Q(channel=channel, **{f"{field}__in": sorted(a for c, a in places if c == channel)})
    return found


def _begun(places: set[Where], later: QuerySet[Message], into: Contact) -> set[int]:
    """The numbers of the tickets that were begun from, or with, one of these addresses since the join."""
    theirs = later.filter(ticket__contact=into, ticket__origin=None)
    wrote = theirs.filter(_used(places, "from_address"), direction=Direction.IN).values("ticket")
    sent_to = Delivery.objects.filter(_used(places, "recipient"), message__in=theirs).values("message__ticket")
    tickets = Ticket.objects.filter(Q(pk__in=wrote) | Q(pk__in=sent_to), contact=into, origin=None)
    return {ticket.number for ticket, first in _with_first(tickets) if first and _is_from_or_to(first, places)}


def _with_first(tickets: QuerySet[Ticket]) -> Iterable[tuple[Ticket, Message | None]]:
    public = Message.objects.exclude(direction=Direction.NOTE).filter(ticket=OuterRef("pk")).order_by("at", "pk")
    rows = list(tickets.annotate(first=public.values("pk")[:1]))
    firsts = Message.objects.defer("html", "text", "reply").prefetch_related("deliveries")
    found = firsts.in_bulk([row.first for row in rows if row.first])
    return [(row, found.get(row.first)) for row in rows]


def _is_from_or_to(message: Message, places: set[Where]) -> bool:
    if message.direction == Direction.IN:
        return (message.channel, message.from_address) in places
    return any((one.channel, one.recipient) in places for one in message.deliveries.all())


def apply_unjoined(entry: Entry) -> None:
    """Make what an entry says of a contact who is somebody of their own again."""
    fields = entry.fields
    contact = Contact.objects.get(public_id=fields["contact"])
    into = Contact.objects.get(public_id=fields["out_of"])
    came_with = Contact.objects.filter(public_id__in=fields["with"])
    family = [contact, *came_with]
    Message.objects.filter(public_id__in=fields["messages"], contact=into).update(contact=contact)
    going = Ticket.objects.filter(Q(origin__in=family) | Q(number__in=fields["tickets"]), contact=into)
    Message.objects.filter(ticket__in=going, contact=into).exclude(direction=Direction.IN).update(contact=contact)
    going.update(contact=contact)
    Address.objects.filter(contact=into, origin__in=family).update(contact=contact)
    for model in (Address, Ticket):
        model._default_manager.filter(contact=contact, origin=contact).update(origin=None)
    came_with.update(joined_into=contact)
    contact.joined_into, contact.removed_at = None, None
    contact.save(update_fields=["joined_into", "removed_at"])
