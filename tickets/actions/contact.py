"""Contact: what is decided of a person: their name, another address, a note. Each is one entry and one event of the contact."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import search
from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.models import Account, Address, Agent, Contact, ContactEvent, Entry
from tickets.models.text import storable
from tickets.record.write import entry_of
from tickets.wake import wake

LONGEST_NOTE = 4000
LONGEST_REASON = 2000
EDITED, ADDED, DROPPED, NOTED, HELD = "edited", "address-added", "address-dropped", "note", "hold"
TRIED_AGAIN = "address-tried-again"
Apply = Callable[[Entry], None]


@dataclass(slots=True)
class Decided:
    """One thing decided about a contact; `words` are what a reader of the record sees."""

    event: str
    by: Agent | None
    at: datetime
    words: str
    reason: str = ""
    more: dict[str, Any] = field(default_factory=dict)  # the rest of the decision


def edit_contact(contact: Contact, by: Agent, *, name: str, language: str, at: datetime | None = None) -> Contact:
    """Give a contact another name and language. Raises NotAllowed when nothing changes."""
    values = {"name": storable(" ".join(name.split()), 200), "language": storable(language.strip().lower(), 12)}
    before = {"name": contact.name, "language": contact.language}
    if values == before:
        raise NotAllowed(_("Nothing was changed."))
    words = _("edited %(before)s: %(name)s, %(language)s")
    said = words % ({"before": contact.name or "–"} | {name: value or "–" for name, value in values.items()})
    more = {"set": values, "before": before}
    return write(contact, Decided(EDITED, by, at or timezone.now(), said, more=more), apply_edited)


def add_address(contact: Contact, address: str, by: Agent, reason: str, at: datetime | None = None) -> Contact:
    """Say that an email address is this contact's too: an agent's decision, unproven until they write from it.

    Raises NotAllowed for what is no address, for one that is somebody's, and without a reason.
    """
    typed = storable(address.strip().lower(), 320)
    try:
        validate_email(typed)
    except ValidationError:
        raise NotAllowed(_("%(address)s is no email address.") % {"address": address.strip() or "–"}) from None
    why = reason_of(reason, _("Say why this address is theirs: the reason is shown beside it."))
    proof = storable(f"{by.name}: {why}", LONGEST_REASON)
    more = {"channel": settings.LAST_RESORT, "address": typed, "why": proof}
    words = _("added an address of %(name)s: %(address)s") % {"name": contact.name or "–", "address": typed}
    decided = Decided(ADDED, by, at or timezone.now(), words, why, more)
    with transaction.atomic():
        lock_accounts()
        if known := Address.objects.filter(channel=settings.LAST_RESORT, address=typed).first():
            raise NotAllowed(_taken(contact, known))
        return write(contact, decided, apply_added)


def _taken(contact: Contact, known: Address) -> str:
    if known.contact_id == contact.pk:
        return _("%(address)s is here already.") % {"address": known.address}
    return _("%(address)s is the address of another contact. If both are one person, join them.") % {
        "address": known.address
    }


def drop_address(contact: Contact, address: str, by: Agent, at: datetime | None = None) -> Contact:
    """Take back an address that an agent added and that nobody has written from. Raises NotAllowed for any other."""
    known = contact.addresses.filter(channel=settings.LAST_RESORT, address=address.strip().lower()).first()
    if known is None or known.proven or not is_added(contact, known.address):
        raise NotAllowed(_("Only an address that somebody added here, and that is not proven, can be taken back."))
    more = {"channel": known.channel, "address": known.address}
    words = _("took back an address of %(name)s: %(address)s")
    words %= {"name": contact.name or "–", "address": known.address}
    return write(contact, Decided(DROPPED, by, at or timezone.now(), words, more=more), apply_dropped)


def try_again(contact: Contact, address: str, by: Agent, at: datetime | None = None) -> Contact:
    """Let an address that refused us be used again: a person's decision. Raises NotAllowed for one that can be reached."""
    known = contact.addresses.filter(address=address.strip(), reachable=False).first()
    if known is None:
        raise NotAllowed(_("Nothing keeps you from writing to this address."))
    more = {"channel": known.channel, "address": known.address}
    words = _("lets %(address)s be used again: %(reason)s")
    words %= {"address": known.address, "reason": known.unreachable_reason}
    return write(contact, Decided(TRIED_AGAIN, by, at or timezone.now(), words, more=more), apply_tried_again)


def is_added(contact: Contact, address: str) -> bool:
    """Whether an agent's decision brought this address here."""
    added = ContactEvent.objects.filter(contact__in=contact.selves, kind=ADDED, entry__fields__address=address)
    return added.exists()


def note_about(contact: Contact, text: str, by: Agent, at: datetime | None = None) -> Contact:
    """Keep a note about the person, for colleagues alone. Raises NotAllowed for an empty or too long one."""
    if not text.strip():
        raise NotAllowed(_("There is nothing in the note yet."))
    if len(text) > LONGEST_NOTE:
        raise NotAllowed(_("A note about a person has %(most)d characters at most.") % {"most": LONGEST_NOTE})
    said = storable(text.strip())
    words = _("wrote a note about %(name)s") % {"name": contact.name or "–"}
    decided = Decided(NOTED, by, at or timezone.now(), words, more={"text": said})
    return write(contact, decided, apply_noted)


def reason_of(reason: str, otherwise: str) -> str:
    """Return a reason as it is kept. Raises NotAllowed with the words `otherwise` when there is none."""
    if not reason.strip():
        raise NotAllowed(otherwise)
    return storable(reason.strip(), LONGEST_REASON)


def lock_accounts() -> None:
    """Keep all filing out until the transaction ends: mail is filed, and tickets are begun, under their account's lock."""
    list(Account.objects.select_for_update().order_by("pk").values_list("pk"))


def write(contact: Contact, decided: Decided, apply: Apply) -> Contact:
    """Write one decision as an entry and make it, with the contact locked. Raises NotAllowed for one who is gone."""
    with transaction.atomic():
        check_is_there(Contact.objects.select_for_update().get(pk=contact.pk))
        enter(contact, decided, apply)
    contact.refresh_from_db()
    return contact


def enter(contact: Contact, decided: Decided, apply: Apply) -> None:
    """Insert the entry of a decision and make it, in the transaction of the caller, who holds the locks."""
    entry = entry_of("contact", at=decided.at, fields=_fields(contact, decided), original=_mail(contact, decided))
    entry.save()
    apply_event(entry)
    apply(entry)
    wake("append")


def check_is_there(contact: Contact) -> None:
    """Raise NotAllowed for a contact who was erased, or joined into another one."""
    if contact.joined_into_id:
        raise NotAllowed(_("This contact is joined into another one. Open that one, or undo the join first."))
    if contact.removed_at:
        raise NotAllowed(_("This person was erased: nothing can be done with what is left."))


def _fields(contact: Contact, decided: Decided) -> dict[str, Any]:
    by = decided.by.public_id if decided.by else None
    said = {"contact": contact.public_id, "event": decided.event, "by": by, "reason": storable(decided.reason)}
    return said | decided.more


def _mail(contact: Contact, decided: Decided) -> bytes:
    mailbox = Account.objects.filter(mailbox=None, removed_at=None).order_by("pk").first()
    who = decided.by.name if decided.by else (mailbox.name if mailbox else "Holdfast")
    said = f"{who}: {decided.words}"
    text = "\n\n".join(filter(None, [said, decided.reason, decided.more.get("text", "")]))
    return compose.done_here(mailbox, who, decided.at, said, f"{text}\n")


def apply_event(entry: Entry) -> None:
    """Note that something happened to a contact, and to whom else it concerns."""
    fields = entry.fields
    by = Agent.objects.named(fields["by"])
    for role in ("contact", "into", "out_of"):
        if contact := Contact.objects.filter(public_id=fields.get(role) or "").first():
            kind = fields.get("event", HELD) if role == "contact" else f"{fields['event']}-{role}"
            ContactEvent.objects.create(contact=contact, entry=entry, kind=kind, at=entry.at, by=by)


def apply_edited(entry: Entry) -> None:
    """Make what an entry says of a contact's name and language."""
    contact = Contact.objects.get(public_id=entry.fields["contact"])
    Contact.objects.filter(pk=contact.pk).update(**entry.fields["set"])
    search.refresh_contact(contact.pk)


def apply_added(entry: Entry) -> None:
    """Make the address that an entry adds; an erased one has none."""
    fields = entry.fields
    contact = Contact.objects.get(public_id=fields["contact"])
    if fields["address"]:
        contact.addresses.create(channel=fields["channel"], address=fields["address"], proof=fields["why"])


def apply_dropped(entry: Entry) -> None:
    """Take away the address that an entry takes back."""
    Address.objects.filter(channel=entry.fields["channel"], address=entry.fields["address"], proven=False).delete()


def apply_tried_again(entry: Entry) -> None:
    """Nothing stands in the way of an address any more, until it refuses again; an erased one is not there."""
    rows = Address.objects.filter(channel=entry.fields["channel"], address=entry.fields["address"] or "–")
    rows.update(reachable=True, unreachable_reason="")


def apply_noted(entry: Entry) -> None:
    """A note is in its entry; the event leads to it."""


def settle_contacts(rows: Iterable[Entry]) -> None:
    """After an erasure: what rows of contacts repeat of entries says what these say now."""
    for row in rows:
        if row.kind != "contact":
            continue
        fields = row.fields
        if fields.get("event") == ADDED:
            known = Address.objects.filter(channel=fields["channel"], address=fields["address"], proven=False)
            known.update(proof=fields["why"])
        elif "hold" in fields.get("set", {}):
            holds = Entry.objects.filter(
                contact_events__contact__public_id=fields["contact"], contact_events__kind=HELD
            )
            last = holds.order_by("pk").last()
            Contact.objects.filter(public_id=fields["contact"]).update(hold=last.fields["set"]["hold"] if last else "")
