"""Who is told of a ticket: following it, and the people whom a note in it can call."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect

from tickets.actions import notify
from tickets.actions.mentions import MOST, calls_of
from tickets.permissions import who_sees
from tickets.templatetags.screens import avatar
from tickets.views.access import agent_of, signed_in, ticket_of
from tickets.views.ticket import news


@signed_in
def follow(request: HttpRequest, number: int) -> HttpResponseBase:
    """Be told of what the customer says here, or no more (POST). The same press twice changes nothing."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    change = notify.follow if request.POST.get("value") else notify.unfollow
    change(agent_of(request), ticket_of(request, number))
    if request.headers.get("X-Part"):
        return news(request, number)
    return redirect("tickets:ticket-show", number=number)


@signed_in
def people(request: HttpRequest, number: int) -> HttpResponse:
    """Who can see this ticket, for the list that opens at an @; two of one name are called by their addresses."""
    found = list(who_sees(ticket_of(request, number)).only("public_id", "name", "email").order_by("name")[:MOST])
    calls = calls_of(found)
    others = [one for one in found if one.pk != agent_of(request).pk]
    listed = [
        {
            "name": one.name,
            "call": one.name if len(calls[" ".join(one.name.lower().split())]) == 1 else one.email,
            "avatar": avatar(one.name, True),
        }
        for one in others
    ]
    return JsonResponse({"people": listed})
