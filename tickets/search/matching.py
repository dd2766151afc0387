"""Asking the index: terms become an expression of the database at hand, and matches come back newest first.

What a person typed never reaches the database as such: only words of letters, digits and marks (words.py) stand in an
expression, each of them quoted.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connection

from tickets.models import SearchDoc
from tickets.search.index import FTS
from tickets.search.query import Term

TABLE = SearchDoc._meta.db_table
MARK = "mark"  # the field of a term that is a mark: it is there as a whole or not at all
_COLUMN = {"from": "sender : ", "to": "recipients : ", "subject": "subject : ", MARK: "marks : ", "": ""}
_WEIGHT = {"from": "A", "to": "B", "subject": "C", MARK: "", "": ""}
Groups = Sequence[Sequence[Term]]  # of each group one term must be in the message


class Match(NamedTuple):
    """One message that matches, by primary keys; `place` is its number in the index."""

    place: int
    message: int
    ticket: int


def expression(groups: Groups) -> str:
    """Return what is asked in the database's own words; "" when nothing is."""
    if connection.vendor == "postgresql":
        return " & ".join(f"({' | '.join(map(_postgres_term, group))})" for group in groups)
    return " AND ".join(f"({' OR '.join(map(_sqlite_term, group))})" for group in groups)


def _sqlite_term(term: Term) -> str:
    begun = "" if term.field == MARK else " *"
    return f'{_COLUMN[term.field]}"{" ".join(term.words)}"{begun}'


def _postgres_term(term: Term) -> str:
    *first, last = [f"'{word}'" for word in term.words]
    weight = _WEIGHT[term.field]
    suffix = f":{weight}" if weight else ""
    end = "" if term.field == MARK else f":*{weight}"
    return f"({' <-> '.join([*(word + suffix for word in first), last + end])})"


def matches(groups: Groups, *, below: int, down_to: int, most: int, tickets: Collection[int] | None) -> list[Match]:
    """Return the newest matches with numbers from `down_to` to under `below`; of some tickets alone if any are named."""
    source, where, values = _source(groups, below, down_to, tickets)
    place = "d.place" if source == f"{TABLE} d" else f"{FTS}.rowid"
    sql = f"SELECT d.place, d.message_id, d.ticket_id FROM {source} WHERE {where} ORDER BY {place} DESC LIMIT {most:d}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Match(*row) for row in cursor.fetchall()]


def holding(groups: Groups, tickets: Collection[int], *, below: int, down_to: int = 0) -> set[int]:
    """Return those of `tickets` that have a match with a number from `down_to` to under `below`."""
    if not tickets or not groups:
        return set()
    source, where, values = _source(groups, below, down_to, tickets)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT d.ticket_id FROM {source} WHERE {where}", values)  # noqa: S608
        return {row[0] for row in cursor.fetchall()}


def _source(groups: Groups, below: int, down_to: int, tickets: Collection[int] | None) -> tuple[str, str, list[Any]]:
    """The tables, the conditions, and what is put into these."""
    wanted = expression(groups)
    source, place, values = f"{TABLE} d", "d.place", [below, down_to, *([wanted] if wanted else [])]
    match = ""
    if wanted and connection.vendor == "postgresql":
        match = " AND d.words @@ %s::tsquery"
    elif wanted:
        source, place, match = f"{FTS} JOIN {TABLE} d ON d.place = {FTS}.rowid", f"{FTS}.rowid", f" AND {FTS} MATCH %s"
    among = "" if tickets is None else f" AND d.ticket_id IN ({', '.join(['%s'] * len(tickets))})"
    return source, f"{place} < %s AND {place} >= %s{match}{among}", [*values, *(tickets or ())]
