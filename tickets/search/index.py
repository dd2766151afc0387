"""The index: one row for each message, written the same way for SQLite's FTS5 and PostgreSQL's tsvector.

Both are given words that were cut and folded already (words.py), so that neither has a say in what a word is. A row also
carries marks, which nobody can type: the mailbox that its ticket lives in, whether it has files, whether a person wrote it.
Rows are numbered by time (`place_of`), so that "newest first", "before" and "after" are ranges of the index.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from tickets.models import Attachment, Message, SearchDoc, Ticket
from tickets.models.many import insert_many
from tickets.search.words import LONGEST_WORD, fold, words_of

LONGEST = 256 * 1024  # bytes of indexed text a message
MOST_REFRESHED, FEWEST_REFRESHED = 100, 10  # messages of a ticket whose tags or subject change, and of one among many
AT_ONCE = 200
QUARTER = 15 * 60  # seconds: every time zone's days begin at a quarter of an hour
PART = "§"  # stands between two texts, so that no phrase runs from one into the other
FILE = "§file"
PERSON = "§person"  # written by somebody: an acknowledgement of ours is not what was looked for
FTS = "tickets_searchdoc_fts"
WEIGHTS = ("A", "B", "C", "", "")  # how a tsvector tells the columns of FTS5 apart
# A word has at most 255 places in a tsvector, and none beyond 16383: what comes later is found, but in no phrase.
MOST_PLACES, LAST_PLACE = 255, 16383


@dataclass(frozen=True, slots=True)
class Home:
    """What a message's ticket adds to what it is found by."""

    number: int
    subject: str
    mailbox: int
    name: str
    tags: tuple[str, ...] = ()


Columns = tuple[list[str], ...]  # words by column: sender, recipients, subject, everything else, marks
Names = Mapping[str, Sequence[str]]  # the names of the files of each message, by public id


def mailbox_mark(mailbox: int) -> str:
    """Return the mark of a message whose ticket lives in this mailbox, by primary key."""
    return f"§m{mailbox}"


def place_of(at: datetime, message: int = 0) -> int:
    """Return the number of a message's row: the quarter of an hour that it was said in, then its primary key."""
    quarter = min(max(int(at.timestamp()) // QUARTER, 0), 2**30)
    return (quarter << 32) + message


def index(messages: Sequence[Message], files: Names) -> None:
    """Index new messages; `files`: the names of the files of each, by public id."""
    homes = _homes({message.ticket_id for message in messages})
    write(
        (
            SearchDoc(place=place_of(one.at, one.pk), message_id=one.pk, ticket_id=one.ticket_id),
            columns_of(one, files.get(one.public_id, ()), homes[one.ticket_id]),
        )
        for one in messages
    )


def write(found: Iterable[tuple[SearchDoc, Columns]]) -> None:
    """Write unsaved rows with their words."""
    rows = sorted(found, key=lambda row: row[0].place)  # FTS5 begins a new segment for each row that is out of order
    if connection.vendor == "postgresql":
        for doc, columns in rows:
            doc.words = _vector(columns)
        insert_many(doc for doc, _columns in rows)
        return
    insert_many(doc for doc, _columns in rows)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {FTS} (rowid, sender, recipients, subject, words, marks) VALUES (%s, %s, %s, %s, %s, %s)",  # noqa: S608
            [(doc.place, *(" ".join(words) for words in columns)) for doc, columns in rows],
        )


def _homes(tickets: Iterable[int]) -> dict[int, Home]:
    """What the tickets add, in two queries."""
    tags: dict[int, list[str]] = defaultdict(list)
    on_ticket = Ticket.tags.through._default_manager.filter(ticket__in=tickets).order_by("pk")
    for ticket, name in on_ticket.values_list("ticket", "tag__name"):
        tags[ticket].append(name)
    rows = Ticket.objects.filter(pk__in=tickets).values_list("pk", "number", "subject", "mailbox_id", "contact__name")
    return {pk: Home(number, subject, mailbox, name, tuple(tags[pk])) for pk, number, subject, mailbox, name in rows}


def columns_of(message: Message, files: Sequence[str], home: Home) -> Columns:
    """Return what a message is found by."""
    boxes = [f"{box['name']} {box['address']}" for box in [*message.to, *message.cc, *message.bcc]]
    renamed = home.subject if home.subject != message.subject else ""
    return (
        words_of(f"{message.from_name} {message.from_address}"),
        _apart(boxes),
        words_of(message.subject),
        _apart([str(home.number), renamed, home.name, *home.tags, *files, message.text[:LONGEST]]),
        [mailbox_mark(home.mailbox), *([FILE] if files else []), *([] if message.automatic else [PERSON])],
    )


def _apart(texts: Iterable[str]) -> list[str]:
    """The words of several texts, 256 kB of them at most."""
    folded = f" {PART} ".join(fold(text) for text in texts if text)
    if len(folded) * 4 > LONGEST:
        folded = folded.encode()[:LONGEST].decode(errors="ignore")
    return [word[:LONGEST_WORD] for word in folded.split()]


def _vector(columns: Columns) -> str:
    """The columns as PostgreSQL reads a tsvector: each word with its places; a place is left free between two columns."""
    places: dict[str, list[str]] = defaultdict(list)
    place = 0
    for weight, words in zip(WEIGHTS, columns, strict=True):
        for word in words:
            place += 1
            places[word].append(f"{min(place, LAST_PLACE)}{weight}")
        place += 1
    return " ".join(f"'{word}':{','.join(at[:MOST_PLACES])}" for word, at in places.items())


def forget(messages: Sequence[int]) -> None:
    """Take messages, named by primary key, out of the index."""
    docs = SearchDoc.objects.filter(message__in=messages)
    if connection.vendor != "postgresql":
        places = list(docs.values_list("place"))
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {FTS} WHERE rowid = %s", places)  # noqa: S608
    docs.delete()


def forget_all() -> None:
    """Empty the index, before a rebuild."""
    SearchDoc.objects.all().delete()
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {FTS}")  # noqa: S608


def reindex(message: Message, files: Sequence[str]) -> None:
    """Index a message anew whose words are others now."""
    forget([message.pk])
    index([message], {message.public_id: files})


def refresh(tickets: Sequence[int]) -> None:
    """Index the newest messages of tickets anew, whose subject or tags are others now.

    Older ones stay as they are: the act must not take longer the longer a ticket is, or the more of them there are.
    """
    newest = Window(RowNumber(), partition_by=F("ticket"), order_by=[F("at").desc(), F("pk").desc()])
    most = max(FEWEST_REFRESHED, MOST_REFRESHED // max(1, len(tickets)))
    messages = Message.objects.filter(ticket__in=tickets).annotate(newest=newest).filter(newest__lte=most)
    refresh_messages(list(messages.order_by("at", "pk").values_list("pk", flat=True)))


def refresh_contact(contact: int) -> None:
    """Index the newest messages anew of the tickets of a contact who is called otherwise now."""
    messages = Message.objects.filter(ticket__contact=contact).order_by("-at", "-pk")
    refresh_messages(list(messages.values_list("pk", flat=True)[:MOST_REFRESHED]))


def refresh_messages(keys: Sequence[int]) -> None:
    """Index messages anew, named by primary key, that are in another ticket now."""
    for first in range(0, len(keys), AT_ONCE):
        _refresh(keys[first : first + AT_ONCE])


def _refresh(keys: Sequence[int]) -> None:
    files: dict[str, list[str]] = defaultdict(list)
    named = Attachment.objects.filter(message__in=keys).order_by("part")
    for public_id, filename in named.values_list("message__public_id", "filename"):
        files[public_id].append(filename)
    forget(keys)
    index(list(Message.objects.filter(pk__in=keys).defer("html", "reply", "references")), files)
