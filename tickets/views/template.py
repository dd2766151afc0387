"""A template instead of free words: pick one, fill it in, look at it, send it. No script is needed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.template import send_template, templates_for, way_for
from tickets.channels import NotConnected, Template
from tickets.models import Ticket
from tickets.outbox.route import NoRoute
from tickets.views.access import agent_of, once, signed_in, ticket_of, writes

PAGE = "tickets/template/page.html"


@signed_in
def show(request: HttpRequest, number: int) -> HttpResponseBase:
    """The templates of the account by which they wrote last; of the one that is chosen its gaps, and how it will read."""
    ticket = ticket_of(request, number)
    try:
        return render(request, PAGE, _page(request, ticket, request.GET))
    except (NoRoute, NotConnected) as error:
        messages.error(request, str(error))
        return redirect("tickets:ticket-show", number=ticket.number)


def _page(request: HttpRequest, ticket: Ticket, given: QueryDict, error: str = "") -> dict[str, Any]:
    way = way_for(ticket)
    found = templates_for(way)
    chosen = next((one for one in found if one.key == given.get("template")), None)
    values = values_of(chosen, given) if chosen else {}
    return {
        "ticket": ticket,
        "account": way.account,
        "templates": found,
        "chosen": chosen,
        "gaps": [_gap(chosen, place, gap, values) for place, gap in enumerate(chosen.gaps)] if chosen else [],
        "preview": chosen.filled(values) if chosen else "",
        "is_whole": chosen is not None and not chosen.missing(values) and not chosen.hindrance,
        "may_write": agent_of(request).may_write,
        "error": error,
    }


def _gap(template: Template, place: int, gap: str, values: dict[str, str]) -> dict[str, Any]:
    return {"place": place, "name": gap, "value": values[gap], "example": template.examples.get(gap, "")}


def values_of(template: Template, given: QueryDict) -> dict[str, str]:
    """Return what stands in the gaps of a form."""
    return {gap: given.get(f"gap-{place}", "") for place, gap in enumerate(template.gaps)}


@writes
def send(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send it as it was previewed."""
    ticket, given = ticket_of(request, number), request.POST
    try:
        chosen = next((one for one in templates_for(way_for(ticket)) if one.key == given.get("template")), None)
        values = values_of(chosen, given) if chosen else {}
        once(request, lambda: send_template(ticket, given.get("template", ""), values, agent_of(request)).public_id)
    except NotAllowed as error:
        return HttpResponse(render(request, PAGE, _page(request, ticket, given, str(error))).content, status=422)
    except (NoRoute, NotConnected, OSError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The template is on its way."))
    return redirect("tickets:ticket-show", number=ticket.number)
