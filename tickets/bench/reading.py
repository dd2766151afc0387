"""parse() alone, against Python's own parser on the same mails."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tickets.bench import floor
from tickets.bench.ingest import read_mails
from tickets.mime.parse import parse

RUNS = 3


@dataclass(frozen=True, slots=True)
class Parsed:
    """The figures; rates are medians of alternated runs on one core."""

    messages: int
    messages_per_second: float
    us_per_kb: float
    floor_messages_per_second: float
    ratio: float
    slowest_ms: float


def parse_all(folder: Path, runs: int = RUNS) -> Parsed:
    """Parse every .eml below `folder`. Raises FileNotFoundError."""
    raws = read_mails(folder)
    pairs = [(floor.seconds(raws), seconds(raws)) for _ in range(runs)]
    taken = median(ours for _, ours in pairs)
    return Parsed(
        messages=len(raws),
        messages_per_second=round(len(raws) / taken, 1),
        us_per_kb=round(taken * 1e6 / (sum(map(len, raws)) / 1024), 2),
        floor_messages_per_second=round(len(raws) / median(theirs for theirs, _ in pairs), 1),
        ratio=round(median(theirs / ours for theirs, ours in pairs), 3),
        slowest_ms=round(max(seconds([raw]) for raw in raws) * 1000, 1),
    )


def seconds(raws: Sequence[bytes]) -> float:
    """Return how long parsing all of them takes, in seconds of the wall clock."""
    began = time.perf_counter()
    for raw in raws:
        parse(raw)
    return time.perf_counter() - began
