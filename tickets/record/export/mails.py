"""The mails of a selection, one after the other, and what became of those that cannot be had."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tickets.models import Entry
from tickets.record import read
from tickets.record.export.selection import Selection, count, entries
from tickets.record.trace import BadEntry, split

ERASED = b"\nHelpdesk-Erased:"  # in the trace of a tombstone


@dataclass(frozen=True, slots=True)
class Exported:
    """One mail as it is written: its bytes, when it was said, whose it is, and a name of its own."""

    raw: bytes
    at: datetime
    sender: str
    name: str  # the entry's number in ten digits


@dataclass(slots=True)
class Tally:
    """How an export goes."""

    total: int = 0
    done: int = 0
    written: int = 0
    erased: int = 0  # tombstones: of their mails nothing is left to export
    missing: list[str] = field(default_factory=list)
    progress: Callable[[int, int], None] = lambda done, total: None


def mails(selection: Selection, tally: Tally, with_trace: bool = False) -> Iterator[Exported]:
    """Yield the mails of a selection, as they came or with the record's own trace; keep `tally`."""
    tally.total = count(selection)
    for entry in entries(selection):
        tally.done += 1
        raw = _bytes(entry, tally, with_trace)
        if raw is not None:
            tally.written += 1
            yield Exported(raw, entry.said_at, entry.sender, name_of(entry))  # type: ignore[attr-defined]
        tally.progress(tally.done, tally.total)


def _bytes(entry: Entry, tally: Tally, with_trace: bool) -> bytes | None:
    try:
        raw = read.whole(entry) if with_trace and entry.marked_at else bytes_left(entry)
    except (read.Missing, BadEntry, OSError) as error:
        tally.missing.append(f"Entry {entry.number or 'without a number yet'}: {error}")
        return None
    tally.erased += raw is None
    return raw


def bytes_left(entry: Entry) -> bytes | None:
    """Return the mail as it came or was made; None when it was erased. Raises Missing, BadEntry, OSError."""
    if entry.marked_at is None:
        return read.original(entry)
    head, raw = split(read.whole(entry))
    return None if ERASED in head else raw


def name_of(entry: Entry) -> str:
    """Return a file name for an entry: its number, as the record's own files have it."""
    return f"{entry.number:010d}" if entry.number else f"not-numbered-{entry.pk}"
