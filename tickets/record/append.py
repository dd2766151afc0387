"""The appender: gives entries their numbers and writes their files. Three steps, each safe to repeat."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tickets.models import Account, Counter, Entry
from tickets.models.many import save_many
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A numbered entry without a file, and the lines of its trace, which both the chain and the file need."""

    entry: Entry
    lines: list[str]


def append(batch: int = BATCH) -> int:
    """Number, write and mark what waits; return how many entries were marked. Raises RecordAhead, OSError."""
    check_start(settings.RECORD_URL)
    return _write(batch, _number(batch))


def append_all() -> int:
    """Append until nothing waits."""
    total = 0
    while done := append():
        total += done
    return total


def _number(batch: int) -> list[Waiting]:
    """Step 1: the next gap-free numbers and chain values, fenced by a conditional update of the head. Returns what it numbered."""
    if not Entry.objects.filter(number__isnull=True).exists():
        return []
    with transaction.atomic():
        last = head()
        entries = _with_accounts(Entry.objects.filter(number__isnull=True).order_by("pk")[:batch])
        numbered: list[Waiting] = []
        chain = last.chain
        for number, entry in enumerate(entries, last.number + 1):
            entry.number = number
            numbered.append(Waiting(entry, trace.lines_of(entry)))
            chain = entry.chain = trace.link(chain, trace.digest(entry, numbered[-1].lines))
            entry.path = trace.path_of(entry)
        reached = last.number + len(entries)
        fenced = Counter.objects.filter(name=HEAD, value=last.number).update(value=reached, chain=chain)
        if fenced:
            save_many(entries, ["number", "chain", "path"])
    return numbered if fenced else []


def _with_accounts(entries: Iterable[Entry]) -> list[Entry]:
    """Fetch entries, and each account that they name once."""
    found = list(entries)
    accounts = Account.objects.only("public_id").in_bulk({entry.account_id for entry in found if entry.account_id})
    for entry in found:
        if entry.account_id:
            entry.account = accounts[entry.account_id]
    return found


def _write(batch: int, numbered: Sequence[Waiting] = ()) -> int:
    """Steps 2 and 3: write the lowest numbered, unmarked entries; fsync the folders; mark them."""
    waiting = _lowest(numbered, batch)
    if not waiting:
        return 0
    for together in _in_portions(waiting):
        store().write_many(
            [(one.entry.path, trace.render(one.entry, _bytes_of(one.entry), one.lines)) for one in together]
        )
    entries = [one.entry for one in waiting]
    store().settle(*sorted({entry.path.rsplit("/", 1)[0] for entry in entries}))
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(marked_at=timezone.now(), body=None)
    spool.drop(_no_longer_needed(entries))
    return len(entries)


def _lowest(numbered: Sequence[Waiting], batch: int) -> list[Waiting]:
    """What was numbered just now, unless an earlier run left something below it."""
    unmarked = Entry.objects.filter(number__isnull=False, marked_at__isnull=True)
    if numbered and not unmarked.filter(number__lt=numbered[0].entry.number).exists():
        return list(numbered)
    return [Waiting(entry, trace.lines_of(entry)) for entry in _with_accounts(unmarked.order_by("number")[:batch])]


def _in_portions(waiting: list[Waiting]) -> Iterator[list[Waiting]]:
    """Yield entries in order, as many at once as the memory may hold."""
    portion: list[Waiting] = []
    size = 0
    for one in waiting:
        if portion and size + one.entry.original_size > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += one.entry.original_size
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
