"""The appender: gives entries their numbers and writes their files. Three steps, each safe to repeat."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tickets.models import Counter, Entry
from tickets.record import read, spool, trace
from tickets.record.store import store

BATCH = 200
PORTION_BYTES = 16 * 1024 * 1024  # of mail in memory while files are written
HEAD = "record"


class RecordAhead(Exception):
    """The record holds numbers that this database does not know: it is not this record's index."""


@dataclass(slots=True)
class Head:
    """Where the record ends."""

    number: int
    chain: str


def head() -> Head:
    """Return the last number given and its chain value."""
    row, _ = Counter.objects.get_or_create(name=HEAD)
    return Head(row.value, row.chain)


@lru_cache(maxsize=4)
def check_start(url: str) -> None:
    """Refuse to append when the record at `url` is ahead of the database. Raises RecordAhead."""
    known, found = head().number, read.highest()
    if found > known:
        raise RecordAhead(
            f"The record holds entry {found}, but this database ends at {known}. Nothing is appended. "
            "Run `manage.py record rebuild` to make the database anew from the record, or restore the newer database."
        )


def append(batch: int = BATCH) -> int:
    """Number, write and mark what waits; return how many entries were marked. Raises RecordAhead, OSError."""
    check_start(settings.RECORD_URL)
    _number(batch)
    return _write(batch)


def append_all() -> int:
    """Append until nothing waits."""
    total = 0
    while done := append():
        total += done
    return total


def _number(batch: int) -> None:
    """Step 1: the next gap-free numbers and chain values, fenced by a conditional update of the head."""
    if not Entry.objects.filter(number__isnull=True).exists():
        return
    with transaction.atomic():
        last = head()
        waiting = list(
            Entry.objects.filter(number__isnull=True).defer("body").select_related("account").order_by("pk")[:batch]
        )
        number, chain = last.number, last.chain
        for entry in waiting:
            number += 1
            entry.number = number
            chain = trace.link(chain, trace.digest(entry))
            entry.chain = chain
        fenced = Counter.objects.filter(name=HEAD, value=last.number).update(value=number, chain=chain)
        if fenced:
            rows = [(e.number, e.chain, trace.path_of(e), e.pk) for e in waiting]
            _update("number = %s, chain = %s, path = %s", rows)


def _update(assignments: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {Entry._meta.db_table} SET {assignments} WHERE id = %s", rows)  # noqa: S608


def _write(batch: int) -> int:
    """Steps 2 and 3: write the lowest numbered, unmarked entries; fsync the folders; mark them."""
    waiting = list(
        Entry.objects.filter(number__isnull=False, marked_at__isnull=True)
        .select_related("account")
        .order_by("number")[:batch]
    )
    if not waiting:
        return 0
    for together in _in_portions(waiting):
        store().write_many([(entry.path, trace.render(entry, _bytes_of(entry))) for entry in together])
    store().settle(*sorted({entry.path.rsplit("/", 1)[0] for entry in waiting}))
    ids = [entry.pk for entry in waiting]
    Entry.objects.filter(pk__in=ids).update(marked_at=timezone.now(), body=None)
    spool.drop(_no_longer_needed(waiting))
    return len(waiting)


def _in_portions(waiting: list[Entry]) -> Iterator[list[Entry]]:
    """Yield entries in order, as many at once as the memory may hold."""
    portion: list[Entry] = []
    size = 0
    for entry in waiting:
        if portion and size + entry.original_size > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += entry.original_size
    yield portion


def _bytes_of(entry: Entry) -> bytes:
    try:
        return read._unwritten(entry)
    except FileNotFoundError:  # written and its spool file dropped by another appender, not yet marked as we saw it
        return read.recorded(entry.path).original


def _no_longer_needed(marked: list[Entry]) -> list[str]:
    """Spool files that no unmarked entry needs any more."""
    names = {entry.spool for entry in marked if entry.source != "inline"}
    needed = set(Entry.objects.filter(marked_at__isnull=True, spool__in=names).values_list("spool", flat=True))
    folder = {entry.spool: spool.IN if entry.source == "in" else spool.MADE for entry in marked}
    return [f"{folder[name]}/{name}" for name in names - needed]


def waiting() -> int:
    """Return how many entries have no file yet; filing pauses above 500."""
    return Entry.objects.filter(marked_at__isnull=True).count()
