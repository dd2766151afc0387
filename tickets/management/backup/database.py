"""A copy of the database as it stood at one moment, and the way back.

SQLite: its online backup makes one file. PostgreSQL: COPY of every table in one read-only transaction (REPEATABLE READ), by the
driver that is installed anyway; pg_dump is not needed. A copy goes back into a database of the same kind; to change kinds,
`manage.py record rebuild --into DATABASE_URL`.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError

from tickets.models import Account, Agent, Entry, InboxItem
from tickets.record.append import HEAD

SQLITE_FILE = "db.sqlite3"
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a copy of the database knows."""

    vendor: str
    files: list[Path]
    head: int  # the last number that it gave an entry
    chain: str
    migrations: list[tuple[str, str]]


def copy_into(folder: Path) -> Snapshot:
    """Copy the database into `folder` while it is in use."""
    return _sqlite(folder) if connection.vendor == "sqlite" else _postgresql(folder)


def _sqlite(folder: Path) -> Snapshot:
    connection.ensure_connection()
    assert connection.connection is not None
    with closing(sqlite3.connect(folder / SQLITE_FILE)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        return _snapshot("sqlite", copy, [folder / SQLITE_FILE], "?")


def _postgresql(folder: Path) -> Snapshot:
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            files = [_copy_out(cursor, table, folder) for table in tables()]
            return _snapshot("postgresql", cursor, files, "%s")
    finally:
        own.close()


def _copy_out(cursor: Any, table: str, folder: Path) -> Path:
    file = folder / f"{table}.copy"
    with open(file, "wb") as out, cursor.copy(f"COPY {table} ({_columns(table)}) TO STDOUT") as rows:
        out.write(f"{_columns(table)}\n".encode())
        for piece in rows:
            out.write(piece)
    return file


def _snapshot(vendor: str, cursor: Any, files: list[Path], mark: str) -> Snapshot:
    found = cursor.execute(f"SELECT value, chain FROM tickets_counter WHERE name = {mark}", [HEAD])  # noqa: S608
    head = (found or cursor).fetchone() or (0, "")
    found = cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    applied = [(str(app), str(name)) for app, name in (found or cursor).fetchall()]
    return Snapshot(vendor, files, int(head[0]), str(head[1]), applied)


def tables() -> list[str]:
    """Return the names of all tables but that of the migrations, which stand in the manifest."""
    return sorted(connection.introspection.django_table_names(only_existing=True))


def _columns(table: str) -> str:
    """The columns that hold data: generated ones make themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return ", ".join(connection.ops.quote_name(name) for (name,) in cursor.fetchall())


# --- The way back -----------------------------------------------------------------------------------------------------


def refuse_unless_empty() -> None:
    """Raise CommandError when the configured database holds anything that somebody may miss."""
    existing = set(connection.introspection.table_names())
    for model in (Agent, Account, Entry, InboxItem):
        if model._meta.db_table in existing and _has_rows(model):
            raise CommandError(
                "The database is not empty, and a restore writes over nothing. Name an empty one in DATABASE_URL, or an "
                "empty folder in DATA_DIR."
            )


def _has_rows(model: Any) -> bool:
    try:
        return bool(model._default_manager.values("pk").exists())
    except DatabaseError:  # half migrated: not ours to empty
        return True


def put_back(folder: Path, migrations: list[tuple[str, str]]) -> None:
    """Make the configured, empty database the one that was copied. Raises CommandError, OSError, DatabaseError."""
    if connection.vendor == "sqlite":
        _file_back(folder / SQLITE_FILE)
    else:
        _tables_back(folder, migrations)


def _file_back(copy: Path) -> None:
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
        name.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    copy.replace(target)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        (said,) = cursor.fetchone()
    if said != "ok":
        raise CommandError(
            f"The copy of the database is damaged: {said}. Take another backup, or rebuild from the record."
        )


def _tables_back(folder: Path, migrations: list[tuple[str, str]]) -> None:
    """Empty tables of the copy's own version, then all rows in one transaction: foreign keys are checked at its end."""
    with connection.cursor() as cursor:
        for table in [*tables(), MigrationRecorder.Migration._meta.db_table]:  # whatever else lives there is not ours
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")
    executor = MigrationExecutor(connection)
    executor.migrate([target for target in migrations if target in executor.loader.graph.nodes])
    connection.close()
    connection.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            for file in sorted(folder.glob("*.copy")):
                _copy_in(cursor, file)
            for table in tables():
                _count_on(cursor, table)
        connection.commit()
    finally:
        connection.set_autocommit(True)


def _copy_in(cursor: Any, file: Path) -> None:
    with open(file, "rb") as rows:
        columns = rows.readline().decode().strip()
        with cursor.copy(f"COPY {file.stem} ({columns}) FROM STDIN") as into:
            while piece := rows.read(PIECE):
                into.write(piece)


def _count_on(cursor: Any, table: str) -> None:
    """Let the next row of a table get a number that none has."""
    for sequence in connection.introspection.get_sequences(cursor, table):
        column = connection.ops.quote_name(sequence["column"])
        highest = f"SELECT max({column}) FROM {connection.ops.quote_name(table)}"  # noqa: S608
        cursor.execute(f"SELECT setval(%s, coalesce(({highest}), 0) + 1, false)", [sequence["name"]])
