"""Say: replies, forwards, new outgoing tickets, automatic answers and notes become an entry, a message, deliveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.actions import compose
from tickets.actions.participants import add_participants, save_participants
from tickets.actions.receive import TOUCHED, answered_ids, attachments_of, stored_boxes, touch
from tickets.actions.setting import set_state
from tickets.mime.build import File
from tickets.mime.parse import Mail, Mailbox, parse
from tickets.models import (
    Account,
    Agent,
    Contact,
    ContactEvent,
    Delivery,
    Direction,
    Entry,
    Event,
    Message,
    Ticket,
    new_id,
)
from tickets.models.many import insert_many, save_many
from tickets.models.text import LONGEST_SUBJECT, storable
from tickets.outbox.route import Route
from tickets.record.write import entry_of
from tickets.search import index
from tickets.wake import wake

ASKED = "asked"  # an event of a contact: they were asked where else to answer
Box = Mapping[str, str]  # {"name": …, "address": …}


@dataclass(slots=True)
class Words:
    """What is to be said in a ticket."""

    ticket: Ticket
    text: str
    by: Agent | None
    at: datetime
    direction: str
    subject: str
    to: Sequence[Box] = ()
    cc: Sequence[Box] = ()
    bcc: Sequence[Box] = ()
    files: Sequence[File] = ()
    routes: Sequence[Route] = ()
    then_state: str | None = None
    automatic: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    speaks_of: Message | None = None
    parent: Message | None = None  # what it answers, where that is known already
    is_alone: bool = False  # names no other message: whoever gets it may be a stranger to the conversation
    extra: dict[str, Any] = field(default_factory=dict)  # more of the decision: a new ticket, a forwarded message


def boxes(values: Sequence[Box]) -> list[Mailbox]:
    """Return name and address pairs as the mail builder takes them."""
    return [Mailbox(value.get("name", ""), value["address"]) for value in values]


@dataclass(slots=True)
class Said:
    """An entry of kind "reply" or "note", and the mail that it holds."""

    entry: Entry
    mail: Mail


def say(words: Words) -> Message:
    """Write the entry and make its rows, in the transaction of the caller if there is one. Raises OSError."""
    return save_said([prepare(words)])[0]


def prepare(words: Words) -> Said:
    """Make the mail and the unsaved entry of `words`: outside of a transaction, since a large one is stored. Raises OSError."""
    ticket = words.ticket
    known = words.speaks_of or words.parent or (compose.parent_of(ticket) if ticket.pk else None)
    parent = None if words.is_alone else known
    original = compose.said(
        number=ticket.number,
        account=ticket.mailbox,
        by=words.by,
        at=words.at,
        subject=words.subject,
        text=words.text,
        to=boxes(words.to)
        or [Mailbox(ticket.contact.name, route.recipient) for route in words.routes if "@" in route.recipient],
        cc=boxes(words.cc),
        bcc=boxes(words.bcc),
        parent=parent,
        files=words.files,
        headers=words.headers,
    )
    kind = "note" if words.direction == Direction.NOTE else "reply"
    entry = entry_of(
        kind, at=words.at, fields=_fields(words), original=original, account=ticket.mailbox, ticket=ticket.number
    )
    return Said(entry, parse(original))


def save_said(batch: Sequence[Said]) -> list[Message]:
    """Store what was prepared, and make its rows, in one transaction; return the messages."""
    numbers = {one.entry.fields["ticket"] for one in batch}
    with transaction.atomic():
        list(Ticket.objects.select_for_update().filter(number__in=numbers).order_by("pk").values_list("pk"))
        insert_many(one.entry for one in batch)
        messages = apply_said(batch)
        wake("append")
    return messages


def _fields(words: Words) -> dict[str, Any]:
    fields = {
        "ticket": words.ticket.number,
        "message": new_id(),
        "by": words.by.public_id if words.by else None,
        "direction": str(words.direction),
        "contact": words.ticket.contact.public_id,
        "deliveries": [
            {
                "delivery": new_id(),
                "account": route.account.public_id,
                "channel": route.channel,
                "recipient": route.recipient,
                "reason": route.reason,
            }
            for route in words.routes
        ],
    }
    if words.then_state:
        fields["state"] = words.then_state
    if words.automatic:
        fields["automatic"] = True
    return fields | words.extra


@dataclass(slots=True)
class Lookups:
    """The rows that a batch refers to, fetched in one query for each table."""

    tickets: dict[int, Ticket]
    agents: dict[str, Agent]
    accounts: dict[str, int]  # primary keys, by public id


def apply_said(batch: Sequence[Said]) -> list[Message]:
    """Make the messages, their files and deliveries from entries of kind "reply" or "note". The number of queries is fixed."""
    for one in batch:
        _make_ticket(one.entry)
    rows = _look_up(batch)
    messages = [_message(one, rows) for one in batch]
    insert_many(messages)
    files = [attachments_of(message, one.mail) for one, message in zip(batch, messages, strict=True)]
    insert_many(file for some in files for file in some)
    _make_deliveries(messages, batch, rows)
    _make_participants(messages)
    names = {m.public_id: [file.filename for file in some] for m, some in zip(messages, files, strict=True)}
    index(messages, names)
    insert_many(_asked(messages))
    _touch(batch, messages)
    return messages


def _asked(messages: Sequence[Message]) -> list[ContactEvent]:
    """That customers were asked where else to answer: events, so that nobody is asked twice."""
    asking = [message for message in messages if message.entry.fields.get("asks")]
    return [ContactEvent(contact_id=m.contact_id, entry=m.entry, kind=ASKED, at=m.at) for m in asking if m.contact_id]


def _look_up(batch: Sequence[Said]) -> Lookups:
    all_fields = [one.entry.fields for one in batch]
    numbers = {fields["ticket"] for fields in all_fields}
    authors = {fields["by"] for fields in all_fields if fields["by"]}
    return Lookups(
        tickets={t.number: t for t in Ticket.objects.filter(number__in=numbers).select_related("mailbox")},
        agents={a.public_id: a for a in Agent.objects.filter(public_id__in=authors)} if authors else {},
        accounts=accounts_of(all_fields),
    )


def accounts_of(all_fields: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the primary keys of the accounts by which decisions send, by public id."""
    named = {one["account"] for fields in all_fields for one in fields["deliveries"]}
    return dict(Account.objects.filter(public_id__in=named).values_list("public_id", "pk")) if named else {}


def _make_ticket(entry: Entry) -> None:
    fields = entry.fields
    if "new_ticket" not in fields:
        return
    new = fields["new_ticket"]
    mailbox = Account.objects.get(public_id=new["mailbox"])
    Ticket.objects.create(
        number=fields["ticket"],
        subject=new["subject"],
        channel=mailbox.channel,
        mailbox=mailbox,
        team_id=mailbox.team_id,
        contact=_contact(entry),
        created_at=entry.at,
        updated_at=entry.at,
        last_message_at=entry.at,
    )


def _contact(entry: Entry) -> Contact:
    fields = entry.fields
    known = Contact.objects.filter(public_id=fields["contact"]).first()
    if known is not None:
        return known
    new = fields["new_contact"]
    contact = Contact.objects.create(public_id=fields["contact"], name=new["name"], created_at=entry.at)
    if new["address"]:  # an erased one has none
        contact.addresses.create(channel=new["channel"], address=new["address"])
    return contact


def _message(one: Said, rows: Lookups) -> Message:
    fields = one.entry.fields
    return said_message(one.entry, one.mail, rows.tickets[fields["ticket"]], rows.agents.get(fields["by"]))


def said_message(entry: Entry, mail: Mail, ticket: Ticket, by: Agent | None) -> Message:
    """Return the unsaved message that an entry of kind "reply" or "note" and its mail make."""
    fields = entry.fields
    first = fields["deliveries"][0]["channel"] if fields["deliveries"] else ticket.channel
    sender = mail.from_ or Mailbox("", "")
    spoken_of = fields.get("speaks_of")
    return Message(
        public_id=fields["message"],
        ticket=ticket,
        entry=entry,
        direction=fields["direction"],
        channel=first,
        account_id=ticket.mailbox_id,
        author=by,
        contact_id=ticket.contact_id,
        from_name=storable(sender.name),
        from_address=storable(sender.address),
        to=stored_boxes(mail.to),
        cc=stored_boxes(mail.cc),
        bcc=fields.get("bcc", []),
        subject=storable(mail.subject or "", LONGEST_SUBJECT),
        date=mail.date,
        at=entry.at,
        text=storable(mail.text),
        reply=storable(mail.text),
        html=storable(mail.html or ""),
        message_id=storable(mail.message_id or ""),
        references=answered_ids(mail),
        digest=mail.digest,
        kind="forward" if "forwards" in fields else "message",
        automatic=bool(fields.get("automatic")),
        speaks_of=Message.objects.filter(public_id=spoken_of).first() if spoken_of else None,
        reason=fields.get("reason", ""),
    )


def _make_deliveries(messages: Sequence[Message], batch: Sequence[Said], rows: Lookups) -> None:
    pairs = zip(batch, messages, strict=True)
    insert_many(row for one, message in pairs for row in deliveries_of(one.entry, message, rows.accounts))


def deliveries_of(entry: Entry, message: Message, accounts: Mapping[str, int]) -> list[Delivery]:
    """Return the unsaved deliveries that an entry decided; `accounts`: primary keys by public id."""
    return [
        Delivery(
            public_id=decided["delivery"],
            message=message,
            account_id=accounts[decided["account"]],
            channel=decided["channel"],
            recipient=decided["recipient"],
            route_reason=decided["reason"],
            at=entry.at,
            due_at=entry.at,
        )
        for decided in entry.fields["deliveries"]
    ]


def _make_participants(messages: Sequence[Message]) -> None:
    pairs: dict[tuple[int, str], None] = {}
    for message in messages:
        if message.direction == Direction.OUT and not message.automatic:
            add_participants(pairs, message, [box["address"] for box in [*message.to, *message.cc]])
    save_participants(pairs)


def _touch(batch: Sequence[Said], messages: Sequence[Message]) -> None:
    """Let the tickets show what was said in them."""
    tickets = {message.ticket_id: message.ticket for message in messages}
    unanswered = _with_questions(ticket for ticket in tickets.values() if ticket.first_answer_at is None)
    events = []
    for one, message in zip(batch, messages, strict=True):
        events += _set_state(message, one.entry.fields.get("state"))
        ticket = message.ticket
        ticket.own_code = ticket.own_code or one.entry.fields.get("own_code")
        if message.direction == Direction.NOTE or message.automatic:
            ticket.message_count += 1
            ticket.updated_at = max(ticket.updated_at, message.at)
        else:
            touch(ticket, message)
            if message.kind == "message" and ticket.pk in unanswered and ticket.first_answer_at is None:
                ticket.first_answer_at = message.at
    insert_many(events)
    save_many(tickets.values(), [*TOUCHED, "first_answer_at", "own_code"])


def _set_state(message: Message, state: str | None) -> list[Event]:
    """Set the ticket's state as was decided; return the event of it, if it changes."""
    if not state or state == message.ticket.state:
        return []
    before = set_state(message.ticket, state, message.at)
    data = {"from": before, "to": state}
    return [
        Event(ticket=message.ticket, entry=message.entry, kind="state", at=message.at, by=message.author, data=data)
    ]


def _with_questions(tickets: Iterable[Ticket]) -> set[int]:
    """Those of `tickets` in which there is anything to answer."""
    keys = [ticket.pk for ticket in tickets]
    asked = Message.objects.filter(ticket__in=keys, direction=Direction.IN) if keys else Message.objects.none()
    return set(asked.order_by().values_list("ticket_id", flat=True).distinct())
