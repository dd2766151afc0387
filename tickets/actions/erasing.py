"""Erase a person, or tickets whose time is over: what goes, what stays of it, and one entry that says so."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.delivered import Outcome, settle
from tickets.actions.drafts import erase_drafts
from tickets.actions.erase import apply_erasure
from tickets.actions.erase_plan import CUT, WHOLE, Order, Plan, earlier, plan_for, scope
from tickets.actions.hold import check_holds
from tickets.actions.person import Person, normal, person_of
from tickets.mime.build import File
from tickets.mime.parse import parse
from tickets.models import (
    Account,
    Agent,
    Contact,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    Entry,
    Message,
    Participant,
    Ticket,
)
from tickets.models.text import storable
from tickets.record import erase, read, spool
from tickets.record.append import append_all
from tickets.record.write import entry_of
from tickets.wake import wake

TICKETS_AT_ONCE = 5
TRIES = 5


def erase_contact(
    contact: Contact, by: Agent | None, reason: str, *, quotes: str = CUT, at: datetime | None = None
) -> str:
    """Erase a person: messages from and to them become tombstones, replies that quote them too or with the quote cut.

    Returns the erasure's name, under which its report is found. Raises Held, NotAllowed, OSError.
    """
    contact.refresh_from_db()
    if contact.joined_into:
        raise NotAllowed(_("This contact is joined into another one. Erase that one, or undo the join first."))
    order = Order(by, _reason(reason), person_of(contact), quotes, at or timezone.now())
    check_holds(tickets_of(contact), contact)
    own = Ticket.objects.filter(contact=contact)
    _withdraw(Delivery.objects.filter(_to(order.person) | Q(message__ticket__in=own)), order)
    _learn(contact, order)
    for numbers in _portions(tickets_of(contact)):
        _erase(order, numbers)
    _erase(order, [], contact)
    wake("append")
    return order.name


def erase_tickets(tickets: Iterable[Ticket], by: Agent | None, reason: str, at: datetime | None = None) -> str:
    """Erase whole tickets, whoever wrote in them; the tickets themselves stay as empty shells. Raises Held, OSError."""
    order = Order(by, _reason(reason), None, WHOLE, at or timezone.now())
    wanted = list(tickets)
    check_holds([ticket.number for ticket in wanted])
    _withdraw(Delivery.objects.filter(message__ticket__in=wanted), order)
    for numbers in _portions([ticket.number for ticket in wanted]):
        _erase(order, numbers)
    _erase(order, [])
    wake("append")
    return order.name


def _reason(reason: str) -> str:
    if not reason.strip():
        raise NotAllowed(_("Say why this is to be erased: the reason stays in the record."))
    return storable(reason.strip(), 2000)


def _to(person: Person | None, field: str = "recipient") -> Q:
    found = Q(pk__in=[])
    for address in sorted(person.addresses) if person else []:
        found |= Q(**{f"{field}__iexact": address})
    return found


def _withdraw(deliveries: Any, order: Order) -> None:
    """What still waits to be sent to the person is not sent any more. Raises NotAllowed while something is being sent."""
    if deliveries.filter(state=DeliveryState.SENDING).exists():
        raise NotAllowed(_("A message is being sent there just now. Try again in a minute."))
    waiting = deliveries.filter(state=DeliveryState.QUEUED).select_related(
        "message__ticket__mailbox", "account__mailbox"
    )
    for delivery in waiting.order_by("pk"):
        settle([Outcome(delivery, DeliveryState.FAILED, _("Withdrawn: this is being erased."))], order.at)


def tickets_of(contact: Contact) -> list[int]:
    """Return the numbers of the tickets in which this person is the customer, wrote, was written to, or takes part."""
    person = person_of(contact)
    selves = contact.selves
    own = Q(contact__in=selves) | Q(messages__contact__in=selves, messages__direction=Direction.IN)
    numbers = set(Ticket.objects.filter(own, merged_into=None).values_list("number", flat=True))
    numbers.update(Delivery.objects.filter(_to(person)).values_list("message__ticket__number", flat=True))
    takes_part = Participant.objects.filter(address__in=person.addresses)
    return sorted(numbers | set(takes_part.values_list("ticket__number", flat=True)))


def _portions(numbers: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), TICKETS_AT_ONCE):
        yield list(numbers[start : start + TICKETS_AT_ONCE])


def _learn(contact: Contact, order: Order) -> None:
    """Read what the person wrote and was told, so that it is found again where others quote it."""
    person = order.person
    if person is None:
        return
    person.subjects.update(
        normal(subject) for subject in Ticket.objects.filter(contact=contact).values_list("subject", flat=True)
    )
    theirs = (
        Message.objects.filter(contact__in=contact.selves, direction=Direction.IN)
        .select_related("entry")
        .order_by("pk")
    )
    for message in theirs.iterator(chunk_size=100):
        person.learn(parse(read.original(message.entry)))
    to_them = Message.objects.filter(_to(person, "deliveries__recipient")).distinct().values_list("text", flat=True)
    for text in to_them.iterator(chunk_size=100):
        person.learn_lines(text)


def _erase(order: Order, numbers: list[int], contact: Contact | None = None) -> None:
    """One entry: plan from what is there, then write it, unless something came in between. Without `numbers`: the rest."""
    for _attempt in range(TRIES):
        _write_out(numbers)
        plan = plan_for(order, numbers)
        before = earlier(plan)
        if not plan.erased and not plan.tickets and contact is None:
            return
        if _record(order, plan, numbers, contact):
            order.erased.update(plan.erased)
            order.changed |= plan.changed
            order.earlier |= before
            return
    raise NotAllowed(_("Something new keeps coming in there. Pause the account, then try again."))


def _write_out(numbers: list[int]) -> None:
    """An entry is erased in the record: until it has its number and file, there is nothing to put a tombstone on."""
    append_all()
    erase.carry_out()
    if spool.is_held():
        raise NotAllowed(_("A backup is being made, and its record must not change. Try again when it has ended."))


def _record(order: Order, plan: Plan, numbers: list[int], contact: Contact | None) -> bool:
    """Write the entry and its rows in one transaction; False when the tickets have changed since they were looked at.

    Raises Held when a hold was laid on them since the beginning.
    """
    original = _mail(order, plan)
    entry = entry_of("erasure", at=order.at, fields=_fields(order, plan, contact), original=original)
    with transaction.atomic():
        drafts = _drafts(order, plan, contact)
        if contact is not None:
            _lock(contact, order)
        list(Ticket.objects.select_for_update().filter(number__in=numbers).order_by("pk").values_list("pk"))
        check_holds(numbers, contact)
        came_since = Q(marked_at=None) | Q(number__gt=plan.seen)
        if Entry.objects.filter(scope(numbers)).filter(came_since).exists():
            return False
        entry.save()
        apply_erasure(entry, original)
        erase_drafts(drafts)
        wake("append")
    return True


def _lock(contact: Contact, order: Order) -> None:
    """Lock a contact and those joined into it. Raises NotAllowed when there are others now than were looked at."""
    selves = Contact.objects.select_for_update().filter(pk__in=contact.selves.values("pk")).order_by("pk")
    if order.person and {one.public_id for one in selves} != order.person.contacts:
        raise NotAllowed(_("This contact was joined with another one just now. Try again."))


def _drafts(order: Order, plan: Plan, contact: Contact | None) -> set[int]:
    """Lock the drafts that go, before any other row, as sending one does: of these tickets and messages, or to the person."""
    which = Q(ticket__number__in=plan.tickets) | Q(message__entry__number__in=plan.erased)
    if contact is not None and order.person:
        unsent = Draft.objects.filter(message=None).only("to", "cc", "bcc")
        which |= Q(pk__in=[draft.pk for draft in unsent if _is_addressed(draft, order.person)])
    return {draft.pk for draft in Draft.objects.select_for_update(of=("self",)).filter(which).order_by("pk")}


def _is_addressed(draft: Draft, person: Person) -> bool:
    return any(box["address"].lower() in person.addresses for box in [*draft.to, *draft.cc, *draft.bcc])


def _fields(order: Order, plan: Plan, contact: Contact | None) -> dict[str, Any]:
    return {
        "erasure": order.name,
        "by": order.by.public_id if order.by else None,
        "reason": order.reason,
        "quotes": order.quotes,
        "erased": plan.erased,
        "kept": plan.kept,
        "fields": plan.fields,
        "cut": sorted(plan.cut),
        "tickets": plan.tickets,
        "contact": contact.public_id if contact else None,
        "joined": sorted(order.person.contacts - {contact.public_id}) if contact and order.person else [],
    }


def _mail(order: Order, plan: Plan) -> bytes:
    """The erasure as a mail: who, why, what; the messages without the person's words as files."""
    mailbox = Account.objects.filter(mailbox=None).order_by("pk").first()
    who = order.by.name if order.by else _("The retention period")
    named = ", ".join(str(number) for number in plan.erased)
    counted = ngettext("%(who)s erased %(count)d entry", "%(who)s erased %(count)d entries", len(plan.erased))
    words = counted % {"who": who, "count": len(plan.erased)} if named else _("%(who)s erased a person") % {"who": who}
    files = [File(f"{number}.eml", "application/octet-stream", body) for number, body in sorted(plan.cut.items())]
    return compose.done_here(mailbox, who, order.at, words, f"{words}: {named or '–'}\n\n{order.reason}\n", files)
