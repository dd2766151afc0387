"""Changes to a ticket from its head: state, assignee, priority, tags, joining; and sending again what failed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from tickets.actions import change as verbs
from tickets.actions import detour as detours
from tickets.actions.change import NotAllowed
from tickets.actions.delivered import retry_delivery
from tickets.actions.files import fetch_again
from tickets.actions.merge import merge as join
from tickets.models import Agent, Attachment, Delivery, Team, Ticket
from tickets.permissions import visible_to
from tickets.views.access import agent_of, once, ticket_of, writes
from tickets.views.ticket import news

Change = Callable[[Ticket, str, Agent], Ticket]


def assign(ticket: Ticket, value: str, by: Agent) -> Ticket:
    """Give it to the agent with this public id, or to nobody."""
    agent = get_object_or_404(Agent, public_id=value, removed_at=None) if value else None
    return verbs.assign(ticket, agent, by)


def set_priority(ticket: Ticket, value: str, by: Agent) -> Ticket:
    """Set a priority by its number. Raises NotAllowed."""
    return verbs.set_priority(ticket, int(value) if value.isdecimal() else 0, by)


def set_team(ticket: Ticket, value: str, by: Agent) -> Ticket:
    """Give it to the team with this public id, or to none."""
    return verbs.set_team(ticket, get_object_or_404(Team, public_id=value) if value else None, by)


CHANGES: dict[str, Change] = {
    "state": verbs.set_status,
    "assignee": assign,
    "priority": set_priority,
    "tag": lambda ticket, value, by: verbs.tag(ticket, value.split(","), by),
    "untag": lambda ticket, value, by: verbs.untag(ticket, [value], by),
    "subject": verbs.set_subject,
    "team": set_team,
    "participant": verbs.add_participant,
}


@writes
def change(request: HttpRequest, number: int) -> HttpResponseBase:
    """One change: `what` names it, `value` is what it becomes."""
    ticket, make = ticket_of(request, number), CHANGES.get(request.POST.get("what", ""))
    if make is None:
        return HttpResponse(_("There is no such change."), status=422)
    return done(request, number, lambda: str(make(ticket, request.POST.get("value", ""), agent_of(request)).number))


@writes
def retry(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send again what failed or is uncertain: a person's decision."""
    deliveries = Delivery.objects.select_related("message__ticket__mailbox", "account")
    delivery = get_object_or_404(deliveries, public_id=public_id, message__ticket__in=visible_to(agent_of(request)))

    def send_again() -> str:
        retry_delivery(delivery, agent_of(request))
        return delivery.public_id

    return done(request, delivery.message.ticket.number, send_again)


@writes
def detour(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send by the next way what failed or is uncertain: a person's decision."""
    deliveries = Delivery.objects.select_related("message__ticket__mailbox", "account")
    delivery = get_object_or_404(deliveries, public_id=public_id, message__ticket__in=visible_to(agent_of(request)))

    def another_way() -> str:
        reason = delivery.reason or _("It may not have arrived.")
        if detours.detour(delivery, reason, by=agent_of(request)) is None:
            raise NotAllowed(_("No other proven way to them is known. Ask them for an address, or link one by hand."))
        return delivery.public_id

    return done(request, delivery.message.ticket.number, another_way)


@writes
def fetch(request: HttpRequest, public_id: str, part: int) -> HttpResponseBase:
    """Fetch again a file that could not be had: a person's decision."""
    places = Attachment.objects.select_related("message__ticket__mailbox")
    mine = visible_to(agent_of(request))
    place = get_object_or_404(places, message__public_id=public_id, part=part, message__ticket__in=mine)

    def again() -> str:
        fetch_again(place, agent_of(request))
        return place.message.public_id

    return done(request, place.message.ticket.number, again)


@writes
def merge(request: HttpRequest, number: int) -> HttpResponseBase:
    """Join this ticket with a linked one; the conversation goes on there."""
    ticket, into = ticket_of(request, number), request.POST.get("into", "")
    target = ticket_of(request, int(into) if into.isdecimal() else 0)
    try:
        once(request, lambda: str(join(ticket, target, agent_of(request)).number))
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect("tickets:ticket-show", number=target.number)


def done(request: HttpRequest, number: int, write: Callable[[], str]) -> HttpResponseBase:
    """Write once; answer with the ticket as it is now, or with why it could not be."""
    try:
        once(request, write)
    except NotAllowed as error:
        if request.headers.get("X-Part"):
            return HttpResponse(str(error), status=422)
        messages.error(request, str(error))
    if request.headers.get("X-Part"):
        return news(request, number)
    return redirect("tickets:ticket-show", number=number)
