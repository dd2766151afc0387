"""Legal hold: what must be kept, whatever a person asks or a retention period says. Beats every erasure."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.change import NotAllowed, change
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Contact, Direction, Entry, Message, Ticket
from tickets.models.text import storable
from tickets.record.write import entry_of
from tickets.wake import wake

LONGEST_REASON = 2000


class Held(NotAllowed):
    """A legal hold forbids an erasure; the text names it."""


def check_holds(numbers: Sequence[int], contact: Contact | None = None) -> None:
    """Raise Held when `contact`, one of these tickets, or a person whose words are in one of them is held."""
    if contact is not None and contact.hold:
        raise Held(_held_words(contact.name or contact.public_id, contact.hold))
    if ticket := Ticket.objects.filter(number__in=numbers).exclude(hold="").order_by("number").first():
        raise Held(_held_words(f"#{ticket.number}", ticket.hold))
    if person := held_people(numbers).order_by("pk").first():
        raise Held(_held_words(person.name or person.public_id, person.hold))


def held_people(numbers: Sequence[int]) -> QuerySet[Contact]:
    """Return the held contacts who are customers of, or wrote in, these tickets and those merged into them."""
    there = Ticket.objects.filter(Q(number__in=numbers) | Q(merged_into__number__in=numbers))
    wrote = Message.objects.filter(ticket__in=there, direction=Direction.IN)
    who = Q(pk__in=there.values("contact")) | Q(pk__in=wrote.values("contact"))
    return Contact.objects.filter(who).exclude(hold="")


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
    when = at or timezone.now()
    entry = entry_of(
        "contact",
        at=when,
        fields={"contact": contact.public_id, "by": by.public_id, "set": {"hold": why}},
        original=_mail(contact, why, by, when),
    )
    with transaction.atomic():
        Contact.objects.select_for_update().get(pk=contact.pk)
        entry.save()
        apply_contact(entry)
        wake("append")
    contact.refresh_from_db()
    return contact


def apply_contact(entry: Entry) -> None:
    """Make what an entry of kind "contact" says."""
    fields = entry.fields
    Contact.objects.filter(public_id=fields["contact"]).update(hold=fields["set"]["hold"])


def _check(before: str, after: str) -> None:
    if not before and not after:
        raise NotAllowed(_("Say why it must be kept: the reason is shown to whoever wants to erase it."))


def _mail(contact: Contact, why: str, by: Agent, at: datetime) -> bytes:
    mailbox = Account.objects.filter(mailbox=None, removed_at=None).order_by("pk").first()
    home = mailbox.address if mailbox else "helpdesk@helpdesk.invalid"
    name = contact.name or "-"
    words = _("holds all of %(name)s") if why else _("released all of %(name)s from the hold")
    said = f"{by.name}: {words % {'name': name}}"
    return build(
        from_=Mailbox(by.name, home),
        to=[Mailbox("", home)],
        subject=said,
        text=f"{said}\n\n{why}\n",
        message_id=compose.new_message_id(0, mailbox) if mailbox else f"{contact.public_id}.{at:%s}@helpdesk.invalid",
        date=at,
        headers={"Auto-Submitted": "auto-generated"},
    )
