"""Fill a scratch database in bulk, as if it had been at work for a long time. The record's files are left out."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from tickets import search
from tickets.bench.scratch import mailbox
from tickets.bench.words import PEOPLE, SENTENCES, SUBJECTS
from tickets.models import Account, Address, Contact, Counter, Entry, Message, Participant, Ticket
from tickets.models.numbers import TICKETS
from tickets.record.append import HEAD

PER_TICKET = 3
AT_ONCE = 1000  # tickets in one transaction
STATES = ["new"] * 2 + ["open"] * 3 + ["waiting"] * 3 + ["solved"] * 8 + ["closed"] * 4


def fill(messages: int, per_ticket: int = PER_TICKET, seed: int = 2) -> None:
    """Insert `messages` messages in tickets of `per_ticket`, spread over the last year."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    account = mailbox("old@bench.example")
    contacts = _contacts(max(1, messages // 12))
    tickets = -(-messages // per_ticket)
    began = timezone.now() - timedelta(days=365)
    for first in range(0, tickets, AT_ONCE):
        with transaction.atomic():
            numbers = range(first + 1, min(first + AT_ONCE, tickets) + 1)
            made = [
                _ticket(dice, n, account, contacts, began + timedelta(days=365) * (n / (tickets + 1))) for n in numbers
            ]
            Ticket.objects.bulk_create(made, batch_size=500)
            _messages(dice, made, account, per_ticket)
    Counter.objects.update_or_create(name=TICKETS, defaults={"value": tickets})
    Counter.objects.update_or_create(name=HEAD, defaults={"value": Entry.objects.count(), "chain": "0" * 64})


def _contacts(count: int) -> list[Contact]:
    names = [name for people in PEOPLE.values() for name in people]
    made = [Contact(name=names[n % len(names)], created_at=timezone.now()) for n in range(count)]
    Contact.objects.bulk_create(made, batch_size=1000)
    Address.objects.bulk_create(
        [
            Address(contact=c, channel="email", address=f"old{n}@customers.example", proven=True)
            for n, c in enumerate(made)
        ],
        batch_size=1000,
    )
    return made


def _ticket(dice: random.Random, number: int, account: Account, contacts: Sequence[Contact], at: datetime) -> Ticket:
    language = dice.choice(list(SUBJECTS))
    return Ticket(
        number=number,
        subject=dice.choice(SUBJECTS[language]).format(10_000 + number),
        state=dice.choice(STATES),
        channel="email",
        mailbox=account,
        contact=dice.choice(contacts),
        created_at=at,
        updated_at=at,
        last_message_at=at,
        snippet=dice.choice(SENTENCES[language])[:160],
        message_count=PER_TICKET,
    )


def _messages(dice: random.Random, tickets: Sequence[Ticket], account: Account, per_ticket: int) -> None:
    drafts = [_message(dice, ticket, place, account, per_ticket) for ticket in tickets for place in range(per_ticket)]
    Entry.objects.bulk_create([message.entry for message in drafts], batch_size=1000)
    Message.objects.bulk_create(drafts, batch_size=500)
    search.index(drafts, {})
    rows = [Participant(ticket=ticket, address=f"old{ticket.contact_id}@customers.example") for ticket in tickets]
    Participant.objects.bulk_create(rows, batch_size=1000)


def _message(dice: random.Random, ticket: Ticket, place: int, account: Account, per_ticket: int) -> Message:
    number = (ticket.number - 1) * per_ticket + place + 1
    text = _text(dice, number)
    identifier = f"old{number}@customers.example"
    entry = Entry(
        number=number,
        kind="received",
        at=ticket.created_at,
        account=account,
        ticket_number=ticket.number,
        source="in",
        original_size=len(text),
        original_sha256=sha256(identifier.encode()).hexdigest(),
        path=f"old/cur/{number:010d}:2,S",
        marked_at=ticket.created_at,
    )
    return Message(
        ticket=ticket,
        entry=entry,
        direction="out" if place % 2 else "in",
        channel="email",
        account=account,
        contact=ticket.contact,
        from_name=ticket.contact.name,
        from_address=f"old{ticket.contact_id}@customers.example",
        to=[{"name": "", "address": account.address}],
        subject=ticket.subject,
        at=ticket.created_at + timedelta(minutes=place),
        text=text,
        reply=text,
        message_id=identifier,
        digest=entry.original_sha256,
        reason="A new ticket: nothing in this mail refers to one.",
    )


def _text(dice: random.Random, number: int) -> str:
    """A few paragraphs, with a word that only this message has and some that few have."""
    said = " ".join(dice.choices(SENTENCES[dice.choice(list(SENTENCES))], k=dice.randint(2, 12)))
    rare = " ".join(f"part{dice.randrange(5000):04d}" for _ in range(3))
    return f"{said}\n\nReference ref{number:07d}, {rare}.\n\nAnn"
