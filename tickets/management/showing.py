"""Tickets as scripts and operators see them: the form is pinned, other programs rely on it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from tickets.models import Act, Address, Entry, Event, Message, Priority, Ticket

AT_ONCE = 200  # tickets read in one go, so that a long list holds neither memory nor a transaction
CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
FIRST_PART = ("contact", "assignee", "team", "mailbox")
READ = (
    "number", "subject", "state", "channel", "priority", "created_at", "updated_at",
    "contact__name", "assignee__email", "team__name", "mailbox__address",
)  # fmt: skip


def newest_first(limit: int | None = None, below: int | None = None) -> Iterator[Ticket]:
    """Yield tickets by falling number, at most `limit`, those under `below`. Merged ones are part of another."""
    tickets = Ticket.objects.filter(merged_into__isnull=True).select_related(*FIRST_PART).only(*READ)
    tickets = tickets.prefetch_related("tags", "contact__addresses").order_by("-number")
    left = limit
    while left is None or left > 0:
        some = tickets if below is None else tickets.filter(number__lt=below)
        found = list(some[: AT_ONCE if left is None else min(AT_ONCE, left)])
        yield from found
        if len(found) < AT_ONCE:
            return
        left, below = left and left - len(found), found[-1].number


def ticket_named(number: int) -> Ticket:
    """Return the ticket, or the one that it was merged into. Raises Ticket.DoesNotExist."""
    ticket = Ticket.objects.select_related(*FIRST_PART).get(number=number)
    return ticket_named(ticket.merged_into.number) if ticket.merged_into else ticket


def ticket_as_object(ticket: Ticket) -> dict[str, Any]:
    """Return what a list tells of a ticket."""
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "state": ticket.state,
        "channel": ticket.channel,
        "mailbox": ticket.mailbox.address,
        "contact": {"name": ticket.contact.name, "addresses": [_address(one) for one in _addresses(ticket)]},
        "assignee": ticket.assignee.email if ticket.assignee else None,
        "team": ticket.team.name if ticket.team else None,
        "tags": sorted(tag.name for tag in ticket.tags.all()),
        "priority": Priority(ticket.priority).name.lower(),
        "created": moment(ticket.created_at),
        "updated": moment(ticket.updated_at),
    }


def whole_as_object(ticket: Ticket) -> dict[str, Any]:
    """Return all of a ticket: with its messages and events, in order."""
    return {
        **ticket_as_object(ticket),
        "messages": [message_as_object(message) for message in messages_of(ticket)],
        "events": [event_as_object(event) for event in events_of(ticket)],
    }


def messages_of(ticket: Ticket) -> list[Message]:
    """Return the messages of a ticket with their files and deliveries, the oldest first."""
    rows = ticket.messages.select_related("entry").defer("html", "entry__body", "entry__fields")
    return list(rows.prefetch_related("attachments", "deliveries").order_by("at", "pk"))


def events_of(ticket: Ticket) -> list[Event]:
    """Return what happened to a ticket, in order."""
    return list(ticket.events.select_related("entry", "by").defer("entry__body", "entry__fields").order_by("at", "pk"))


def message_as_object(message: Message) -> dict[str, Any]:
    """Return one message."""
    return {
        "id": message.public_id,
        "entry": written(message.entry),
        "direction": message.direction,
        "channel": message.channel,
        "from": _sender(message),
        "to": [{"name": box.get("name", ""), "address": box["address"]} for box in message.to],
        "date": moment(message.date),
        "received": moment(message.entry.at),
        "subject": message.subject,
        "text": message.text,
        "reply": message.reply,
        "attachments": [
            {
                "filename": file.filename or None,
                "content_type": file.content_type,
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in sorted(message.attachments.all(), key=lambda file: file.part)
        ],
        "message_id": message.message_id or None,
        "reason": message.reason,
        "deliveries": [
            {
                "channel": one.channel,
                "address": one.recipient,
                "state": one.state,
                "reason": one.reason,
                "remote_ids": one.remote_ids,
                "at": moment(one.at),
            }
            for one in sorted(message.deliveries.all(), key=lambda one: one.pk)
            if one.act == Act.SEND
        ],
    }


def event_as_object(event: Event) -> dict[str, Any]:
    """Return one event."""
    return {
        "entry": written(event.entry),
        "kind": event.kind,
        "at": moment(event.at),
        "by": event.by.email if event.by else None,
        "reason": event.reason,
    }


def written(entry: Entry) -> int | None:
    """Return the number in the record; None until the file is there."""
    return entry.number if entry.marked_at else None


def moment(at: datetime | None) -> str | None:
    """Return a time in UTC, ISO 8601 with its offset."""
    return at.astimezone(UTC).isoformat() if at else None


def _sender(message: Message) -> dict[str, str] | None:
    if not message.from_address and not message.from_name:
        return None
    return {"name": message.from_name, "address": message.from_address}


def _addresses(ticket: Ticket) -> list[Address]:
    return sorted(ticket.contact.addresses.all(), key=lambda one: (one.channel, one.address))


def _address(one: Address) -> dict[str, Any]:
    return {"channel": one.channel, "address": one.address, "proven": one.proven}


def line_of(ticket: Ticket) -> str:
    """Return a ticket on one line of a terminal."""
    who = ticket.contact.name or ", ".join(one.address for one in _addresses(ticket))
    assignee = f"  ({ticket.assignee.email})" if ticket.assignee else ""
    line = f"#{ticket.number:<6} {ticket.state:<8} {ticket.updated_at.astimezone(UTC):%Y-%m-%d %H:%M}  {who}: {ticket.subject}{assignee}"
    return harmless(line.replace("\n", " "))


def whole_as_text(ticket: Ticket) -> str:
    """Return all of a ticket for a terminal, what was said and done in order."""
    head = ticket_as_object(ticket)
    people = ", ".join(
        one["address"] + ("" if one["proven"] else _(" (unproven)")) for one in head["contact"]["addresses"]
    )
    lines = [
        f"#{ticket.number} {ticket.subject}",
        f"{head['state']}, {head['priority']}, {head['channel']}, {head['mailbox']}",
        f"{head['contact']['name']} <{people}>",
        *([_("assigned to %s") % head["assignee"]] if head["assignee"] else []),
        *([_("team %s") % head["team"]] if head["team"] else []),
        *([_("tags: %s") % ", ".join(head["tags"])] if head["tags"] else []),
    ]
    said: list[tuple[datetime, str]] = [(message.at, _message_as_text(message)) for message in messages_of(ticket)]
    said += [(event.at, _event_as_text(event)) for event in events_of(ticket)]
    said.sort(key=lambda one: one[0])
    return harmless("\n".join([*lines, *(f"\n{text}" for _at, text in said)]))


def _message_as_text(message: Message) -> str:
    arrow = {"in": "←", "out": "→"}.get(message.direction, "✎")
    sender = f"{message.from_name} <{message.from_address}>".strip()
    lines = [
        f"{arrow} {message.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {message.direction}  {sender}  [{message.public_id}]"
    ]
    lines += [f"  {message.reason}"] if message.reason else []
    lines += [f"  {line}" for line in message.reply.splitlines()]
    lines += [f"  + {file.filename or '–'} ({file.content_type}, {file.size} B)" for file in message.attachments.all()]
    lines += [f"  {one.recipient}: {one.state}. {one.reason}".rstrip() for one in message.deliveries.all()]
    return "\n".join(lines)


def _event_as_text(event: Event) -> str:
    by = event.by.email if event.by else "Holdfast"
    words = ", ".join(f"{name}: {value}" for name, value in event.data.items() if value not in (None, [], ""))
    return f"· {event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {by}  {event.kind}  {words}  {event.reason}".rstrip()


def harmless(text: str) -> str:
    """Return text without what would steer a terminal: a customer's words are shown, not obeyed."""
    return CONTROL.sub(" ", text)
