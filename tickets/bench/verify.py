"""Verify a scratch record: how many entries a second, and in how much memory."""

import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tickets.bench.mails import mails
from tickets.bench.scratch import scratch
from tickets.models import Entry
from tickets.record import trace
from tickets.record.store import store
from tickets.record.verify import verify
from tickets.record.write import entry_of

DIFFERENT = 500  # mails that take turns
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Figures:
    """What verifying took; the first run finds the files in the system's memory, as they were written just now."""

    entries: int
    megabytes: float
    entries_per_second: float
    entries_per_cpu_second: float  # of one core; other work on the machine does not count
    megabytes_per_second: float
    peak_memory_mb: float
    faults: int


def measure(entries: int) -> dict[str, object]:
    """Write a record of `entries` believable entries and verify it three times; the best run counts."""
    with scratch() as place:
        place.fresh("verify")
        size = _write(entries, Path(place.folder / "verify"))
        best, spared, faults = 0.0, 0.0, 0
        for _ in range(3):
            began, used = time.perf_counter(), _cpu_seconds()
            found = verify()
            spared = max(spared, found.entries / (_cpu_seconds() - used))
            best = max(best, found.entries / (time.perf_counter() - began))
            faults = found.found
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * 1024
    each = size / entries / MEGABYTE
    return asdict(
        Figures(
            entries,
            round(size / MEGABYTE, 1),
            round(best, 1),
            round(spared, 1),
            round(best * each, 1),
            round(peak / MEGABYTE, 1),
            faults,
        )
    )


def _cpu_seconds() -> float:
    """What this process and those that it has waited for have used so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _write(count: int, folder: Path) -> int:
    """Write the files without fsync; return their size."""
    size, chain = 0, ""
    originals = list(mails(DIFFERENT, 3))
    made: set[Path] = set()
    for entry, original in _entries(count, originals):
        chain = entry.chain = trace.link(chain, trace.digest(entry))
        path = folder / trace.path_of(entry)
        if path.parent not in made:
            store().write(f"{trace.path_of(entry)}", trace.render(entry, original))
            made.add(path.parent)
        data = trace.render(entry, original)
        path.write_bytes(data)
        size += len(data)
    return size


def _entries(count: int, originals: list[bytes]) -> Iterator[tuple[Entry, bytes]]:
    """Yield entries with decisions as long as real ones."""
    kept: dict[int, Entry] = {}
    for number in range(1, count + 1):
        which = number % len(originals)
        at = BEGAN + timedelta(minutes=number // 2)
        if which not in kept:
            kept[which] = entry_of("received", at=at, fields={}, original=originals[which], spooled="x")
        template = kept[which]
        yield (
            Entry(
                kind="received",
                number=number,
                at=at,
                ticket_number=number // 3 + 1,
                fields=_decision(number, at),
                original_size=template.original_size,
                original_sha256=template.original_sha256,
            ),
            originals[which],
        )


def _decision(number: int, at: datetime) -> dict[str, object]:
    return {
        "account": "a1b2c3d4e5f6g7h8",
        "address": f"customer{number}@mail.example",
        "contact": f"{number:016x}",
        "envelope": {"from": f"customer{number}@mail.example", "to": ["support@bench.example"]},
        "item": f"{number:064x}",
        "key": f"{number:064x}",
        "message": f"{number:016x}",
        "reason": "A new ticket: nothing in this mail refers to one.",
        "received": at.isoformat(),
        "size": 4000,
        "source": "smtp",
        "spool": f"{number:064x}",
        "ticket": number // 3 + 1,
        "verified": "unknown",
    }
