"""Many rows in one statement: Django's bulk_create and bulk_update make an expression of every value, which costs more than the
database takes. On PostgreSQL rows are copied in, or travel as arrays; SQLite has no round trips to save."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import Model

AT_ONCE = 500  # rows of a statement on SQLite
AS_THEY_ARE = {
    models.BigAutoField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.ForeignKey,
    models.OneToOneField,
    models.PositiveBigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
}


def insert_many(rows: Iterable[Model]) -> None:
    """Insert unsaved `rows`, all of one model; each has its primary key afterwards. No signal is sent, as with bulk_create."""
    made = list(rows)
    if not made:
        return
    model = type(made[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(made, batch_size=AT_ONCE)
        return
    if isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
        for row, key in zip(made, _next_keys(model, len(made)), strict=True):
            row.pk = key
    fields = model._meta.concrete_fields
    _settle_relations(made, fields)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = [(field.attname, _prepared(field)) for field in fields]
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
        for row in made:
            copy.write_row([prepare(getattr(row, name)) for name, prepare in values])
    for row in made:
        row._state.adding, row._state.db = False, connection.alias


def insert_new(rows: Iterable[Model]) -> None:
    """Insert unsaved `rows`, all of one model, but those that are there already. Their primary keys stay unknown."""
    made = list(rows)
    if not made:
        return
    model = type(made[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(made, batch_size=AT_ONCE, ignore_conflicts=True)
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    _settle_relations(made, fields)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    source = f"SELECT * FROM {_arrays(fields)}"  # noqa: S608
    statement = f"INSERT INTO {model._meta.db_table} ({names}) {source} ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(statement, _columns(made, fields))


def save_many(rows: Iterable[Model], names: Sequence[str]) -> None:
    """Store the fields `names` of saved `rows`, all of one model. No signal is sent, as with bulk_update."""
    changed = list(rows)
    if not changed:
        return
    options = changed[0]._meta
    fields = [field for field in options.concrete_fields if field.name in names]
    columns = [connection.ops.quote_name(str(field.column)) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            every = [*fields, options.pk]
            assignments = ", ".join(f"{name} = v.{name}" for name in columns)
            source = f"{_arrays(every)} AS v({', '.join(columns)}, id)"
            statement = f"UPDATE {options.db_table} AS t SET {assignments} FROM {source} WHERE t.id = v.id"  # noqa: S608
            cursor.execute(statement, _columns(changed, every))
            return
        values = [
            (*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk)
            for row in changed
        ]
        assignments = ", ".join(f"{name} = %s" for name in columns)
        cursor.executemany(f"UPDATE {options.db_table} SET {assignments} WHERE id = %s", values)  # noqa: S608


def _next_keys(model: type[Model], count: int) -> list[int]:
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
        )
        return [key for (key,) in cursor.fetchall()]


def _settle_relations(rows: Sequence[Model], fields: Sequence["models.Field[Any, Any]"]) -> None:
    """What a row refers to may have been saved since: take over its key."""
    for field in fields:
        if not isinstance(field, models.ForeignKey):
            continue
        for row in rows:
            if getattr(row, field.attname) is None and field.is_cached(row):
                setattr(row, field.name, field.get_cached_value(row))


def _arrays(fields: Sequence["models.Field[Any, Any]"]) -> str:
    return f"unnest({', '.join(f'%s::{_type(field)}[]' for field in fields)})"


def _type(field: "models.Field[Any, Any]") -> str:
    """The column's type without its length: an array of texts is cast as a whole."""
    kind = str(field.rel_db_type(connection) if isinstance(field, models.AutoField) else field.db_type(connection))
    return kind.partition("(")[0]


def _columns(rows: Sequence[Model], fields: Sequence["models.Field[Any, Any]"]) -> list[list[Any]]:
    prepared = [(field.attname, _prepared(field)) for field in fields]
    return [[prepare(getattr(row, name)) for row in rows] for name, prepare in prepared]


@lru_cache(maxsize=1000)
def _prepared(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    """How a field's value is given to the driver: most as they are, which spares a call into Django for each."""
    if type(field) is models.JSONField:
        return _json
    if type(field) in AS_THEY_ARE:
        return _as_it_is
    return lambda value: field.get_db_prep_save(value, connection)


def _as_it_is(value: Any) -> Any:
    return value


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
