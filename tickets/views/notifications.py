"""What one is told: the list, what is new of it, and how one wants to be told."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tickets.actions import notify
from tickets.actions.people import change_agent
from tickets.actions.told import words
from tickets.models import Agent, Notification
from tickets.permissions import visible_to
from tickets.views.access import agent_of, signed_in
from tickets.views.rail import frame

PAGE = 50
AT_ONCE = 5  # that a browser calls out; of more, their number is told
OLDEST = timedelta(hours=1)
SOUND = "sound"  # its name in Agent.preferences


def rows(found: QuerySet[Notification]) -> QuerySet[Notification]:
    """With what their words need, the newest first."""
    found = found.select_related("ticket__contact", "by")
    ticket = ("ticket__number", "ticket__subject", "ticket__contact__name")
    return found.only("public_id", "kind", "count", "at", "read_at", "by__name", *ticket).order_by("-at", "-pk")


@signed_in
def show_list(request: HttpRequest) -> HttpResponse:
    """What one was told, the newest first, 50 a page."""
    shown = notify.shown_to(agent_of(request))
    if before := request.GET.get("before", ""):
        last = get_object_or_404(shown, public_id=before)
        shown = shown.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    found = list(rows(shown)[: PAGE + 1])
    context = {"told": [(one, words(one)) for one in found[:PAGE]], "next": found[PAGE - 1] if found[PAGE:] else None}
    return render(request, "tickets/notifications/page.html", {**frame(request, "told"), **context})


@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    """All is read (POST)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    notify.clear_all(agent_of(request))
    return redirect("tickets:notification-list")


@signed_in
def latest(request: HttpRequest) -> HttpResponse:
    """What came since `after` and is unread, for the browser to call out; and `now`, to ask from the next time."""
    agent, now = agent_of(request), timezone.now()
    since = max(moment(request.GET.get("after", "")) or now, now - OLDEST)
    mine = Notification.objects.filter(agent=agent, read_at=None, at__gt=since, ticket__in=visible_to(agent))
    calling = rows(mine.filter(in_browser=True))[:AT_ONCE]
    return JsonResponse(
        {
            "now": now.isoformat(),
            "new": mine.count(),
            "sound": bool(agent.preferences.get(SOUND)),
            "items": [as_called_out(one) for one in calling],
        }
    )


def as_called_out(told: Notification) -> dict[str, Any]:
    """One notification as a browser shows it."""
    return {
        "id": told.public_id,
        "title": words(told),
        "body": f"#{told.ticket.number} {told.ticket.subject}",
        "url": reverse("tickets:ticket-show", args=[told.ticket.number]),
    }


def moment(text: str) -> datetime | None:
    """A moment with its zone, or None for anything else."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Keep how one wants to be told (POST)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agent = agent_of(request)
    chosen = set(request.POST.getlist("told"))
    wishes = {kind: [way for way in notify.WAYS if f"{kind}:{way}" in chosen] for kind in notify.KINDS}
    now = {kind: list(notify.wishes(agent, kind)) for kind in notify.KINDS}, bool(agent.preferences.get(SOUND))
    if now != (wishes, bool(request.POST.get(SOUND))):
        change_agent(agent, agent, preferences=kept(agent, wishes, bool(request.POST.get(SOUND))))
    messages.success(request, _("Saved."))
    return redirect("tickets:me-edit")


def kept(agent: Agent, wishes: dict[str, list[str]], sound: bool) -> dict[str, Any]:
    """The agent's preferences with these wishes in them."""
    return {**agent.preferences, notify.WISHES: wishes, SOUND: sound}
