"""Search: all tickets in which one message holds all the words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tickets.models import Agent, Ticket
from tickets.permissions import visible_to
from tickets.search import hits, search
from tickets.views.access import agent_of, signed_in
from tickets.views.lists import lists_for
from tickets.views.rail import rail
from tickets.views.rows import Page, page

LONGEST = 300
AROUND = 90


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The page, with what was found for ?q=."""
    agent, query = agent_of(request), request.GET.get("q", "")[:LONGEST].strip()
    found = page(agent, [search(agent, query)], request.GET.get("after", "")) if query else Page([])
    texts = hits(query, found.tickets) if found.tickets else {}
    context = {
        **rail(lists_for(agent), "search"),
        "query": query,
        "page": found,
        "by_number": by_number(agent, query),
        "hits": [(ticket, *around(texts.get(ticket.pk, ticket.snippet), query)) for ticket in found.tickets],
    }
    return render(request, "tickets/search/page.html", context)


def by_number(agent: Agent, query: str) -> Ticket | None:
    """The ticket with the number that was typed, with or without its #."""
    number = query.lstrip("#")
    return visible_to(agent).filter(number=int(number)).first() if number.isdecimal() and len(number) < 15 else None


def around(text: str, query: str) -> tuple[str, str, str]:
    """The words around the first find: before, the find itself, after. Without one, the beginning."""
    plain = " ".join(text.split())
    places = [(plain.lower().find(word), word) for word in query.lower().replace('"', " ").split()]
    found = [(place, word) for place, word in places if place >= 0]
    if not found:
        return plain[: 2 * AROUND], "", ""
    place, word = min(found)
    start, end = max(0, place - AROUND), place + len(word)
    lead = "…" if start else ""
    return lead + plain[start:place], plain[place:end], plain[end : end + AROUND]
