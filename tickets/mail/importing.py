"""Bring in mail from files as history: dated as written, never answered, never twice; stopped and begun again at will."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from django.utils import timezone

from tickets.inbox.accept import Arrival, accept_many
from tickets.mail.files import Found, kind_of, mail_files, mails
from tickets.mail.heads import date_of, return_path_of
from tickets.mail.pipe import account_of
from tickets.mail.routes import Routes, load

BATCH, BATCH_BYTES = 100, 8 * 1024 * 1024
DRAWN_EVERY = 0.2  # seconds
WIDTH = 40


@dataclass
class Result:
    """What an import did."""

    new: int = 0
    known: int = 0
    homeless: int = 0  # no mailbox could be told for it
    skipped: list[str] = field(default_factory=list)  # files that are no mail or cannot be read, with the reason


def bring_in(path: Path, mailbox: str | None, bar: "Bar") -> Result:
    """Import everything at `path`. Raises OSError or DatabaseError; what was stored until then is known the next time."""
    result, routes = Result(), load()
    batch: list[Arrival] = []
    size = 0
    for found in _all(path, bar, result):
        arrival = _arrival(found, routes, mailbox)
        if arrival is None:
            result.homeless += 1
            continue
        batch.append(arrival)
        size += len(found.raw)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            _store(batch, result)
            batch, size = [], 0
        bar.draw(result)
    _store(batch, result)
    bar.end(result)
    return result


def _all(path: Path, bar: "Bar", result: Result) -> Iterator[Found]:
    files = mail_files(path)
    bar.total = sum(_size(file) for file in files)
    for file in files:
        try:
            kind = kind_of(file)
            if not kind:
                result.skipped.append(f"{file}: no mail")
                bar.done += _size(file)
                continue
            for found in mails(file, kind):
                bar.done += found.size
                yield found
        except OSError as error:
            result.skipped.append(f"{file}: {error.strerror or error}")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _arrival(found: Found, routes: Routes, mailbox: str | None) -> Arrival | None:
    account = account_of(routes, mailbox, found.raw)
    if account is None:
        return None
    now = timezone.now()
    when = date_of(found.raw, now) or min(found.came, now)
    envelope = {"from": return_path_of(found.raw), "to": [mailbox] if mailbox else []}
    return Arrival(account, found.raw, "import", sha256(found.raw).hexdigest(), envelope, when, history=True)


def _store(batch: list[Arrival], result: Result) -> None:
    if batch:
        fresh = sum(accept_many(batch))
        result.new += fresh
        result.known += len(batch) - fresh


class Bar:
    """A progress bar on standard error."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self._drawn_at = 0.0

    def draw(self, result: Result) -> None:
        """Draw it, five times a second at most."""
        if time.monotonic() - self._drawn_at < DRAWN_EVERY:
            return
        self._drawn_at = time.monotonic()
        share = min(1.0, self.done / self.total) if self.total else 1.0
        filled = int(share * WIDTH)
        counts = f"{result.new} new, {result.known} known"
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%}  {counts} ")
        sys.stderr.flush()

    def end(self, result: Result) -> None:
        """Draw it full and leave the line."""
        self.done, self._drawn_at = self.total, 0.0
        self.draw(result)
        sys.stderr.write("\n")
