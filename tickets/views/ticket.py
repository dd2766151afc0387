"""One ticket: the conversation and the customer beside it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tickets.models import Agent, Contact, Priority, ReadMark, State, Tag, Ticket
from tickets.permissions import visible_to
from tickets.views.access import agent_of, signed_in, ticket_of
from tickets.views.composer import reply_box
from tickets.views.lists import lists_for
from tickets.views.timeline import timeline
from tickets.views.workspace import panes

OTHER_TICKETS = 12


@signed_in
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The whole page; for htmx the conversation and the customer's panel alone."""
    merged = (
        Ticket.objects.filter(number=number, merged_into__isnull=False)
        .values_list("merged_into__number", flat=True)
        .first()
    )
    if merged:
        return redirect("tickets:ticket-show", number=merged)
    agent, ticket = agent_of(request), ticket_of(request, number)
    context = conversation(request, ticket)
    if request.headers.get("HX-Request"):
        return render(request, "tickets/ticket/_panes.html", {**context, "list_name": request.GET.get("list", "")})
    lists = lists_for(agent)
    name = request.GET.get("list", "")
    current = next((one for one in lists.every if one.name == name), None) or lists.home_of(ticket)
    return render(request, "tickets/ticket/page.html", {**panes(request, lists, current, ticket), **context})


@signed_in
def news(request: HttpRequest, number: int) -> HttpResponse:
    """The ticket's head and timeline as they are now, for a page that is open: live.js puts in what is new."""
    ticket = ticket_of(request, number)
    return render(request, "tickets/ticket/_news.html", {**head(request, ticket), "timeline": timeline(ticket)})


@signed_in
def earlier(request: HttpRequest, number: int) -> HttpResponse:
    """The whole timeline, in place of its newest part."""
    ticket = ticket_of(request, number)
    context = {**head(request, ticket), "timeline": timeline(ticket, every=True)}
    return render(request, "tickets/ticket/_timeline.html", context)


@signed_in
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Keep that this agent has read the ticket up to now (POST)."""
    if request.method == "POST":
        ticket = ticket_of(request, number)
        ReadMark.objects.update_or_create(agent=agent_of(request), ticket=ticket, defaults={"read_at": timezone.now()})
    return HttpResponse(status=204)


def conversation(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """What the conversation and the panel show."""
    said = timeline(ticket)
    return {
        **head(request, ticket),
        **panel(agent_of(request), ticket.contact, ticket),
        **reply_box(request, ticket),
        "timeline": said,
    }


def head(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """The ticket's subject, state, assignee, priority, tags, links, and what they may become."""
    agent = agent_of(request)
    agents = (
        Agent.objects.filter(removed_at__isnull=True).exclude(role="manager").only("public_id", "name").order_by("name")
    )
    return {
        "ticket": ticket,
        "states": State.choices,
        "priorities": sorted(Priority.choices, reverse=True),
        "agents": agents,
        "tags": ticket.tags.order_by("name"),
        "known_tags": Tag.objects.order_by("name").values_list("name", flat=True)[:200],
        "linked": visible_to(agent).filter(links=ticket).only("number", "subject", "state").order_by("-number")[:10],
        "may_write": agent.may_write,
        "read_up_to": ticket.last_message_at,
    }


def panel(agent: Agent, contact: Contact, ticket: Ticket | None = None) -> dict[str, Any]:
    """Who the customer is, how they can be reached, and their tickets that this agent may see."""
    addresses = list(contact.addresses.order_by("channel", "address"))
    theirs = visible_to(agent).filter(contact=contact).only("number", "subject", "state", "last_message_at")
    return {
        "contact": contact,
        "addresses": addresses,
        "contact_name": contact.name or next((one.address for one in addresses), ""),
        "their_tickets": theirs.order_by("-last_message_at")[:OTHER_TICKETS],
        "open_number": ticket.number if ticket else 0,
    }
