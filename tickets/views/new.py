"""A new message to somebody: a new outgoing ticket."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tickets.views.access import agent_of, signed_in
from tickets.views.composer import new_box, own_drafts
from tickets.views.rail import frame


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The page with the box; a message that waits to be sent is shown with its undo."""
    waiting = own_drafts(agent_of(request)).filter(kind="new", state="scheduled").first()
    return render(request, "tickets/message/new.html", {**frame(request, "new"), **new_box(request, waiting)})
