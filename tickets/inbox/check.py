"""Check: after any crash, do record, spool and database agree? Says what it found in words, and mends what needs no guess.

Every check is a generator of findings. A finding that can be mended is mended before the check goes on, so that the later
checks see the mended state.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from tickets.inbox.sweep import adopt
from tickets.models import Account, Counter, Entry, InboxItem, ItemState
from tickets.record import erase, read, spool, trace
from tickets.record.append import Head, append_all, head
from tickets.record.config import is_current, snapshot, write_config
from tickets.record.glance import glance
from tickets.record.listing import Listing, listing
from tickets.record.store import store

MOST_NAMED = 10
PROBE = "spool/check"
CUT_OFF_AGE = timedelta(minutes=1)  # a younger file aside may be in the making
Mend = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree, in words; `mend` puts it right without guessing, None when nothing can."""

    words: str
    mend: Mend | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A finding, and what came of it."""

    words: str
    mended: bool
    mendable: bool
    why: str = ""  # the mending failed


class Stop(Exception):
    """The checks that follow would only say the same again."""


def check(repair: bool = False) -> Iterator[Checked]:
    """Yield what does not agree; with `repair`, mend it. Nothing found: record, spool and database agree."""
    try:
        for look in CHECKS:
            for finding in look():
                yield _mended(finding) if repair and finding.mend else Checked(finding.words, False, bool(finding.mend))
    except Stop:
        return


def _mended(finding: Finding) -> Checked:
    try:
        if finding.mend:
            finding.mend()
    except Exception as error:
        return Checked(finding.words, False, True, f"{type(error).__name__}: {error}")
    return Checked(finding.words, True, True)


def reachable() -> Iterator[Finding]:
    """The record is there, and takes files."""
    url = settings.RECORD_URL
    try:
        there = next(iter(store().names("")), None)
    except OSError as error:
        yield Finding(f"The record at {url} cannot be read: {error}. Mend that first; nothing else was checked.")
        raise Stop from error
    if there is None and head().number:
        words = f"There is no record at {url}, and this database knows {head().number} entries of one."
        yield Finding(f"{words} Put the folder or bucket back, or correct RECORD_URL; nothing else was checked.")
        raise Stop
    try:
        store().write(PROBE, b"")
        store().remove(PROBE)
    except OSError as error:
        yield Finding(
            f"The record at {url} takes no files: {error}. Until it does, no mail is taken in and none goes out."
        )
        raise Stop from error


def ahead() -> Iterator[Finding]:
    """The record holds no more than the database knows: else the database is an older one, or another's."""
    files, known = listing(), head()
    highest_row = Entry.objects.aggregate(last=Max("number"))["last"] or 0
    if highest_row != known.number:
        yield Finding(
            f"The database's own head is {known.number}, but its last entry has the number {highest_row}: it was changed by "
            "hand or only half restored. Restore it, or make it anew: `manage.py record rebuild --into DATABASE_URL`."
        )
    if files.highest() > known.number:
        yield Finding(
            f"The record is ahead: it ends at {files.highest()}, the database at {known.number}. {_what_to_do(files, known)}"
        )


def _what_to_do(files: Listing, known: Head) -> str:
    unwritten = Entry.objects.filter(marked_at__isnull=True).count()
    if unwritten:
        return (
            f"The database has {unwritten} entries of its own that are not in the record: two databases have written to one "
            "record. Nothing is mended by guessing; keep both, and rebuild into an empty one: "
            "`manage.py record rebuild --into DATABASE_URL`."
        )
    if not _is_prefix(files, known):
        return "It is not a continuation of what this database knows. Check RECORD_URL and DATABASE_URL."
    return "The database is an older state of this record: `manage.py record rebuild` applies what is missing, and no more."


def _is_prefix(files: Listing, known: Head) -> bool:
    if not known.number:
        return True
    at = files.above(known.number - 1)
    return files.number(at) == known.number and files.chain(at) == known.chain[:16]


def cut_off() -> Iterator[Finding]:
    """Files that were being written when somebody died: nobody refers to them."""
    for name in list(store().unfinished()):
        written = store().modified(name)
        if written and timezone.now() - written > CUT_OFF_AGE:
            yield Finding(f"{name} was being written when its writer died.", partial(store().remove, name))


def written() -> Iterator[Finding]:
    """Every entry that is called written has its file."""
    files = listing()
    rows = Entry.objects.filter(marked_at__isnull=False).order_by("number").values_list("pk", "number", "path", "chain")
    place = 0
    for pk, number, path, chain in rows.iterator(2000):
        while place < len(files) and files.number(place) < (number or 0):
            place += 1
        if place == len(files) or files.number(place) != number:
            yield _lost(pk, number or 0, path)
        elif files.chain(place) != chain[:16]:
            yield Finding(
                f"Entry {number}: the file {files.name(place)} is not the one that was written. Run `manage.py record verify`."
            )
        elif files.name(place) != path:
            new = files.name(place)
            words = f"Entry {number}: the database looks for it at {path}, and it is at {new}."
            yield Finding(words, partial(Entry.objects.filter(pk=pk).update, path=new))


def _lost(pk: int, number: int, path: str) -> Finding:
    entry = Entry.objects.select_related("account").get(pk=pk)
    original = _still_there(entry)
    if original is None:
        return Finding(
            f"Entry {number} is called written, and {path} is not there; nor are its bytes in the spool. Take the file from a "
            "mirror or a backup; what the database knows of it stays."
        )
    words = f"Entry {number} is called written, and {path} is not there; its bytes are, in the spool."
    return Finding(words, partial(_write, path, trace.render(entry, original)))


def _write(path: str, data: bytes) -> None:
    store().write(path, data)
    store().settle(path.rsplit("/", 1)[0])


def _still_there(entry: Entry) -> bytes | None:
    """Return an entry's bytes from row or spool when they are those that the chain knows; None when they are gone."""
    try:
        found = read._unwritten(entry)
    except FileNotFoundError:
        return None
    rendered = trace.render(entry, found)
    try:
        said = glance(rendered)
    except trace.BadEntry:
        return None
    before = Entry.objects.filter(number=(entry.number or 0) - 1).values_list("chain", flat=True).first() or ""
    return found if trace.link(before, said.digest) == entry.chain else None


def unwritten() -> Iterator[Finding]:
    """What waits for its file has its bytes, and is written now."""
    waiting = Entry.objects.filter(marked_at__isnull=True)
    names = {name for folder in (spool.IN, spool.MADE) for name in store().names(folder)}
    count, lost = 0, 0
    for entry in waiting.defer("body").order_by("pk").iterator(500):
        count += 1
        if not _has_bytes(entry, names):
            lost += 1
            yield Finding(
                f"{_name(entry)} waits for its file, and its bytes are gone from the spool. Only a backup of the spool has them."
            )
    if count > lost:
        words = f"{count - lost} entries are decided, and not called written yet (some of their files may be there)."
        yield Finding(words, append_all)


def _name(entry: Entry) -> str:
    number = f"Entry {entry.number}" if entry.number else "An entry without a number"
    return f"{number} ({entry.kind} of {entry.at:%Y-%m-%d %H:%M}, ticket {entry.ticket_number or 'none'})"


def _has_bytes(entry: Entry, names: set[str]) -> bool:
    if entry.source == "inline":
        return not Entry.objects.filter(pk=entry.pk, body__isnull=True).exists() or _is_written(entry)
    folder = spool.IN if entry.source == "in" else spool.MADE
    return f"{folder}/{entry.spool}" in names or _is_written(entry)


def _is_written(entry: Entry) -> bool:
    return bool(entry.path) and store().modified(entry.path) is not None


def arrived() -> Iterator[Finding]:
    """Every file in spool/in has its row, and every row that waits has its file."""
    rows = set(InboxItem.objects.exclude(state=ItemState.DONE).values_list("spool", flat=True))
    names = {name.rsplit("/", 1)[1] for name in store().names(spool.IN)}
    for name in sorted(rows - names):
        item = InboxItem.objects.filter(spool=name).exclude(state=ItemState.DONE).select_related("account").first()
        if item and store().modified(f"{spool.IN}/{name}") is None:  # it was not only filed meanwhile
            yield Finding(
                f"An arrival on {item.account.name} ({item.source}, {item.received_at:%Y-%m-%d %H:%M}) is {item.state}, and its "
                f"bytes are gone from spool/in/{name}. Take the file from a backup, or fetch that mail again."
            )
    strangers = sorted(names - rows - set(_done(names - rows)))
    yield from _strangers(strangers)


def _done(names: set[str]) -> Iterator[str]:
    some = sorted(names)
    for start in range(0, len(some), 500):
        yield from InboxItem.objects.filter(spool__in=some[start : start + 500]).values_list("spool", flat=True)


def _strangers(names: list[str]) -> Iterator[Finding]:
    """Arrivals whose row was never committed, or is lost: their source may have its OK."""
    known = set(Account.objects.values_list("public_id", flat=True))
    good = 0
    for name in names:
        try:
            heading = spool.get(name).heading
        except (FileNotFoundError, ValueError, KeyError) as error:
            yield Finding(f"spool/in/{name} cannot be read as an arrival ({error!r}). Look at it; it is kept.")
            continue
        if heading.get("account") in known:
            good += 1
        else:
            yield Finding(
                f"spool/in/{name} came on an account that this database does not know ({heading.get('account')}). It is kept."
            )
    if good:
        yield Finding(f"{good} arrivals lie in the spool and have no row.", adopt)


def spooled() -> Iterator[Finding]:
    """Nothing lies in the spool that is in the record already."""
    for folder, source in ((spool.IN, "in"), (spool.MADE, "made")):
        names = sorted(name.rsplit("/", 1)[1] for name in store().names(folder))
        left = [name for start in range(0, len(names), 500) for name in _finished(names[start : start + 500], source)]
        if left:
            words = f"{len(left)} files in {folder} are in the record by now."
            yield Finding(words, partial(spool.drop, [f"{folder}/{name}" for name in left]))


def _finished(names: list[str], source: str) -> set[str]:
    rows = Entry.objects.filter(spool__in=names, source=source)
    waiting = set(rows.filter(marked_at__isnull=True).values_list("spool", flat=True))
    live = InboxItem.objects.filter(spool__in=names).exclude(state=ItemState.DONE).values_list("spool", flat=True)
    return set(rows.filter(marked_at__isnull=False).values_list("spool", flat=True)) - waiting - set(live)


def erased() -> Iterator[Finding]:
    """Every erasure has put its tombstones in place, also in files that were brought back since."""
    if waiting := erase.pending():
        numbers = ", ".join(str(entry.number) for entry in waiting[:MOST_NAMED])
        yield Finding(f"Erasures are decided and not carried out: entries {numbers}.", erase.carry_out)
    rows = Entry.objects.filter(erased__isnull=False, marked_at__isnull=False).order_by("number")
    whole = [
        erasure for path, erasure in rows.values_list("path", "erased").iterator(500) if erasure and not _is_stone(path)
    ]
    if whole:
        words = f"{len(whole)} entries are erased, and their files are whole (again)."
        yield Finding(words, partial(_carry_out_from, min(whole)))


def _is_stone(path: str) -> bool:
    """Whether a file is a tombstone; one that is missing or broken is named elsewhere."""
    try:
        return read.recorded(path).trace.erased is not None
    except (FileNotFoundError, trace.BadEntry):
        return True


def _carry_out_from(number: int) -> None:
    Counter.objects.filter(name=erase.CARRIED_OUT).update(value=number - 1)
    erase.carry_out()


def configured() -> Iterator[Finding]:
    """The configuration in the record is the one that is in force."""
    if snapshot() and not is_current():
        yield Finding("The configuration in the record is not the one of the database.", write_config)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    reachable,
    ahead,
    cut_off,
    written,
    unwritten,
    arrived,
    spooled,
    erased,
    configured,
)
