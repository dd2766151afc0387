"""Search: all tickets in which one message holds all the words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tickets.permissions import visible_to
from tickets.search import hits, search
from tickets.views.access import agent_of, signed_in
from tickets.views.lists import Page, lists_for, page
from tickets.views.rail import rail

LONGEST = 300
AROUND = 90


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The page, with what was found for ?q=."""
    agent, query = agent_of(request), request.GET.get("q", "")[:LONGEST].strip()
    found = page(agent, search(agent, query), request.GET.get("after", "")) if query else Page([])
    texts = hits(query, found.tickets) if found.tickets else {}
    by_number = visible_to(agent).filter(number=int(query.lstrip("#"))).first() if query.lstrip("#").isdecimal() and len(query) < 15 else None
    context = {
        **rail(lists_for(agent), "search"),
        "query": query,
        "page": found,
        "by_number": by_number,
        "hits": [(ticket, *around(texts.get(ticket.pk, ticket.snippet), query)) for ticket in found.tickets],
    }
    return render(request, "tickets/search/page.html", context)


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
