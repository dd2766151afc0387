"""Say: replies, forwards, new outgoing tickets, automatic answers and notes become an entry, a message, deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.actions import compose
from tickets.actions.change import set_state
from tickets.actions.participants import add_participants, save_participants
from tickets.actions.receive import answered_ids, attachments_of, stored_boxes, touch
from tickets.mime.build import File
from tickets.mime.parse import Mail, Mailbox, parse
from tickets.models import (
    Account,
    Agent,
    Contact,
    Delivery,
    Direction,
    Entry,
    Event,
    Message,
    Ticket,
    new_id,
)
from tickets.models.text import LONGEST_SUBJECT, storable
from tickets.outbox.route import Route
from tickets.record.write import entry_of
from tickets.search import index
from tickets.wake import wake

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
    extra: dict[str, Any] = field(default_factory=dict)  # more of the decision: a new ticket, a forwarded message


def boxes(values: Sequence[Box]) -> list[Mailbox]:
    """Return name and address pairs as the mail builder takes them."""
    return [Mailbox(value.get("name", ""), value["address"]) for value in values]


def say(words: Words) -> Message:
    """Write the entry and make its rows, in the transaction of the caller if there is one. Raises OSError."""
    ticket = words.ticket
    parent = words.speaks_of or (compose.parent_of(ticket) if ticket.pk else None)
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
    mail = parse(original)
    with transaction.atomic():
        if ticket.pk:
            Ticket.objects.select_for_update().get(pk=ticket.pk)
        entry.save()
        message = apply_said(entry, mail)
        wake("append")
    return message


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


def apply_said(entry: Entry, mail: Mail) -> Message:
    """Make the message, its files and its deliveries from an entry of kind "reply" or "note"."""
    fields = entry.fields
    ticket = _ticket(entry)
    by = Agent.objects.filter(public_id=fields["by"]).first() if fields["by"] else None
    message = said_message(entry, mail, ticket, by)
    message.save()
    files = attachments_of(message, mail)
    for file in files:
        file.save()
    _make_deliveries(message, fields["deliveries"], entry.at)
    if message.direction == Direction.OUT and not message.automatic:
        pairs: dict[tuple[int, str], None] = {}
        add_participants(pairs, message, [box["address"] for box in [*message.to, *message.cc]])
        save_participants(pairs)
    index([message], {message.public_id: [file.filename for file in files]})
    _touch(ticket, message, fields.get("state"), by)
    return message


def _ticket(entry: Entry) -> Ticket:
    fields = entry.fields
    if "new_ticket" not in fields:
        return Ticket.objects.select_related("mailbox", "contact").get(number=fields["ticket"])
    new = fields["new_ticket"]
    mailbox = Account.objects.get(public_id=new["mailbox"])
    return Ticket.objects.create(
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
        account=ticket.mailbox,
        author=by,
        contact=ticket.contact,
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


def _make_deliveries(message: Message, decided: list[dict[str, str]], at: datetime) -> None:
    accounts = {a.public_id: a for a in Account.objects.filter(public_id__in={one["account"] for one in decided})}
    Delivery.objects.bulk_create(
        [
            Delivery(
                public_id=one["delivery"],
                message=message,
                account=accounts[one["account"]],
                channel=one["channel"],
                recipient=one["recipient"],
                route_reason=one["reason"],
                at=at,
                due_at=at,
            )
            for one in decided
        ]
    )


def _touch(ticket: Ticket, message: Message, state: str | None, by: Agent | None) -> None:
    if state and state != ticket.state:
        before = set_state(ticket, state, message.at)
        Event.objects.create(
            ticket=ticket, entry=message.entry, kind="state", at=message.at, by=by, data={"from": before, "to": state}
        )
    if message.direction == Direction.NOTE or message.automatic:
        ticket.message_count += 1
        ticket.updated_at = max(ticket.updated_at, message.at)
    else:
        touch(ticket, message)
        answers = ticket.messages.filter(direction=Direction.IN).exists()
        if answers and message.kind == "message" and ticket.first_answer_at is None:
            ticket.first_answer_at = message.at
    ticket.save()
