"""Histories made by hand: rows with the times that a test says, without mail. Their figures are counted by a person."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from tickets.models import Account, Agent, Contact, Entry, Event, Message, Ticket

_numbers = count(1)


def at(text: str) -> datetime:
    """ "2026-03-04 10:00" in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def mailbox(address: str = "support@desk.example", **fields: Any) -> Account:
    return Account.objects.create(
        channel="email", name=address, address=address, created_at=at("2026-01-01 00:00"), **fields
    )


def ticket(home: Account, began: str, **fields: Any) -> Ticket:
    """A ticket that began then."""
    when = at(began)
    contact = Contact.objects.create(name="Zoe", created_at=when)
    return Ticket.objects.create(
        number=next(_numbers),
        subject="Printer",
        channel="email",
        mailbox=home,
        contact=contact,
        created_at=when,
        updated_at=when,
        last_message_at=when,
        **fields,
    )


def say(where: Ticket, direction: str, when: str, author: Agent | None = None, **fields: Any) -> Message:
    """One message of a ticket: direction in, out or note."""
    channel = fields.pop("channel", where.channel)
    return Message.objects.create(
        ticket=where,
        entry=entry(when),
        direction=direction,
        channel=channel,
        account=where.mailbox,
        author=author,
        at=at(when),
        **fields,
    )


def set_state(where: Ticket, by: Agent | None, before: str, after: str, when: str) -> Event:
    """The event that a change of state leaves."""
    data = {"from": before, "to": after}
    return Event.objects.create(ticket=where, entry=entry(when), kind="state", at=at(when), by=by, data=data)


def entry(when: str) -> Entry:
    return Entry.objects.create(kind="test", at=at(when), source="inline", original_size=0, original_sha256="")
