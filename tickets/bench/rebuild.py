"""Rebuild beside ingest: the same mails are taken in, then the database is made anew from the record they left."""

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.conf import settings

from tickets.bench.ingest import MEGABYTE, RUNS, Run, read_mails, run_once
from tickets.bench.scratch import Scratch, disconnect, scratch
from tickets.inbox.rebuild import rebuild
from tickets.models import Message
from tickets.record.config import write_config


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The figures; rates are medians, and each rebuild follows its ingest at once."""

    mails: int
    entries: int
    messages: int
    ingest_mails_per_second: float
    rebuild_entries_per_second: float
    ratio: float  # of rebuild to ingest
    peak_memory_mb: float


def measure(folder: Path, workers: int = 1, runs: int = RUNS) -> Rebuilt:
    """Take in every .eml below `folder` and rebuild from that record, `runs` times. Raises FileNotFoundError."""
    raws = read_mails(folder)
    with scratch() as place:
        done = [_both(place, raws, workers, f"run{number}") for number in range(runs)]
    taken, made = median(run.settled / run.seconds for run, _, _ in done), median(rate for _, rate, _ in done)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Rebuilt(
        mails=len(raws),
        entries=done[-1][2],
        messages=done[-1][0].messages,
        ingest_mails_per_second=round(taken, 1),
        rebuild_entries_per_second=round(made, 1),
        ratio=round(made / taken, 2),
        peak_memory_mb=round(peak / MEGABYTE, 1),
    )


def _both(place: Scratch, raws: Sequence[bytes], workers: int, word: str) -> tuple[Run, float, int]:
    """Return the ingest, the entries a second of the rebuild, and how many entries."""
    run = run_once(place, raws, workers, word)
    write_config()
    messages, record = Message.objects.count(), settings.RECORD_URL
    place.fresh(f"{word}again")
    settings.RECORD_URL = record
    began = time.perf_counter()
    entries = rebuild()
    rate = entries / (time.perf_counter() - began)
    if Message.objects.count() != messages:
        raise RuntimeError(f"The rebuild made {Message.objects.count()} messages of {messages}: it is not the same.")
    disconnect()
    return run, rate, entries
