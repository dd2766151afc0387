"""Search: one index over the words of every message, the same for SQLite's FTS5 and PostgreSQL's tsvector.

Text is folded (case, accents) and segmented (scripts written without spaces) here, in Python, so that both find the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Substr

from tickets.models import Agent, Message, SearchDoc, Ticket
from tickets.models.many import insert_many
from tickets.permissions import visible_to

LONGEST = 256 * 1024  # bytes of indexed text a message
LONGEST_HIT = 4000  # characters of a message that are looked through for the words to show
MOST_HITS = 1000  # messages a search looks at, newest first
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
)
_WORD = re.compile(r"\w+(?:[.@+-]\w+)*", re.UNICODE)
_TERM = re.compile(r'"([^"]+)"|(\S+)')


class _Marks(dict[int, int | None]):
    """For str.translate: takes combining marks out; each character is looked up once."""

    def __missing__(self, code: int) -> int | None:
        kept = self[code] = None if unicodedata.combining(chr(code)) else code
        return kept


class _Spaces(dict[int, str]):
    """For str.translate: puts a space on each side of a character of an unspaced script."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kept = self[code] = f" {character} " if _UNSPACED.match(character) else character
        return kept


_WITHOUT_MARKS = _Marks()
_WITH_SPACES = _Spaces()


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with a space around each character of an unspaced script."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).translate(_WITHOUT_MARKS)
    return unicodedata.normalize("NFC", plain.casefold()).translate(_WITH_SPACES)


def words_of(message: Message, files: Iterable[str]) -> str:
    """Return what a message can be found by: subject, body, names, addresses, file names, ticket number."""
    boxes = [f"{box['name']} {box['address']}" for box in [*message.to, *message.cc]]
    head = [f"#{message.ticket.number}", message.subject, message.from_name, message.from_address, *boxes, *files]
    text = fold(" ".join([*head, message.text[:LONGEST]]))
    return text if len(text) * 4 < LONGEST else text.encode()[:LONGEST].decode(errors="ignore")


def index(messages: Sequence[Message], files: Mapping[str, Sequence[str]]) -> None:
    """Index new messages; `files`: the names of the files of each, by public id."""
    docs = [(m.pk, m.ticket_id, words_of(m, files.get(m.public_id, ()))) for m in messages]
    if connection.vendor == "postgresql":
        insert_many(SearchDoc(message_id=m, ticket_id=t, words=w) for m, t, w in docs)
        return
    with connection.cursor() as cursor:  # FTS5 keeps the words itself; a second copy would only be larger
        cursor.executemany(
            "INSERT INTO tickets_searchdoc (message_id, ticket_id, words) VALUES (%s, %s, '')", [d[:2] for d in docs]
        )
        cursor.executemany(
            "INSERT INTO tickets_searchdoc_fts (rowid, words) VALUES (%s, %s)", [(m, w) for m, _, w in docs]
        )


def forget(messages: Sequence[int]) -> None:
    """Take messages, named by primary key, out of the index."""
    SearchDoc.objects.filter(pk__in=messages).delete()
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM tickets_searchdoc_fts WHERE rowid = %s", [(pk,) for pk in messages])


def reindex(message: Message, files: Sequence[str]) -> None:
    """Index a message anew whose words are others now."""
    forget([message.pk])
    index([message], {message.public_id: files})


def terms(text: str) -> list[list[str]]:
    """Return the terms of a query, each as its folded words; a phrase in quotes, and any unspaced script, keeps its order."""
    found = [_WORD.findall(fold(phrase or word)) for phrase, word in _TERM.findall(text[:500])]
    return [words for words in found if words][:20]


def search(agent: Agent, text: str) -> QuerySet[Ticket]:
    """Return the tickets that `agent` may see in which one message holds all terms of `text`, newest first."""
    wanted = terms(text)
    if not wanted:
        return visible_to(agent).none()
    return visible_to(agent).filter(pk__in=_hits(wanted)).order_by("-last_message_at", "-pk")


def hits(text: str, tickets: Iterable[Ticket]) -> dict[int, str]:
    """Return by primary key the newest matching text of each ticket found, for the line below its subject."""
    found = _matching(terms(text), "message_id", sorted(ticket.pk for ticket in tickets))
    rows = Message.objects.filter(pk__in=found).order_by("pk")
    return dict(rows.values_list("ticket_id", Substr("text", 1, LONGEST_HIT)))


def _hits(wanted: list[list[str]]) -> list[int]:
    return list(dict.fromkeys(_matching(wanted, "ticket_id")))


def _matching(wanted: list[list[str]], column: str, tickets: Sequence[int] = ()) -> list[int]:
    """The newest matches, of some tickets alone if any are named."""
    table = SearchDoc._meta.db_table
    among = f" AND ticket_id IN ({', '.join(['%s'] * len(tickets))})" if tickets else ""
    if connection.vendor == "postgresql":
        query = " & ".join(_postgres_term(words) for words in wanted)
        sql = (
            f"SELECT {column} FROM {table} WHERE vector @@ to_tsquery('simple', %s){among}"  # noqa: S608
            f" ORDER BY message_id DESC LIMIT {MOST_HITS}"
        )
    else:
        query = " AND ".join(_sqlite_term(words) for words in wanted)
        sql = (
            f"SELECT d.{column} FROM {table}_fts f JOIN {table} d ON d.message_id = f.rowid"  # noqa: S608
            f" WHERE f.words MATCH %s{among} ORDER BY f.rowid DESC LIMIT {MOST_HITS}"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [query, *tickets])
        return [row[0] for row in cursor.fetchall()]


def _sqlite_term(words: list[str]) -> str:
    phrase = " ".join(word.replace('"', " ") for word in words)
    return f'"{phrase}"*'


def _postgres_term(words: list[str]) -> str:
    quoted = ["'" + word.replace("'", " ").replace("\\", " ") + "'" for word in words]
    return "(" + " <-> ".join([*quoted[:-1], f"{quoted[-1]}:*"]) + ")"


def forget_all() -> None:
    """Empty the index, before a rebuild."""
    SearchDoc.objects.all().delete()
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tickets_searchdoc_fts")
