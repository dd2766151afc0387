"""Verify: every entry of the record is there, unchanged, in its place, and nothing else is. What is not so is named in words.

Ranges of numbers are read by two processes; each takes the value that the chain has before its range from the file before
it, so that the seams are checked as everything else. A bucket is read by many requests at once instead.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from multiprocessing import get_context

from tickets.models import Entry
from tickets.record import erase, trace
from tickets.record.glance import Glance, glance
from tickets.record.listing import Listing, listing
from tickets.record.store import FolderStore, Store, store

RANGE = 2000  # entries that one process reads at once
MOST_NAMED = 1000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be: where, and what is wrong with it."""

    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.where}: {self.words}"


@dataclass(slots=True)
class Checked:
    """What the reading of one range found."""

    faults: list[Fault] = field(default_factory=list)
    tombstones: list[tuple[int, int, str]] = field(default_factory=list)  # (number, its erasure, sha256 of its mail)
    erasures: list[tuple[int, int]] = field(default_factory=list)  # (erased number, number of the erasure)
    left: dict[tuple[int, int], str] = field(default_factory=dict)  # sha256 of the mail that an erasure leaves
    chain: str = ""  # of the last entry
    entries: int = 0


@dataclass(slots=True)
class Verified(Checked):
    """What the reading of the whole record found; `faults` ends at a thousand, `found` counts on."""

    found: int = 0
    highest: int = 0
    files: Listing = field(default_factory=lambda: Listing(iter(())))

    def add(self, faults: Iterable[Fault]) -> None:
        """Note faults."""
        for one in faults:
            self.found += 1
            if len(self.faults) < MOST_NAMED:
                self.faults.append(one)


def verify(progress: Progress = lambda done, total: None, place: Store | None = None) -> Verified:
    """Read every file of the record (or of another place) once and check it. Raises OSError when it cannot be read."""
    place = place or store()
    files = listing(place)
    result = Verified(highest=files.highest(), files=files)
    result.add(_strange(files))
    result.add(_numbers(files))
    for checked in _ranges(files, place):
        result.add(checked.faults)
        result.tombstones += checked.tombstones
        result.erasures += checked.erasures
        result.left |= checked.left
        result.chain = checked.chain
        result.entries += checked.entries
        progress(result.entries, len(files))
    result.add(_erasures(result))
    return result


def _strange(files: Listing) -> Iterator[Fault]:
    return (Fault(f"File {name}", "it is no entry of the record; somebody has added it") for name in files.strange)


def span(first: int, last: int) -> str:
    """Name some entries that follow each other."""
    return f"Entry {first}" if first == last else f"Entries {first} to {last}"


def _numbers(files: Listing) -> Iterator[Fault]:
    """Numbers that are missing or there twice."""
    before = 0
    for place in range(len(files)):
        number = files.number(place)
        if number == before:
            names = f"{files.name(place - 1)} and {files.name(place)}"
            yield Fault(f"Entry {number}", f"two files have this number: {names}; one of them was added")
        elif number > before + 1:
            yield Fault(span(before + 1, number - 1), "missing: no file has this number")
        before = number


def _ranges(files: Listing, place: Store) -> Iterator[Checked]:
    starts = range(0, len(files), RANGE)
    processes = min(len(starts), os.cpu_count() or 1, 2) if isinstance(place, FolderStore) else 1
    if processes < 2:
        yield from (_check(files, place, start) for start in starts)
        return
    _shared.clear()
    _shared.append((files, place))  # a forked process has it without a copy
    with get_context("fork").Pool(processes) as pool:
        yield from pool.imap(_check_shared, starts)
    _shared.clear()


_shared: list[tuple[Listing, Store]] = []


def _check_shared(start: int) -> Checked:
    return _check(*_shared[0], start)


def _check(files: Listing, place: Store, start: int) -> Checked:
    """Read the files from `start` on and check each by itself and against the one before it."""
    found = Checked()
    end = min(start + RANGE, len(files))
    number, chain = (0, "") if start == 0 else _before(files, place, start - 1)
    for at, data in zip(range(start, end), place.read_many(map(files.name, range(start, end))), strict=True):
        found.entries += 1
        said = _sound(files, at, data, found)
        if said is not None and chain is not None and said.number == number + 1:
            found.faults += _follows(files.name(at), said, chain)
        if files.number(at) != number or said is not None:  # of two with one number the sound one goes on
            number, chain = files.number(at), said.chain if said else None
        if said is not None:
            _note(said, data or b"", found)
    found.chain = chain or ""
    return found


def _before(files: Listing, place: Store, at: int) -> tuple[int, str | None]:
    data = next(place.read_many([files.name(at)]))
    try:
        return files.number(at), glance(data).chain if data else None
    except trace.BadEntry:
        return files.number(at), None  # named by the range that it belongs to


def _sound(files: Listing, at: int, data: bytes | None, found: Checked) -> Glance | None:
    """Return what a file says when it is whole and named as it should be; else note why not."""
    try:
        said = glance(data) if data is not None else None
    except trace.BadEntry as error:
        found.faults.append(Fault(f"Entry {files.number(at)} ({files.name(at)})", str(error)))
        return None
    if said is None:
        found.faults.append(Fault(f"Entry {files.number(at)}", "missing: its file went away while the record was read"))
        return None
    wrong = _misnamed(files, at, said)
    found.faults += [Fault(f"Entry {files.number(at)} ({files.name(at)})", words) for words in wrong]
    return None if wrong else said


def _misnamed(files: Listing, at: int, said: Glance) -> list[str]:
    """In what a file's name and its content disagree."""
    wrong = []
    if said.number != files.number(at):
        wrong.append(f"its name and its content disagree: inside it is entry {said.number}; it was moved or renamed")
    if said.chain[:16] != files.chain(at):
        wrong.append(f"its name and its content disagree: inside, the chain value begins with {said.chain[:16]}")
    if said.month != files.month(at):
        wrong.append(
            f"it lies in the folder of {files.month(at)}, but is of {said.month}; it was moved or its time changed"
        )
    return wrong


def _follows(name: str, said: Glance, chain: str) -> list[Fault]:
    if trace.link(chain, said.digest) == said.chain:
        return []
    words = (
        "its trace was changed, or another entry stood before it: its content and the chain value of entry "
        f"{said.number - 1} do not give its chain value"
    )
    return [Fault(f"Entry {said.number} ({name})", words)]


def _note(said: Glance, data: bytes, found: Checked) -> None:
    """Keep what tombstones and erasures say; they are compared when everything is read."""
    if not said.erased and said.kind != erase.KIND:
        return
    head, original = trace.split(data)
    meant = trace.read(head)
    if said.erased:
        found.tombstones.append((said.number, said.erased, meant.sha256))
    if said.kind != erase.KIND:
        return
    numbers = [int(number) for number in meant.fields.get("erased", [])]
    found.erasures += [(number, said.number) for number in numbers]
    if not said.erased:  # one that was erased itself does not hold any more what it has left of others
        entry = Entry(number=said.number, at=datetime.fromisoformat(meant.at), fields=meant.fields)
        erasure = erase.read_erasure(entry, original)
        bodies = {number: erasure.become(number, {})[1] for number in numbers}
        found.left |= {(number, said.number): sha256(body).hexdigest() for number, body in bodies.items()}


def _erasures(result: Verified) -> Iterator[Fault]:
    """Every tombstone has its erasure, and every erasure was carried out."""
    decided = set(result.erasures)
    stones = {number for number, _, _ in result.tombstones}
    for number, erasure, digest in result.tombstones:
        if (number, erasure) not in decided or erasure <= number:
            words = f"it was made a tombstone, but there is no erasure {erasure} that names it: somebody has taken its words away"
            yield Fault(f"Entry {number}", words)
        elif result.left.get((number, erasure), digest) != digest:
            yield Fault(
                f"Entry {number}", f"its tombstone was changed: it is not the mail that erasure {erasure} left there"
            )
    for number, erasure in sorted(decided):
        if number not in stones:
            words = f"entry {erasure} erases it, but it is still whole. Run `manage.py record check --repair` to carry that out"
            yield Fault(f"Entry {number}", words)
