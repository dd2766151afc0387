"""Bring the database up to this version before any part starts, and refuse one that this version cannot serve."""

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.utils import OperationalError

from helpdesk.run.problems import CannotStart

# Any number; it only has to be ours. Two starts on one PostgreSQL migrate one after the other.
ADVISORY_LOCK = 0x486F6C64
GO_BACK = "Restore the last backup, then start again"
GO_ON = "It goes on where it was: mend that, then start again"


def migrate() -> int:
    """Apply what is missing and return how many migrations that were. Raises CannotStart with the reason."""
    try:
        with migrating_alone():
            return apply_missing()
    except InconsistentMigrationHistory as error:
        raise CannotStart(
            f"The database is half migrated: {error} Restore the last backup, then start again."
        ) from None
    except OperationalError as error:
        raise CannotStart(
            f"The database does not answer: {first_line(error)}. Check DATABASE_URL and its server."
        ) from None
    finally:
        disconnect()


class migrating_alone:  # noqa: N801
    """A lock of the database server around the migrations; SQLite is alone already by the lock on DATA_DIR."""

    def __enter__(self) -> None:
        self.ask("SELECT pg_advisory_lock(%s)")

    def __exit__(self, *error: object) -> None:
        self.ask("SELECT pg_advisory_unlock(%s)")

    def ask(self, question: str) -> None:
        """Run one lock statement where there is such a lock."""
        if connection.vendor == "postgresql" and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(question, [ADVISORY_LOCK])


def apply_missing() -> int:
    """The migrations that are not applied yet, in order."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    refuse_newer(executor)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    state = None
    for migration, _ in plan:
        state = apply(executor, migration, state)
    refuse_half_migrated(executor)
    return len(plan)


def apply(executor: MigrationExecutor, migration: Migration, state: ProjectState | None) -> ProjectState:
    """One migration; `state` is what the one before returned. Raises CannotStart when it fails."""
    app, name = migration.app_label, migration.name
    try:
        return executor.migrate([(app, name)], [(migration, False)], state)
    except DatabaseError as error:
        raise CannotStart(
            f"The database is half migrated: {app}.{name} stopped with “{first_line(error)}”. "
            f"{GO_BACK if migration.atomic else GO_ON}; if it stops there too, please report it."
        ) from error


def refuse_newer(executor: MigrationExecutor) -> None:
    """Raise CannotStart when the database has migrations that this version does not know."""
    known = executor.loader.disk_migrations
    replaced = {key for migration in known.values() for key in migration.replaces}
    apps = executor.loader.migrated_apps
    unknown = [key for key in executor.loader.applied_migrations or () if key[0] in apps and key not in known]
    newer = sorted(f"{app}.{name}" for app, name in unknown if (app, name) not in replaced)
    if newer:
        raise CannotStart(
            f"The database was made by a newer version of Holdfast (it has {', '.join(newer)}). "
            "Install that version, or restore a backup made with this one."
        )


def refuse_half_migrated(executor: MigrationExecutor) -> None:
    """Raise CannotStart when a table or a column is missing that the migrations say is there."""
    apps = executor.loader.project_state().apps
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_models():
            if not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            wanted = {str(field.column) for field in model._meta.local_concrete_fields}
            found = columns(cursor, table) if table in tables else set()
            if wanted - found:
                raise CannotStart(
                    f"The database is half migrated: {table} has no {', '.join(sorted(wanted - found))}. "
                    "Restore the last backup, then start again."
                )


def columns(cursor: CursorWrapper, table: str) -> set[str]:
    """The names of a table's columns."""
    return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def disconnect() -> None:
    """No connection may be open when the parts are forked."""
    connection.close()


def first_line(error: Exception) -> str:
    """What the server said, without the lines that point into our SQL."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
