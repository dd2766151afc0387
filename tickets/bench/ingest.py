"""Ingest: mails through the real way in, from a cold database until all is stored, fsynced and marked."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median

from django.utils import timezone

from tickets.bench import cpu, floor
from tickets.bench.fill import fill
from tickets.bench.scratch import Scratch, disconnect, mailbox, scratch
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_waiting
from tickets.models import Account, Entry, InboxItem, ItemState, Message, Ticket
from tickets.record.append import append, waiting

RUNS = 3
GROUP = 20  # mails accepted together, as the listener does with what twenty connections bring
# Seconds until a process that found nothing looks again: about what a bell takes.
FILER_PAUSE = 0.005
APPENDER_PAUSE = 0.025
MEGABYTE = 1024 * 1024


@dataclass(slots=True)
class Run:
    """One ingest of all mails."""

    seconds: float
    floor: tuple[float, float]  # seconds of the wall clock, and of the CPU
    cpu: dict[str, float] = field(default_factory=dict)  # seconds by part
    peak: int = 0  # bytes, of the largest process
    tickets: int = 0
    messages: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Ingested:
    """The figures of a benchmark; rates are medians of its runs."""

    mails: int
    mails_per_second: float
    mails_per_cpu_second: float
    floor_mails_per_second: float
    floor_mails_per_cpu_second: float
    ratio: float
    peak_memory_mb: float
    tickets: int
    messages: int
    workers: int
    preloaded: int
    cpu_ms_per_mail: dict[str, float]


def ingest(folder: Path, workers: int = 1, preload: int = 0, runs: int = RUNS) -> Ingested:
    """Take in every .eml below `folder` with `workers` filing processes, `runs` times, alternating with the floor.

    Raises FileNotFoundError when there is no .eml.
    """
    raws = read_mails(folder)
    with scratch() as place:
        if preload:
            fill(preload)
        done = [run_once(place, raws, workers, f"run{number}") for number in range(runs)]
    return _figures(done, len(raws), workers, preload)


def read_mails(folder: Path) -> list[bytes]:
    """Return every .eml below `folder`, in the order of their names. Raises FileNotFoundError when there is none."""
    raws = [path.read_bytes() for path in sorted(folder.rglob("*.eml"))]
    if not raws:
        raise FileNotFoundError(f"There is no .eml file in {folder}. `manage.py bench mails FOLDER` writes some.")
    return raws


def _figures(done: Sequence[Run], mails: int, workers: int, preload: int) -> Ingested:
    rate = median(run.settled / run.seconds for run in done)
    parts = done[0].cpu
    return Ingested(
        mails=mails,
        mails_per_second=round(rate, 1),
        mails_per_cpu_second=round(median(run.settled / sum(run.cpu.values()) for run in done), 1),
        floor_mails_per_second=round(median(mails / run.floor[0] for run in done), 1),
        floor_mails_per_cpu_second=round(median(mails / run.floor[1] for run in done), 1),
        ratio=round(median(run.settled / run.seconds * run.floor[0] / mails for run in done), 3),
        peak_memory_mb=round(max(run.peak for run in done) / MEGABYTE, 1),
        tickets=done[-1].tickets,
        messages=done[-1].messages,
        workers=workers,
        preloaded=preload,
        cpu_ms_per_mail={p: round(median(run.cpu[p] for run in done) / mails * 1000, 2) for p in parts},
    )


def run_once(place: Scratch, raws: Sequence[bytes], workers: int, word: str) -> Run:
    """One run of the floor and one of the whole way in."""
    taken_by_floor = _floor(raws)
    place.fresh(word)
    account = mailbox()
    server = cpu.postmaster()
    before = Ticket.objects.count(), Message.objects.count()
    disconnect()
    gc.collect()
    gc.freeze()  # as `manage.py run` does before it forks
    used_before = cpu.seconds_of(server)
    began = time.perf_counter()
    used = _work(account, raws, workers)
    run = Run(time.perf_counter() - began, taken_by_floor)
    gc.unfreeze()
    run.cpu = {name: sum(u.cpu_seconds for n, u in used if n == name) for name, _ in used}
    run.peak = max(one.peak_bytes for _, one in used)
    run.cpu["database"] = cpu.seconds_of(server) - used_before
    run.tickets, run.messages = Ticket.objects.count() - before[0], Message.objects.count() - before[1]
    run.settled = Entry.objects.filter(marked_at__isnull=False, items__state=ItemState.DONE).count()
    disconnect()
    return run


def _floor(raws: Sequence[bytes]) -> tuple[float, float]:
    reading, writing = get_context("fork").Pipe(duplex=False)
    disconnect()
    pid = cpu.fork(lambda: writing.send(floor.seconds(raws)))
    found: float = reading.recv()
    return found, cpu.wait(pid, "floor").cpu_seconds


def _work(account: Account, raws: Sequence[bytes], workers: int) -> list[tuple[str, cpu.Used]]:
    """Run all parts beside each other until everything is marked; return what each process took."""
    fed, filed = get_context("fork").Event(), get_context("fork").Event()
    feeder = cpu.fork(partial(_feed, account, raws))
    filers = [cpu.fork(partial(_until, fed, process_waiting, _nothing_waits, FILER_PAUSE)) for _ in range(workers)]
    appender = cpu.fork(partial(_until, filed, append, lambda: not waiting(), APPENDER_PAUSE))
    used = [("accept", cpu.wait(feeder, "accept"))]
    fed.set()
    used += [("file", cpu.wait(pid, "file")) for pid in filers]
    filed.set()
    return [*used, ("append", cpu.wait(appender, "append"))]


def _feed(account: Account, raws: Sequence[bytes]) -> None:
    for group in groups(raws, GROUP):
        accept_many([arrival(account, raw) for raw in group])
    disconnect()


def groups(raws: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    """Yield slices of `size`."""
    return (raws[start : start + size] for start in range(0, len(raws), size))


def arrival(account: Account, raw: bytes) -> Arrival:
    """Return a mail as the listener hands it over."""
    envelope = {"from": "customer@mail.example", "to": [account.address]}
    return Arrival(account, raw, "smtp", sha256(raw).hexdigest(), envelope, timezone.now())


def _until(last: Event, work: Callable[[], int], finished: Callable[[], bool], pause: float) -> None:
    """Work until nothing is left after `last` was set."""
    while True:
        ending = last.is_set()
        if work():
            continue
        if ending and finished():
            break
        time.sleep(pause)
    disconnect()


def _nothing_waits() -> bool:
    return not InboxItem.objects.filter(state=ItemState.WAITING, lease_until__isnull=True).exists()
