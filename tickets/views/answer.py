"""The answer to a person who asks what is kept of them (GDPR Art. 15): one zip, readable without anything but a browser.

What others wrote is in it where it was written to this person or in a conversation of theirs (Art. 15(4)): in a ticket of
somebody else's that they only took part in, it holds what they wrote and what was addressed to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import merge
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tickets.mime.file_names import safe_name
from tickets.mime.parse import attachment as read_attachment
from tickets.models import Agent, Attachment, Contact, Delivery, Direction, InboxItem, ItemState, Message, Ticket
from tickets.permissions import visible_to
from tickets.record import spool
from tickets.record.export.mails import Tally, bytes_left
from tickets.record.export.selection import batches
from tickets.record.export.zipping import zipped
from tickets.record.read import Missing
from tickets.record.trace import BadEntry
from tickets.views.decided import decided_of
from tickets.views.timeline import Happened, happened

AT_ONCE = 50
PARKED = 500  # mails set aside that are listed
Piece = tuple[str, datetime, Iterator[bytes] | list[bytes]]


@dataclass(frozen=True)
class Person:
    """Whose answer it is, for whose eyes it is made (None: on the command line), and whether internal notes are in it."""

    contact: Contact
    agent: Agent | None = None
    with_notes: bool = True

    @property
    def addresses(self) -> list[str]:
        return [one.address.lower() for one in self.contact.addresses.all()]

    @cached_property
    def selves(self) -> list[int]:
        """The primary keys of the contact and of those joined into it."""
        return list(self.contact.selves.values_list("pk", flat=True))

    @property
    def language(self) -> str:
        """Theirs where the helpdesk speaks it, else English."""
        known = {code for code, _name in settings.LANGUAGES}
        wanted = self.contact.language.lower()
        return next((code for code in (wanted, wanted.split("-")[0]) if code in known), "en")


def answer(person: Person, tally: Tally | None = None) -> Iterator[bytes]:
    """Yield the zip: index.html, mails/, files/. Bounded memory; no query stays open. What cannot be read is listed in it."""
    return zipped(_pieces(person, tally or Tally()))


def _pieces(person: Person, tally: Tally) -> Iterator[Piece]:
    now = timezone.now()
    tally.total = _spoken(person).count()
    yield "index.html", now, _index(person, now)
    for ticket in _tickets(person):
        for message in _messages(person, ticket):
            yield from _files(message, tally)
            tally.done += 1
            tally.progress(tally.done, tally.total)
    for item in _parked(person):
        yield from _set_aside(item, tally)
    if tally.missing:
        yield "missing.txt", now, ["\n".join([*tally.missing, ""]).encode()]


def _spoken(person: Person) -> QuerySet[Message]:
    theirs = Q(ticket__contact=person.contact) | Q(contact__in=person.selves, direction=Direction.IN)
    return Message.objects.filter(theirs)


def _tickets(person: Person) -> Iterator[Ticket]:
    """Their conversations and those they took part in, the oldest first."""
    tickets = visible_to(person.agent) if person.agent else Ticket.objects.filter(merged_into__isnull=True)
    where = (
        Q(contact=person.contact)
        | Q(pk__in=_spoken(person).values("ticket"))
        | Q(participants__address__in=person.addresses)
    )
    keys = list(tickets.filter(where).order_by("created_at", "pk").values_list("pk", flat=True).distinct())
    for some in batches(keys, AT_ONCE):
        rows = Ticket.objects.select_related("mailbox", "assignee", "contact").defer("mailbox__secrets").in_bulk(some)
        yield from (rows[key] for key in some)


def _messages(person: Person, ticket: Ticket) -> Iterator[Message]:
    """What may be in the answer of one ticket, in order."""
    found = ticket.messages.all()
    if not person.with_notes:
        found = found.exclude(direction=Direction.NOTE)
    keys = list(found.order_by("at", "pk").values_list("pk", flat=True))
    for some in batches(keys, AT_ONCE):
        rows = (
            Message.objects.select_related("entry", "author", "ticket")
            .defer("html", "entry__body", "entry__fields")
            .prefetch_related("attachments", Prefetch("deliveries", Delivery.objects.order_by("pk")))
            .in_bulk(some)
        )
        yield from (rows[key] for key in some if _concerns(person, ticket, rows[key]))


def _concerns(person: Person, ticket: Ticket, message: Message) -> bool:
    """All of their own conversations; of other people's, what they wrote and what was addressed to them."""
    if ticket.contact_id == person.contact.pk:
        return True
    if message.direction == Direction.IN and message.contact_id in person.selves:
        return True
    named = {str(box["address"]).lower() for box in [*message.to, *message.cc]}
    return message.direction != Direction.NOTE and not named.isdisjoint(person.addresses)


def _parked(person: Person) -> list[InboxItem]:
    """Mail from their addresses that could not be read."""
    if person.agent and not person.agent.is_administrator:
        return []
    parked = InboxItem.objects.filter(state=ItemState.PARKED, envelope__from__in=person.addresses)
    return list(parked.order_by("-pk")[:PARKED])


def mail_name(message: Message) -> str:
    """Where a message lies in the zip."""
    return f"mails/{message.ticket.number}-{message.public_id}.eml"


def file_name(message: Message, file: Attachment) -> str:
    """Where an attached file lies in the zip."""
    name = safe_name(file.filename, f"file-{file.part}")
    return f"files/{message.ticket.number}-{message.public_id}-{file.part}-{name}"


def _files(message: Message, tally: Tally) -> Iterator[Piece]:
    try:
        raw = bytes_left(message.entry)
    except (Missing, BadEntry, OSError) as error:
        tally.missing.append(f"{mail_name(message)}: {error}")
        return
    if raw is None:
        tally.erased += 1
        return
    tally.written += 1
    yield mail_name(message), message.at, [raw]
    for file in message.attachments.all():
        if found := read_attachment(raw, file.part):
            yield file_name(message, file), message.at, [found.content]


def _set_aside(item: InboxItem, tally: Tally) -> Iterator[Piece]:
    name = f"mails/set-aside-{item.pk}.eml"
    try:
        yield name, item.received_at, [spool.get(item.spool).raw]
    except (OSError, ValueError) as error:  # tried again meanwhile, and filed; or its bytes are lost
        tally.missing.append(f"{name}: {error}")


# --- The index --------------------------------------------------------------------------------------------------------


def _index(person: Person, now: datetime) -> Iterator[bytes]:
    about = {"person": person, "contact": person.contact, "addresses": person.contact.addresses.all(), "now": now}
    decided = decided_of(person.contact, notes=person.with_notes)
    begin = {"decided": decided, "tickets": _tickets(person), "parked": _parked(person)}
    spam_in = person.contact.spam_in.select_related("mailbox").order_by("pk")
    yield _page(person, "begin", about | begin | {"spam_in": spam_in})
    for ticket in _tickets(person):
        is_theirs = ticket.contact_id == person.contact.pk
        yield _page(person, "ticket", {"ticket": ticket, "is_theirs": is_theirs})
        items: list[Iterator[Message | Happened]] = [_messages(person, ticket)]
        if is_theirs:
            items.append(iter(_events(person, ticket)))
        for item in merge(*items, key=lambda one: one.at):
            yield _page(person, *_item(item))
    yield _page(person, "end", about)


def _item(item: Message | Happened) -> tuple[str, dict[str, Any]]:
    if isinstance(item, Happened):
        return "event", {"item": item}
    files = [(file, file_name(item, file)) for file in item.attachments.all()]
    return "message", {"message": item, "mail": mail_name(item), "files": files}


def _events(person: Person, ticket: Ticket) -> list[Happened]:
    with translation.override(person.language):
        return list(happened(ticket, None, {}))


def _page(person: Person, name: str, context: dict[str, Any]) -> bytes:
    """One part of the index in the person's language. It is left before anything else runs."""
    with translation.override(person.language):
        return render_to_string(f"tickets/answer/{name}.html", context).encode()
