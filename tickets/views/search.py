"""Search: the tickets in which one message holds all that was asked, each with the words that were found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tickets.models import Agent, Attachment, Message, Ticket
from tickets.permissions import visible_to
from tickets.search import find, read_query
from tickets.search.highlight import Piece, excerpt, marked
from tickets.search.query import LONGEST, Query, found_words
from tickets.views.access import agent_of, signed_in
from tickets.views.lists import lists_for
from tickets.views.rail import rail
from tickets.views.rows import rows_of

FIRST_LOOK = 4000  # characters of a message that are looked through for the words to show; most have them there
SECOND_LOOK = 64_000
Wanted = Sequence[Sequence[str]]


@dataclass(slots=True)
class Hit:
    """A ticket that was found, as it is shown; `message` is the public id of the message to open it at."""

    ticket: Any
    message: str
    subject: list[Piece]
    name: list[Piece]
    snippet: list[Piece]


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The page, with what was found for ?q=."""
    agent, typed = agent_of(request), request.GET.get("q", "")[:LONGEST].strip()
    query = read_query(typed, timezone.localtime())
    found = find(agent, query, request.GET.get("after", ""))
    context = {
        **rail(lists_for(agent), "search"),
        "query": typed,
        "found": found,
        "complaints": query.complaints,
        "by_number": by_number(agent, typed),
        "hits": list(shown(agent, found.hits, query)),
    }
    return render(request, "tickets/search/page.html", context)


def by_number(agent: Agent, typed: str) -> Ticket | None:
    """The ticket with the number that was typed, with or without its #; one that was merged leads to where it went."""
    number = typed.lstrip("#")
    if not number.isdecimal() or len(number) > 14:
        return None
    into = Ticket.objects.filter(number=int(number)).values_list("merged_into__number", flat=True).first()
    return visible_to(agent).filter(number=into or int(number)).first()


def shown(agent: Agent, hits: dict[int, int | None], query: Query) -> Iterable[Hit]:
    """What was found, in the order in which it was found."""
    wanted = found_words(query.groups)
    messages = snippets([key for key in hits.values() if key], wanted)
    for ticket in rows_of(agent, list(hits)):
        public_id, snippet = messages.get(hits[ticket.pk] or 0, ("", excerpt(ticket.snippet, wanted)[0]))
        yield Hit(ticket, public_id, marked(ticket.subject, wanted), marked(ticket.contact.name, wanted), snippet)


def snippets(keys: Sequence[int], wanted: Wanted) -> dict[int, tuple[str, list[Piece]]]:
    """Of each message its public id and the words around the first find: in its text, else wherever it is."""
    rows = Message.objects.filter(pk__in=keys).values_list("pk", "public_id", Substr("text", 1, FIRST_LOOK))
    looked = {pk: (public_id, *excerpt(text, wanted)) for pk, public_id, text in rows}
    missed = [pk for pk, (_id, _pieces, is_found) in looked.items() if not is_found] if wanted else []
    better = elsewhere(missed, wanted) if missed else {}
    return {pk: (public_id, better.get(pk, pieces)) for pk, (public_id, pieces, _found) in looked.items()}


def elsewhere(keys: Sequence[int], wanted: Wanted) -> dict[int, list[Piece]]:
    """The words around a find further down in the text, in the name of a file, or in an address."""
    texts: dict[int, list[str]] = {key: [] for key in keys}
    files = Attachment.objects.filter(message__in=keys).order_by("part")
    for message, filename in files.values_list("message_id", "filename"):
        texts[message].append(filename)
    rows = Message.objects.filter(pk__in=keys).annotate(more=Substr("text", FIRST_LOOK, SECOND_LOOK))
    for one in rows.only("from_name", "from_address", "to", "cc", "bcc"):
        boxes = [f"{box['name']} <{box['address']}>" for box in [*one.to, *one.cc, *one.bcc]]
        texts[one.pk] += [f"{one.from_name} <{one.from_address}>", *boxes, one.more]
    found = {key: (excerpt(text, wanted) for text in of) for key, of in texts.items()}
    return {key: pieces for key, of in found.items() if (pieces := next((p for p, is_found in of if is_found), None))}
