"""The survey: all heads of an import in a small database of its own on the disk, so that mail comes in by its dates.

In that order an answer finds what it answers, whichever folder or file it lies in, and nothing grows in memory.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from tickets.inbox.moving_in import addressed
from tickets.mail.heads import date_of
from tickets.mail.pipe import account_of
from tickets.mail.routes import Routes
from tickets.mail.sources import Head
from tickets.mime.parse import parse

TABLES = """
CREATE TABLE mails (at REAL, place TEXT, key TEXT, size INTEGER, account INTEGER, message_id TEXT, parent TEXT,
  refs TEXT, sender TEXT, others TEXT, flags TEXT, is_automatic INTEGER);  -- as far as the head tells
CREATE INDEX by_time ON mails (at);
CREATE INDEX by_id ON mails (message_id);
CREATE TABLE ids (id TEXT PRIMARY KEY, thread INTEGER);
CREATE INDEX by_thread ON ids (thread);
CREATE TABLE threads (thread INTEGER PRIMARY KEY, at REAL, state TEXT);
"""
COLUMNS = "at, place, key, size, account, message_id, refs, sender, others, flags, is_automatic"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One mail as the survey knows it."""

    at: datetime
    place: str
    key: str
    size: int
    account: int | None  # primary key of its mailbox; None when it has no home here
    message_id: str
    refs: list[str]
    sender: str
    others: list[str]  # everybody addressed
    flags: list[str]
    is_automatic: bool


class Survey:
    """Heads by their time."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        database.executescript(TABLES)
        self.mails = self.bytes = 0

    def add(self, head: Head, routes: Routes, mailbox: str | None) -> None:
        """Note a mail."""
        mail = parse(head.fields + b"\n\n")
        now = timezone.now()
        at = date_of(head.fields, now) or min(head.came, now)
        sender = mail.from_.address.lower() if mail.from_ else ""
        refs = [one for one in dict.fromkeys([mail.in_reply_to, *reversed(mail.references[-20:])]) if one]
        row = (
            at.timestamp(),
            head.place,
            head.key,
            head.size,
            _home(routes, mailbox, head.fields, sender),
            mail.message_id or "",
            refs[0] if refs else "",
            json.dumps(refs),
            sender,
            json.dumps([box.address.lower() for box in addressed(mail)]),
            json.dumps(head.flags),
            mail.kind != "message",
        )
        self.database.execute("INSERT INTO mails VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.mails += 1
        self.bytes += head.size

    def finish(self) -> None:
        """A mail that names no mailbox is at home where the mail is that it answers."""
        parents = "SELECT parent.account FROM mails AS parent WHERE parent.message_id = mails.parent AND parent.account LIMIT 1"
        homeless = "account IS NULL AND parent != ''"
        self.database.execute(f"UPDATE mails SET account = ({parents}) WHERE {homeless}")  # noqa: S608

    def in_order(self) -> Iterator[Surveyed]:
        """Yield all mails, the oldest first."""
        for (
            at,
            place,
            key,
            size,
            account,
            message_id,
            refs,
            sender,
            others,
            flags,
            is_automatic,
        ) in self.database.execute(
            f"SELECT {COLUMNS} FROM mails ORDER BY at, rowid"  # noqa: S608
        ):
            when = datetime.fromtimestamp(at, UTC)
            lists = [json.loads(text) for text in (refs, others, flags)]
            yield Surveyed(
                when, place, key, size, account, message_id, lists[0], sender, lists[1], lists[2], bool(is_automatic)
            )


def _home(routes: Routes, mailbox: str | None, fields: bytes, sender: str) -> int | None:
    """The mailbox that a mail is for; what a mailbox itself wrote is its own."""
    if routes.is_fresh_start:  # all of it goes to the catch-all, which may not be there yet
        return routes.catch_all.pk if routes.catch_all else 0
    named = account_of(routes, mailbox, fields + b"\n\n")
    account = named or (None if mailbox else routes.find(sender))
    return account.pk if account else None


@contextmanager
def new_survey() -> Iterator[Survey]:
    """An empty survey in a temporary file, for as long as the block runs."""
    with (
        TemporaryDirectory(prefix="holdfast-import-") as folder,
        closing(sqlite3.connect(Path(folder) / "survey", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        yield Survey(database)
