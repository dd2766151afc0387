"""Erase a person, or tickets whose time is over: what goes, what stays of it, and one entry that says so."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.delivered import Outcome, settle
from tickets.actions.erase import apply_erasure
from tickets.actions.erase_plan import CUT, WHOLE, Order, Plan, plan_for, scope
from tickets.actions.person import Person, normal, person_of
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox, parse
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
    new_id,
)
from tickets.models.text import storable
from tickets.record import erase, read
from tickets.record.append import append_all
from tickets.record.write import entry_of
from tickets.wake import wake

TICKETS_AT_ONCE = 5
TRIES = 5


class Held(NotAllowed):
    """A legal hold forbids the erasure; the text names it."""


def erase_contact(
    contact: Contact, by: Agent | None, reason: str, *, quotes: str = CUT, at: datetime | None = None
) -> str:
    """Erase a person: messages from and to them become tombstones, replies that quote them too or with the quote cut.

    Returns the erasure's name, under which its report is found. Raises Held, NotAllowed, OSError.
    """
    order = Order(by, _reason(reason), person_of(contact), quotes, at or timezone.now())
    _check_holds(contact)
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
    held = next((one for one in wanted if one.hold or one.contact.hold), None)
    if held is not None:
        raise Held(_held_words(f"#{held.number}", held.hold or held.contact.hold))
    _withdraw(Delivery.objects.filter(message__ticket__in=wanted), order)
    for numbers in _portions([ticket.number for ticket in wanted]):
        _erase(order, numbers)
    wake("append")
    return order.name


def _reason(reason: str) -> str:
    if not reason.strip():
        raise NotAllowed(_("Say why this is to be erased: the reason stays in the record."))
    return storable(reason.strip(), 2000)


def _held_words(name: str, hold: str) -> str:
    return _("%(name)s is held and cannot be erased: %(reason)s") % {"name": name, "reason": hold}


def _check_holds(contact: Contact) -> None:
    if contact.hold:
        raise Held(_held_words(contact.name or contact.public_id, contact.hold))
    held = Ticket.objects.filter(number__in=tickets_of(contact)).exclude(hold="").order_by("number").first()
    if held is not None:
        raise Held(_held_words(f"#{held.number}", held.hold))


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
    own = Q(contact=contact) | Q(messages__contact=contact, messages__direction=Direction.IN)
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
    theirs = Message.objects.filter(contact=contact, direction=Direction.IN).select_related("entry").order_by("pk")
    for message in theirs.iterator(chunk_size=100):
        person.learn(parse(read.original(message.entry)))
    to_them = Message.objects.filter(_to(person, "deliveries__recipient")).distinct().values_list("text", flat=True)
    for text in to_them.iterator(chunk_size=100):
        person.learn_lines(text)


def _erase(order: Order, numbers: list[int], contact: Contact | None = None) -> None:
    """One entry: plan from what is there, then write it, unless something came in between."""
    for _attempt in range(TRIES):
        _write_out(numbers)
        plan = plan_for(order, numbers, contact)
        if not plan.erased and not plan.tickets and contact is None:
            return
        if _record(order, plan, numbers, contact):
            order.erased.update(plan.erased)
            return
    raise NotAllowed(_("Something new keeps coming in there. Pause the account, then try again."))


def _write_out(numbers: list[int]) -> None:
    """An entry is erased in the record: until it has its number and file, there is nothing to put a tombstone on."""
    append_all()
    erase.carry_out()


def _record(order: Order, plan: Plan, numbers: list[int], contact: Contact | None) -> bool:
    """Write the entry and its rows in one transaction; False when the tickets have changed since they were looked at."""
    original = _mail(order, plan)
    entry = entry_of("erasure", at=order.at, fields=_fields(order, plan, contact), original=original)
    with transaction.atomic():
        if contact is not None:
            Contact.objects.select_for_update().get(pk=contact.pk)
        list(Ticket.objects.select_for_update().filter(number__in=numbers).order_by("pk").values_list("pk"))
        if Entry.objects.filter(scope(numbers), marked_at=None).exists():
            return False
        entry.save()
        apply_erasure(entry, original)
        Draft.objects.filter(ticket__number__in=plan.tickets, message=None).delete()
        wake("append")
    return True


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
    }


def _mail(order: Order, plan: Plan) -> bytes:
    """The erasure as a mail: who, why, what; the messages without the person's words as files."""
    mailbox = Account.objects.filter(mailbox=None).order_by("pk").first()
    home = mailbox.address if mailbox else "helpdesk@helpdesk.invalid"
    who = order.by.name if order.by else _("The retention period")
    named = ", ".join(str(number) for number in plan.erased) or "–"
    words = _("%(who)s erased %(count)d entries") % {"who": who, "count": len(plan.erased)}
    return build(
        from_=Mailbox(who, home),
        to=[Mailbox("", home)],
        subject=words,
        text=f"{words}: {named}\n\n{order.reason}\n",
        message_id=compose.new_message_id(0, mailbox) if mailbox else f"{new_id()}@helpdesk.invalid",
        date=order.at,
        files=[File(f"{number}.eml", "application/octet-stream", body) for number, body in sorted(plan.cut.items())],
        headers={"Auto-Submitted": "auto-generated"},
    )
