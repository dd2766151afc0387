"""Verify against the database: does the record end where the index says, and is every row's file the one it names?"""

from collections.abc import Iterator
from typing import NamedTuple

from tickets.models import Entry
from tickets.record.append import head
from tickets.record.listing import Listing
from tickets.record.verify import Fault, Verified, span


class Row(NamedTuple):
    """What an entry's row says of its file."""

    number: int
    chain: str
    path: str
    marked: bool


def ends(result: Verified) -> Iterator[Fault]:
    """Compare the end of the record with the head that the database keeps. Entries not written yet are no fault."""
    known = head()
    written = Entry.objects.filter(marked_at__isnull=False, number__isnull=False).order_by("-number")
    last = written.values_list("number", flat=True).first() or 0
    if result.highest < last:
        words = (
            f"missing at the end of the record: it ends at {result.highest}, and the database has seen {last} written"
        )
        yield Fault(span(result.highest + 1, last), words)
    elif result.highest > known.number:
        words = f"the database ends at {known.number}: it is older than the record, or these were added. See `manage.py record check`"
        yield Fault(span(known.number + 1, result.highest), words)
    elif result.highest and result.chain:
        yield from _same_chain(result)


def _same_chain(result: Verified) -> Iterator[Fault]:
    chain = Entry.objects.filter(number=result.highest).values_list("chain", flat=True).first()
    if chain and chain != result.chain:
        words = f"its chain value is {result.chain[:16]}… in the record and {chain[:16]}… in the database: the record was rewritten"
        yield Fault(
            f"Entry {result.highest}", f"{words}. `manage.py record verify --database` names the first such entry"
        )


def rows(files: Listing) -> Iterator[Fault]:
    """Compare every row with the name of its file, which begins with its chain value; read in order, in bounded memory."""
    found = Entry.objects.filter(number__isnull=False).order_by("number")
    stream = (
        Row(number or 0, chain, path, marked is not None)
        for number, chain, path, marked in found.values_list("number", "chain", "path", "marked_at").iterator(2000)
    )
    place, count = 0, len(files)
    for row in stream:
        while place < count and files.number(place) < row.number:
            yield _unknown(files, place)
            place += 1
        if place == count or files.number(place) != row.number:
            if row.marked:
                yield Fault(
                    f"Entry {row.number} ({row.path})", "missing: the database has seen it written, and it is not there"
                )
            continue
        yield from _differs(files, place, row)
        while place < count and files.number(place) == row.number:
            place += 1
    for rest in range(place, count):
        yield _unknown(files, rest)


def _unknown(files: Listing, place: int) -> Fault:
    return Fault(
        f"Entry {files.number(place)} ({files.name(place)})",
        "the database does not know it: it was added, or the database is older",
    )


def _differs(files: Listing, place: int, row: Row) -> Iterator[Fault]:
    where = f"Entry {row.number} ({files.name(place)})"
    if files.chain(place) != row.chain[:16]:
        yield Fault(
            where, f"it is not the entry that was written: the database knows its chain value as {row.chain[:16]}…"
        )
    elif files.name(place).partition(":")[0] != row.path.partition(":")[0]:
        yield Fault(where, f"the database looks for it at {row.path}: it was moved")
