"""Reading an entry's bytes, wherever they lie just now: row, spool or record."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tickets.models import Entry
from tickets.record import spool, trace
from tickets.record.store import store


class Missing(Exception):
    """An entry's bytes are not where they should be; the text says which and what to do."""


def original(entry: Entry) -> bytes:
    """Return the mail as it arrived or was made, byte for byte. Raises Missing."""
    if entry.marked_at is None:
        try:
            return _unwritten(entry)
        except FileNotFoundError:
            entry.refresh_from_db()  # the appender has written and marked it since
    return trace.split(whole(entry))[1]


def whole(entry: Entry) -> bytes:
    """Return the file of a marked entry, trace and all; of an unmarked one the original alone. Raises Missing."""
    if entry.marked_at is None:
        return _unwritten(entry)
    try:
        return store().read(entry.path)
    except FileNotFoundError as error:
        raise Missing(
            f"Entry {entry.number} is not in the record at {entry.path}. Run `manage.py record verify`."
        ) from error


def _unwritten(entry: Entry) -> bytes:
    if entry.source == "in":
        return spool.get(entry.spool).raw
    if entry.source == "made":
        return spool.made(entry.spool)
    if entry.body is None:
        raise FileNotFoundError(f"entry {entry.pk}")
    return bytes(entry.body)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One file of the record."""

    path: str
    trace: trace.Trace
    original: bytes


def numbers() -> list[tuple[int, str]]:
    """Return (number, name) of every file of the record, by number. About 150 bytes of memory each."""
    found = []
    for name in store().names(""):
        if "/cur/" in name and not name.startswith("spool/"):
            head = name.rsplit("/", 1)[1].split(".", 1)[0]
            if head.isdigit():
                found.append((int(head), name))
    return sorted(found)


def highest() -> int:
    """Return the highest number in the record; 0 when it is empty."""
    found = numbers()
    return found[-1][0] if found else 0


def recorded(name: str) -> Recorded:
    """Return one file of the record, checked against its own trace. Raises BadEntry."""
    head, body = trace.split(store().read(name))
    said = trace.read(head)
    if len(body) != said.size or hashlib.sha256(body).hexdigest() != said.sha256:
        raise trace.BadEntry(f"the mail in {name} is not the one that was written")
    return Recorded(name, said, body)


def walk(after: int = 0) -> Iterator[Recorded]:
    """Yield the record's entries above number `after`, in order. Raises BadEntry, which names the file."""
    for number, name in numbers():
        if number > after:
            yield recorded(name)
