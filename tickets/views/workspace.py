"""The three panes: a list, and beside it the conversation that is open."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tickets.models import Ticket
from tickets.views.access import agent_of, signed_in
from tickets.views.lists import Lists, TicketList, lists_for, with_tag
from tickets.views.rail import rail
from tickets.views.rows import page


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The agent's first list."""
    return redirect("tickets:list-show", name="mine")


@signed_in
def show_list(request: HttpRequest, name: str) -> HttpResponse:
    """A list, with no conversation open; for htmx its rows alone."""
    lists = lists_for(agent_of(request))
    current = with_tag(lists.named(name), request.GET.get("tag", ""))
    if request.GET.get("rows"):
        return render(request, "tickets/workspace/_rows.html", rows(request, lists, current))
    return render(request, "tickets/workspace/page.html", panes(request, lists, current))


def rows(request: HttpRequest, lists: Lists, current: TicketList) -> dict[str, Any]:
    """One page of the rows of a list."""
    found = page(lists.agent, lists.parts(current), request.GET.get("after", ""))
    number = request.GET.get("open", "")
    return {
        "page": found,
        "list": current,
        "open_number": int(number) if number.isdecimal() else 0,
        "accounts": lists.accounts,
        "may_administrate": lists.agent.is_administrator,
        "may_write": lists.agent.may_write,
    }


def panes(request: HttpRequest, lists: Lists, current: TicketList, ticket: Ticket | None = None) -> dict[str, Any]:
    """What the whole page needs besides the conversation itself."""
    return {
        **rail(lists, current.name),
        **rows(request, lists, current),
        "open_number": ticket.number if ticket else 0,
    }
