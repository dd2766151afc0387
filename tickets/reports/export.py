"""A table as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from tickets.reports.tables import Table, Value

# A spreadsheet takes a cell that begins so for a formula; customers and agents choose their own names.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(table: Table, more: Iterable[list[Value]] = ()) -> str:
    """Return `table` with its total, and the rows of `more` below; times as hours:minutes:seconds."""
    out = io.StringIO()
    writer = csv.writer(out)
    rows: list[list[Value]] = [[*table.heads], *table.rows, table.total, *more]
    writer.writerows([cell(value) for value in row] for row in rows if row)
    return out.getvalue()


def cell(value: Value) -> str | int:
    """Return a value as it stands in the file."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, int):
        return value
    text = value or ""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
