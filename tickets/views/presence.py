"""POST /tickets/N/here/: a page says that it shows the ticket, that somebody writes in it, or that they have left."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from tickets.actions import presence
from tickets.actions.presence import Present
from tickets.templatetags.screens import avatar
from tickets.views.access import agent_of, signed_in, ticket_of


@signed_in
def here(request: HttpRequest, number: int) -> HttpResponse:
    """Note it; answers with who else is there."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agent, ticket = agent_of(request), ticket_of(request, number)
    if request.POST.get("leaving"):
        presence.leave(agent, ticket)
        return HttpResponse(status=204)
    presence.be_here(agent, ticket, bool(request.POST.get("writing")) and agent.may_write)
    return JsonResponse(told(number, presence.here(ticket)))


def told(number: int, people: "list[Present] | frozenset[Present]") -> dict[str, Any]:
    """Who is at a ticket, as pages are told it, here and by the stream."""
    return {
        "ticket": number,
        "people": [
            {"id": one.agent, "name": one.name, "writing": one.writing, "avatar": avatar(one.name, True)}
            for one in sorted(people, key=lambda one: (not one.writing, one.name))
        ],
    }
