"""One ticket: the conversation and the customer beside it."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tickets.actions.notify import clear, follows_of
from tickets.models import Agent, Contact, Priority, ReadMark, State, Tag, Team, Ticket
from tickets.permissions import visible_to, working_in
from tickets.search.query import found_words, read_query
from tickets.views.access import agent_of, signed_in, ticket_of
from tickets.views.addresses import told
from tickets.views.composer import reply_box
from tickets.views.decided import events_of, shown
from tickets.views.lists import lists_for
from tickets.views.snooze_times import usual_times
from tickets.views.timeline import timeline
from tickets.views.workspace import panes

OTHER_TICKETS = 12
NOTES = 3  # about the person, beside the conversation
MOST_TAGS = 200


@signed_in
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The whole page; for htmx the conversation and the customer's panel alone."""
    agent = agent_of(request)
    try:
        ticket = ticket_of(request, number)
    except Http404:
        return redirect("tickets:ticket-show", number=merged_into(agent, number))
    context = conversation(request, ticket)
    if request.headers.get("HX-Request"):
        return render(request, "tickets/ticket/_panes.html", {**context, "list_name": request.GET.get("list", "")})
    lists = lists_for(agent)
    name = request.GET.get("list", "")
    current = next((one for one in lists.every if one.name == name), None) or lists.home_of(ticket)
    return render(request, "tickets/ticket/page.html", {**panes(request, lists, current, ticket), **context})


def merged_into(agent: Agent, number: int) -> int:
    """The number of the ticket that this one was joined with. Raises Http404 when it was not, or is not for this agent."""
    merged = Ticket.objects.filter(number=number, merged_into__in=visible_to(agent))
    found = merged.values_list("merged_into__number", flat=True).first()
    if found is None:
        raise Http404
    return found


@signed_in
def news(request: HttpRequest, number: int) -> HttpResponse:
    """The ticket's head and timeline as they are now, for a page that is open: live.js puts in what is new."""
    ticket = ticket_of(request, number)
    context = head(request, ticket)
    return render(request, "tickets/ticket/_news.html", {**context, "timeline": timeline(ticket, context["names"])})


@signed_in
def earlier(request: HttpRequest, number: int) -> HttpResponse:
    """The whole timeline, in place of its newest part."""
    ticket = ticket_of(request, number)
    context = head(request, ticket)
    said = timeline(ticket, context["names"], every=True)
    return render(request, "tickets/ticket/_timeline.html", {**context, "timeline": said})


@signed_in
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Keep that this agent has read the ticket up to now (POST), and with it all that they were told of it."""
    ticket, cleared = ticket_of(request, number), 0
    if request.method == "POST":
        ReadMark.objects.update_or_create(agent=agent_of(request), ticket=ticket, defaults={"read_at": timezone.now()})
        cleared = clear(agent_of(request), ticket.pk)
    return HttpResponse(status=204, headers={"X-Cleared": cleared} if cleared else {})


def conversation(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """What the conversation and the panel show."""
    about = head(request, ticket)
    said = timeline(ticket, about["names"])
    return {
        **about,
        **panel(agent_of(request), ticket.contact, ticket),
        **reply_box(request, ticket, said),
        "timeline": said,
        "find": words_to_mark(request),
    }


def words_to_mark(request: HttpRequest) -> str:
    """What was searched for when the ticket was found: the words of a term in a line each."""
    typed = request.GET.get("q", "")
    terms = found_words(read_query(typed, timezone.localtime()).groups) if typed else []
    return "\n".join(" ".join(term) for term in terms)


def head(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """The ticket's subject, state, assignee, priority, tags, links, and what they may become."""
    agent = agent_of(request)
    may_take = Exists(working_in(ticket.mailbox).filter(pk=OuterRef("pk")))
    here = Agent.objects.filter(removed_at__isnull=True).only("public_id", "name", "role")
    follows = Exists(follows_of(ticket).filter(agent=OuterRef("pk")))
    people = list(here.annotate(may_take=may_take, is_following=follows).order_by("name"))
    on_it = Ticket.tags.through._default_manager.filter(ticket=ticket, tag=OuterRef("pk"))
    tags = list(Tag.objects.annotate(on_it=Exists(on_it)).order_by("-on_it", "name")[:MOST_TAGS])
    return {
        "ticket": ticket,
        "states": State.choices,
        "priorities": sorted(Priority.choices, reverse=True),
        "agents": [one for one in people if one.may_take],
        "names": {one.public_id: one.name for one in people},
        "tags": [tag for tag in tags if tag.on_it],
        "known_tags": [tag.name for tag in tags if not tag.on_it],
        "linked": visible_to(agent).filter(links=ticket).only("number", "subject", "state").order_by("-number")[:10],
        "may_write": agent.may_write,
        "is_followed": any(one.is_following for one in people if one.pk == agent.pk),
        "teams": list(Team.objects.order_by("name")),
        "snooze_times": usual_times(timezone.now(), ticket.mailbox.opening_hours),
        "read_up_to": ticket.last_message_at,
    }


def panel(agent: Agent, contact: Contact, ticket: Ticket | None = None) -> dict[str, Any]:
    """Who the customer is, how they can be reached, and their tickets that this agent may see."""
    addresses = told(list(contact.addresses.order_by("channel", "address")))
    theirs = (
        visible_to(agent)
        .filter(contact=contact)
        .only("number", "subject", "state", "channel", "snippet", "last_message_at")
    )
    notes = shown(list(events_of(contact, notes=True)[: NOTES + 1]))
    return {
        "contact": contact,
        "addresses": addresses,
        "person_notes": notes[:NOTES],
        "has_more_notes": len(notes) > NOTES,
        "contact_name": contact.name or next((one.address for one in addresses), ""),
        "their_tickets": theirs.order_by("-last_message_at")[:OTHER_TICKETS],
        "open_number": ticket.number if ticket else 0,
        "may_administrate": agent.is_administrator,
    }
