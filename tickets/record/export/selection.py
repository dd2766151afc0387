"""Which entries are exported: all, one ticket's, one contact's, a span of time, and never what the agent may not see."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from tickets.models import Agent, Contact, ContactEvent, Direction, Entry, Event, Message, Ticket
from tickets.permissions import visible_to

AT_ONCE = 200  # rows of one query: none is open while the mails are written
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; everything that is set must hold. `agent`: whose sight limits it, None on the command line."""

    ticket: Ticket | None = None
    contact: Contact | None = None
    since: datetime | None = None
    until: datetime | None = None
    agent: Agent | None = None


def count(selection: Selection) -> int:
    """Return how many entries are looked at, for the progress."""
    keys = keys_of(selection)
    return _dated(selection).count() if keys is None else len(keys)


def entries(selection: Selection) -> Iterator[Entry]:
    """Yield the entries in the order in which they were made, with `said_at` and `sender`; no query stays open."""
    keys = keys_of(selection)
    rows = _dated(selection).annotate(
        said_at=Coalesce("message__at", "at"),
        sender=Coalesce("message__from_address", Value(""), output_field=CharField()),
    )
    rows = rows.defer("body").order_by("pk")
    batches = _after_each_other(rows) if keys is None else _named(rows, keys)
    for batch in batches:
        yield from _visible(batch, selection.agent)


def keys_of(selection: Selection) -> Sequence[int] | None:
    """Return the primary keys of a ticket's or contact's entries, eight bytes each; None: all entries."""
    found: set[int] | None = None
    if selection.ticket is not None:
        found = _of_tickets(Q(pk=selection.ticket.pk) | Q(merged_into=selection.ticket.pk))
    if selection.contact is not None:
        selves = selection.contact.selves
        written = Message.objects.filter(contact__in=selves, direction=Direction.IN)
        theirs = _of_tickets(Q(contact__in=selves)) | set(written.values_list("entry_id", flat=True))
        theirs |= set(ContactEvent.objects.filter(contact__in=selves).values_list("entry_id", flat=True))
        found = theirs if found is None else found & theirs
    return None if found is None else array("q", sorted(found))


def _of_tickets(which: Q) -> set[int]:
    """What was said and done in tickets, wherever a merge has put it since."""
    tickets = Ticket.objects.filter(which)
    said = Message.objects.filter(ticket__in=tickets).values_list("entry_id", flat=True)
    done = Event.objects.filter(ticket__in=tickets).values_list("entry_id", flat=True)
    about = Entry.objects.filter(ticket_number__in=tickets.values("number"), message__isnull=True)
    return {*said, *done, *about.values_list("pk", flat=True)}


def _dated(selection: Selection) -> QuerySet[Entry]:
    """Entries of the span of time: a message counts by its own time, which history keeps, all else by its entry's."""
    rows = Entry.objects.all()
    if selection.since:
        rows = rows.filter(Q(message__at__gte=selection.since) | Q(message__isnull=True, at__gte=selection.since))
    if selection.until:
        rows = rows.filter(Q(message__at__lt=selection.until) | Q(message__isnull=True, at__lt=selection.until))
    return rows


def _after_each_other(rows: QuerySet[Entry]) -> Iterator[list[Entry]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        last = batch[-1].pk
        yield batch


def _named(rows: QuerySet[Entry], keys: Sequence[int]) -> Iterator[list[Entry]]:
    for some in batches(keys, AT_ONCE):
        yield list(rows.filter(pk__in=some))


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` things, the last one shorter."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


def _visible(batch: list[Entry], agent: Agent | None) -> list[Entry]:
    """Leave out what belongs to tickets that the agent may not see; what belongs to none is an administrator's."""
    if agent is None:
        return batch
    numbers = {entry.ticket_number for entry in batch if entry.ticket_number}
    merged = Ticket.objects.filter(number__in=numbers, merged_into__isnull=False)
    into = dict(merged.values_list("number", "merged_into__number"))
    wanted = {into.get(number, number) for number in numbers}
    seen = set(visible_to(agent).filter(number__in=wanted).values_list("number", flat=True))
    return [
        entry
        for entry in batch
        if (
            into.get(entry.ticket_number, entry.ticket_number) in seen
            if entry.ticket_number
            else agent.is_administrator
        )
    ]
