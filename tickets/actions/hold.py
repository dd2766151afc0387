"""Legal hold: what must be kept, whatever a person asks or a retention period says. Beats every erasure."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed, change
from tickets.actions.contact import HELD, Decided, write
from tickets.models import Agent, Contact, Direction, Entry, Message, Ticket
from tickets.models.text import storable

LONGEST_REASON = 2000


class Held(NotAllowed):
    """A legal hold forbids an erasure; the text names it."""


def check_holds(numbers: Sequence[int], contact: Contact | None = None) -> None:
    """Raise Held when `contact`, one of these tickets, or a person whose words are in one of them is held."""
    if contact is not None and (hold := hold_of(contact)):
        raise Held(_held_words(contact.name or contact.public_id, hold))
    if ticket := Ticket.objects.filter(number__in=numbers).exclude(hold="").order_by("number").first():
        raise Held(_held_words(f"#{ticket.number}", ticket.hold))
    if person := held_people(numbers).order_by("pk").first():
        raise Held(_held_words(person.name or person.public_id, hold_of(person)))


def hold_of(contact: Contact) -> str:
    """Why a contact is held, or one of those who are the same person; "" when none is."""
    alone = Contact.objects.filter(pk=contact.pk)
    return "\n".join(of_the_same(alone).exclude(hold="").order_by("pk").values_list("hold", flat=True))


def held_people(numbers: Sequence[int]) -> QuerySet[Contact]:
    """Return the held contacts who are customers of, or wrote in, these tickets and those merged into them."""
    there = Ticket.objects.filter(Q(number__in=numbers) | Q(merged_into__number__in=numbers))
    wrote = Message.objects.filter(ticket__in=there, direction=Direction.IN)
    who = Q(pk__in=there.values("contact")) | Q(pk__in=wrote.values("contact"))
    return of_the_same(Contact.objects.filter(who)).exclude(hold="")


def of_the_same(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Return these contacts and all who are the same person: a hold on one of them holds the whole person."""
    one = Coalesce("joined_into", "pk")
    people = contacts.annotate(one=one).values("one")
    return Contact.objects.annotate(one=one).filter(one__in=people)


def _held_words(name: str, hold: str) -> str:
    return _("%(name)s is held and cannot be erased: %(reason)s") % {"name": name, "reason": hold}


def hold_ticket(ticket: Ticket, reason: str, by: Agent, at: datetime | None = None) -> Ticket:
    """Keep a ticket from erasure because of `reason`; an empty one releases it. Raises NotAllowed when nothing changes."""
    why = storable(reason.strip(), LONGEST_REASON)
    _check(ticket.hold, why)
    words = _("holds it: %(reason)s") % {"reason": why} if why else _("released it from its hold")
    return change(ticket, "held" if why else "released", {"hold": why}, words, by, at, "")


def hold_contact(contact: Contact, reason: str, by: Agent, at: datetime | None = None) -> Contact:
    """Keep all of a contact from erasure because of `reason`; an empty one releases them. Raises NotAllowed."""
    why = storable(reason.strip(), LONGEST_REASON)
    _check(contact.hold, why)
    words = _("holds all of %(name)s") if why else _("released all of %(name)s from the hold")
    said = words % {"name": contact.name or "–"}
    decided = Decided(HELD, by, at or timezone.now(), said, why, more={"set": {"hold": why}})
    return write(contact, decided, apply_hold)


def apply_hold(entry: Entry) -> None:
    """Make what an entry says of a contact's hold."""
    fields = entry.fields
    Contact.objects.filter(public_id=fields["contact"]).update(hold=fields["set"]["hold"])


def _check(before: str, after: str) -> None:
    if not before and not after:
        raise NotAllowed(_("Say why it must be kept: the reason is shown to whoever wants to erase it."))
