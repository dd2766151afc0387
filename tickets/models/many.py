"""Change many rows, each to values of its own, in one round trip: Django's bulk_update makes an expression of every value."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Model


def save_many(rows: Iterable[Model], names: Sequence[str]) -> None:
    """Store the fields `names` of saved `rows`, all of one model. No signal is sent, as with bulk_update."""
    changed = list(rows)
    if not changed:
        return
    options = changed[0]._meta
    fields = [field for field in options.concrete_fields if field.name in names]
    assignments = ", ".join(f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields)
    values = [
        (*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk)
        for row in changed
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {options.db_table} SET {assignments} WHERE id = %s", values)  # noqa: S608
