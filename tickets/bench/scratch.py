"""Scratch: a database, a record and a DATA_DIR of their own, beside the real ones and gone afterwards.

The real database is only asked to make another one (PostgreSQL); nothing in it is read or written.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tickets.models import Account


class Scratch:
    """Holds a migrated template; `fresh` makes a cold database and record of it for each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.real = str(connection.settings_dict["NAME"])
        self.template = self._name("template")
        self.made: list[str] = []

    def _name(self, word: str) -> str:
        if connection.vendor == "sqlite":
            return str(self.folder / f"{word}.sqlite3")
        return f"holdfast_bench_{word}_{uuid4().hex[:8]}"

    def prepare(self) -> None:
        """Make the template and migrate it."""
        if connection.vendor == "postgresql":
            self._server(f'CREATE DATABASE "{self.template}" TEMPLATE template0')
        self.made.append(self.template)
        enter(self.template)
        call_command("migrate", verbosity=0)

    def fresh(self, word: str) -> None:
        """Make a copy of the template and go there, with an empty record."""
        name = self._name(word)
        if connection.vendor == "sqlite":
            disconnect()
            _copy(self.template, name)
        else:
            self._server(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        self.made.append(name)
        enter(name)
        settings.RECORD_URL = f"file://{self.folder}/{word}"

    def end(self) -> None:
        """Leave, and drop everything that was made."""
        for name in self.made:
            if connection.vendor == "postgresql":
                self._server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        enter(self.real)

    def _server(self, statement: str) -> None:
        """Run a statement about databases from the real one: it stands in no transaction and touches no table."""
        enter(self.real)
        with connection.cursor() as cursor:
            cursor.execute(statement)
        disconnect()


def enter(name: str) -> None:
    """Let the connection speak to another database from now on."""
    disconnect()
    connection.settings_dict["NAME"] = name


def disconnect() -> None:
    """Close the connection and its pool: the next query opens another, also after a fork."""
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def _copy(source: str, target: str) -> None:
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=WAL")
    old.close()
    new.close()


@contextmanager
def scratch() -> Iterator[Scratch]:
    """A scratch for as long as the block runs. No bell rings in it, and nothing is sent."""
    kept = {name: getattr(settings, name) for name in ("DATA_DIR", "RECORD_URL", "CELERY_BROKER_URL")}
    kept_pool = connection.settings_dict["OPTIONS"].pop("pool", None)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=settings.DATA_DIR))
    settings.DATA_DIR, settings.CELERY_BROKER_URL = folder, ""
    place = Scratch(folder)
    try:
        place.prepare()
        yield place
    finally:
        place.end()
        for name, value in kept.items():
            setattr(settings, name, value)
        if kept_pool is not None:
            connection.settings_dict["OPTIONS"]["pool"] = kept_pool
        shutil.rmtree(folder, ignore_errors=True)


def mailbox(address: str = "support@bench.example") -> Account:
    """The mailbox that takes the mails of a benchmark."""
    return Account.objects.create(
        channel="email", name="Support", address=address, created_at=timezone.now(), acknowledge=False
    )
