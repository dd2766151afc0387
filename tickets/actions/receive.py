"""Receive: what the inbox decided becomes rows. A rebuild comes through here with the same decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from tickets.actions.consequences import apply_consequences
from tickets.actions.files import make_places
from tickets.actions.participants import add_participants, save_participants
from tickets.actions.tidied import tidied
from tickets.actions.ways import apply_ways
from tickets.mime.parse import Mail, Mailbox
from tickets.mime.protection import protection
from tickets.mime.request_links import masked
from tickets.models import (
    Account,
    Address,
    Agent,
    Attachment,
    AwaitedId,
    Contact,
    Direction,
    Entry,
    Event,
    Message,
    Tag,
    Ticket,
)
from tickets.models.many import insert_many, insert_new, save_many
from tickets.models.text import LONGEST_ID, LONGEST_SUBJECT, storable
from tickets.models.tickets import RESTING
from tickets.search import index

SNIPPET = 160
FUTURE = timedelta(days=1)
WROTE = "They wrote from it."
TOUCHED = (
    "subject", "state", "solved_at", "message_count", "created_at", "updated_at", "last_message_at", "snippet", "snoozed_at",
    "snoozed_until", "spam", "spam_at",
)  # fmt: skip


@dataclass(slots=True)
class Received:
    """A saved entry of kind "received", and the mail parsed from its original."""

    entry: Entry
    mail: Mail

    @property
    def fields(self) -> dict[str, Any]:
        """The decision."""
        decided: dict[str, Any] = self.entry.fields
        return decided


@dataclass(slots=True)
class Lookups:
    """The rows that a batch refers to, fetched in one query for each table."""

    accounts: dict[str, Account]
    contacts: dict[str, Contact]
    tickets: dict[int, Ticket]
    agents: dict[str, Agent]
    messages: dict[str, int]


def apply_received(batch: Sequence[Received]) -> list[Message]:
    """Make the rows of `batch`: contacts, tickets, messages, attachments, search. The number of queries is fixed."""
    rows = look_up([one.fields for one in batch])
    _make_contacts(batch, rows)
    fresh = _new_tickets(batch, rows)
    messages = [received_message(one, rows) for one in batch]
    events = _touch_tickets(batch, messages)
    _save_tickets(batch, messages, fresh, rows)
    insert_many(messages)
    insert_many(events)
    rows.messages.update({message.public_id: message.pk for message in messages})
    _link_reports(batch, messages, rows)
    _make_attachments(batch, messages)
    _make_participants(batch, messages)
    _settle_ids(batch, messages)
    _put_tags(batch, messages)
    index(messages, {m.public_id: _file_names(one) for one, m in zip(batch, messages, strict=True)})
    _prove(batch)
    apply_ways([one.entry for one in batch])
    apply_consequences([one.entry for one in batch])
    return messages


def look_up(all_fields: Iterable[dict[str, Any]]) -> Lookups:
    """Return the rows that decisions refer to."""
    accounts: set[str] = set()
    contacts: set[str] = set()
    numbers: set[int] = set()
    spoken_of: set[str] = set()
    authors: set[str] = set()
    for fields in all_fields:
        accounts.add(fields["account"])
        contacts.add(fields["contact"])
        numbers.add(fields["ticket"])
        numbers.update(fields.get("new_ticket", {}).get("linked", []))
        if mailbox := fields.get("new_ticket", {}).get("mailbox"):
            accounts.add(mailbox)
        if fields.get("speaks_of"):
            spoken_of.add(fields["speaks_of"])
        if fields.get("by"):
            authors.add(fields["by"])
    found = Message.objects.filter(public_id__in=spoken_of).values_list("public_id", "pk") if spoken_of else []
    return Lookups(
        accounts={a.public_id: a for a in Account.objects.filter(public_id__in=accounts)},
        contacts={c.public_id: c for c in Contact.objects.filter(public_id__in=contacts)},
        tickets={t.number: t for t in Ticket.objects.filter(number__in=numbers).select_related("mailbox")},
        agents={a.public_id: a for a in Agent.objects.filter(public_id__in=authors)} if authors else {},
        messages=dict(found),
    )


def _make_contacts(batch: Sequence[Received], rows: Lookups) -> None:
    fresh = {one.fields["contact"]: one for one in batch if "new_contact" in one.fields}
    made = [
        Contact(public_id=public_id, created_at=said_at(one), **one.fields["new_contact"])
        for public_id, one in fresh.items()
    ]
    if not made:
        return
    insert_many(made)
    rows.contacts.update({contact.public_id: contact for contact in made})
    known = [contact for contact in made if fresh[contact.public_id].fields["address"]]  # an erased one has none
    insert_many(_address(contact, fresh[contact.public_id], rows) for contact in known)


def _address(contact: Contact, one: Received, rows: Lookups) -> Address:
    proven = bool(one.fields.get("proven"))
    return Address(
        contact=contact,
        channel=rows.accounts[one.fields["account"]].channel,
        address=one.fields["address"],
        proven=proven,
        proof=WROTE if proven else "",
        last_used_at=said_at(one) if proven else None,
        data=one.fields.get("address_data", {}),
    )


def _new_tickets(batch: Sequence[Received], rows: Lookups) -> list[Ticket]:
    """Return the new tickets of `batch`, not saved yet: they are written once, with their newest message."""
    fresh = [_ticket(one, new, rows) for one in batch if (new := one.fields.get("new_ticket")) is not None]
    rows.tickets.update({ticket.number: ticket for ticket in fresh})
    return fresh


def _save_tickets(batch: Sequence[Received], messages: list[Message], fresh: list[Ticket], rows: Lookups) -> None:
    known = {message.ticket.number: message.ticket for message in messages if message.ticket.pk}
    save_touched(known.values())
    insert_many(fresh)
    pairs = [
        (rows.tickets[one.fields["ticket"]].pk, rows.tickets[number].pk)
        for one in batch
        for number in one.fields.get("new_ticket", {}).get("linked", [])
    ]
    link = Ticket.links.through
    both = [link(from_ticket_id=a, to_ticket_id=b) for one, other in pairs for a, b in ((one, other), (other, one))]
    insert_new(both)


def _ticket(one: Received, new: dict[str, Any], rows: Lookups) -> Ticket:
    at = said_at(one)
    mailbox = rows.accounts[new["mailbox"]]
    return Ticket(
        number=one.fields["ticket"],
        subject=new["subject"],
        state=one.fields["state"],
        channel=rows.accounts[one.fields["account"]].channel,
        mailbox=mailbox,
        team_id=mailbox.team_id,
        contact=rows.contacts[one.fields["contact"]],
        created_at=at,
        updated_at=at,
        last_message_at=at,
        solved_at=at if one.fields["state"] in RESTING else None,
        history=bool(one.fields.get("history")),
    )


def said_at(one: Received, decided: dict[str, Any] | None = None) -> datetime:
    """Return the time a message sorts by: its receipt; for history its own date, if that is no fantasy.

    `decided`: the decision while it is not in the entry yet.
    """
    date = one.mail.date
    if (decided or one.fields).get("history") and date and date < one.entry.at + FUTURE and date.year > 1970:
        return date
    return one.entry.at


def stored_boxes(boxes: Iterable[Mailbox]) -> list[dict[str, str]]:
    """Return names and addresses as a message keeps them."""
    return [{"name": storable(box.name), "address": storable(box.address)} for box in boxes]


def received_message(one: Received, rows: Lookups) -> Message:
    """Return the unsaved message that a received entry and its mail make."""
    mail, fields = one.mail, one.fields
    sender = mail.from_ or Mailbox("", "")
    account = rows.accounts[fields["account"]]
    return Message(
        public_id=fields["message"],
        ticket=rows.tickets[fields["ticket"]],
        entry=one.entry,
        direction=fields.get("direction", Direction.IN),
        channel=account.channel,
        account=account,
        author=rows.agents.get(fields.get("by") or ""),
        contact=rows.contacts[fields["contact"]],
        from_name=storable(sender.name, 320),
        from_address=storable(sender.address.lower() if "direction" in fields else fields["address"], 320),
        to=stored_boxes(mail.to),
        cc=stored_boxes(mail.cc),
        reply_to=stored_boxes(mail.reply_to),
        subject=storable(mail.subject or "", LONGEST_SUBJECT),
        date=mail.date,
        at=said_at(one),
        text=masked(storable(mail.text)),
        reply=masked(storable(mail.reply)),
        html=masked(storable(mail.html or "")),
        message_id=storable(mail.message_id or "", LONGEST_ID),
        references=[storable(identifier, LONGEST_ID) for identifier in answered_ids(mail)],
        digest=mail.digest,
        automatic=bool(fields.get("automatic")),
        kind=fields.get("kind", mail.kind),
        quote=fields.get("quote", {}),
        album=fields.get("album", ""),
        verified=fields.get("verified", "unknown"),
        trust=fields.get("trust", {}),
        protection=protection(mail),
        report=fields.get("report", {}),
        via=bool(fields.get("via")),
        reason=fields["reason"],
        defects=mail.defects,
        history=bool(fields.get("history")),
    )


def answered_ids(mail: Mail) -> list[str]:
    """Return the ids that a mail refers to, oldest first, each once."""
    chain = [*mail.references, mail.in_reply_to]
    return list(dict.fromkeys(identifier for identifier in chain if identifier))[-100:]


def _link_reports(batch: Sequence[Received], messages: list[Message], rows: Lookups) -> None:
    reports = []
    for one, message in zip(batch, messages, strict=True):
        if spoken_of := rows.messages.get(one.fields.get("speaks_of", "")):
            message.speaks_of_id = spoken_of
            reports.append(message)
    if reports:
        Message.objects.bulk_update(reports, ["speaks_of"])


def _make_attachments(batch: Sequence[Received], messages: list[Message]) -> None:
    insert_many(row for one, m in zip(batch, messages, strict=True) for row in attachments_of(m, one.mail))
    taken = [max((file.part for file in one.mail.attachments), default=0) for one in batch]
    make_places(messages, [one.entry for one in batch], taken)


def _file_names(one: Received) -> list[str]:
    return [
        *(file.filename or "" for file in one.mail.attachments),
        *(file.get("filename") or "" for file in one.fields.get("files", [])),
    ]


def names_of(message: Message) -> list[str]:
    """Return the names of a message's files, by which it can be found."""
    return list(message.attachments.order_by("part").values_list("filename", flat=True))


def attachments_of(message: Message, mail: Mail) -> list[Attachment]:
    """Return the unsaved rows for the files in a mail."""
    return [
        Attachment(
            message=message,
            part=file.part,
            filename=storable(file.filename or "", 255),
            content_type=storable(file.content_type, 255),
            size=file.size,
            sha256=file.sha256,
            content_id=storable(file.content_id or "", 998),
            inline=file.inline,
        )
        for file in mail.attachments
    ]


def _make_participants(batch: Sequence[Received], messages: list[Message]) -> None:
    pairs: dict[tuple[int, str], None] = {}
    for one, message in zip(batch, messages, strict=True):
        if not (one.fields.get("via") or one.fields.get("quiet")):
            boxes = [*message.to, *message.cc]
            writer = [] if message.direction == Direction.OUT else [message.from_address]
            add_participants(pairs, message, [*writer, *(box["address"] for box in boxes)])
    save_participants(pairs)


def _put_tags(batch: Sequence[Received], messages: list[Message]) -> None:
    """The tags that imported mail brings along."""
    wanted = [
        (m.ticket_id, name) for one, m in zip(batch, messages, strict=True) for name in one.fields.get("tags", [])
    ]
    if not wanted:
        return
    names = {name for _, name in wanted}
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(names)], ignore_conflicts=True)
    keys = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
    on_ticket = Ticket.tags.through
    rows = [on_ticket(ticket_id=ticket, tag_id=keys[name]) for ticket, name in dict.fromkeys(wanted)]
    on_ticket.objects.bulk_create(rows, ignore_conflicts=True)


def _settle_ids(batch: Sequence[Received], messages: list[Message]) -> None:
    """Note the ids that are awaited, and forget those that have come."""
    wanted = {identifier for message in messages for identifier in message.references}
    here = {message.message_id for message in messages}
    if wanted:
        here |= set(Message.objects.filter(message_id__in=wanted).values_list("message_id", flat=True))
    insert_many(
        AwaitedId(message=message, identifier=identifier)
        for message in messages
        for identifier in message.references[-20:]
        if identifier not in here
    )
    AwaitedId.objects.filter(identifier__in={message.message_id for message in messages} - {""}).delete()


def _touch_tickets(batch: Sequence[Received], messages: list[Message]) -> list[Event]:
    """Let each ticket show what came in; return the events of those whose state changes. Nothing is saved here."""
    events: list[Event] = []
    for one, message in zip(batch, messages, strict=True):
        ticket = message.ticket
        if "new_ticket" not in one.fields and (state := one.fields.get("state")):
            if not message.history and ticket.state != state:  # history tells itself how it went on
                events.append(_reopened(ticket, message, state))
            ticket.state = state
            ticket.solved_at = message.at if state in RESTING else None
        elif message.history and ticket.history and ticket.solved_at:  # imported: it rests since its newest mail
            ticket.solved_at = max(ticket.solved_at, message.at)
        events += tidied(one.fields, message)
        if name := one.fields.get("named"):  # a conversation is called by its first words that tell anything
            ticket.subject = name
        touch(ticket, message)
    return events


def _reopened(ticket: Ticket, message: Message, state: str) -> Event:
    data = {"from": ticket.state, "to": state}
    reason = "A new message came in."
    return Event(ticket=ticket, entry=message.entry, kind="state", at=message.at, reason=reason, data=data)


def touch(ticket: Ticket, message: Message) -> None:
    """Let a ticket show its newest message."""
    ticket.message_count += 1
    ticket.updated_at = max(ticket.updated_at, message.at)
    ticket.created_at = min(ticket.created_at, message.at)  # history may come in in any order
    if message.at >= ticket.last_message_at and (message.kind != "system" or ticket.message_count == 1):
        ticket.last_message_at = message.at
        ticket.snippet = " ".join((message.reply or message.text).split())[:SNIPPET]


def save_touched(tickets: Iterable[Ticket]) -> None:
    """Store what `touch` changed, for any number of tickets in one query."""
    save_many(tickets, TOUCHED)


def _prove(batch: Sequence[Received]) -> None:
    """An address that we wrote to first is theirs once they write from it."""
    for one in batch:
        if one.fields.get("proven") and "new_contact" not in one.fields:
            rows = Address.objects.filter(channel=one.entry.account.channel, address=one.fields["address"])  # type: ignore[union-attr]
            rows.update(proven=True, proof=WROTE, last_used_at=said_at(one))


def when(text: str) -> datetime:
    """Return a time as an entry writes it. Raises ValueError."""
    found = parse_datetime(text)
    if found is None:
        raise ValueError(f"{text!r} is no time")
    return found
