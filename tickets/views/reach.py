"""Reach: what depends on each vendor, what its closing would cost, and what is done about it when it happens."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tickets.actions import breaker, campaign
from tickets.actions.change import NotAllowed
from tickets.actions.incident_words import explained, rerouted
from tickets.models import Account, Campaign, Drill, Incident, ReachDay, Role
from tickets.outbox.reachable import conversations, lost_with
from tickets.permissions import SEES_ALL
from tickets.reach import exercise as exercises
from tickets.reach.drill import hold
from tickets.reach.reachability import reach_of, vendors
from tickets.reach.trend import trend_of
from tickets.reports.export import as_csv
from tickets.reports.tables import Table, Value
from tickets.views.access import administrates, agent_of, once, signed_in
from tickets.views.rail import frame

A_PAGE = 50
LAST = 10  # drills and incidents that are shown
TREND_DAYS = 30
CAMPAIGNS = 3  # that are shown
View = Callable[..., HttpResponseBase]


def oversees(view: View) -> View:
    """Let only managers and administrators in."""

    @wraps(view)
    @signed_in
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if agent_of(request).role not in SEES_ALL:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@oversees
def show(request: HttpRequest) -> HttpResponse:
    """Every account that somebody else can close, and what depends on it."""
    found = [reach_of(account) for account in vendors()[:A_PAGE]]
    context = {**frame(request, "reach"), "found": found, "incidents": open_incidents()}
    return render(request, "tickets/reach/page.html", context)


def open_incidents() -> dict[int, Incident]:
    """The incidents that are not over, by account."""
    return {one.account_id: one for one in Incident.objects.filter(closed_at=None).select_related("account", "ticket")}


@oversees
def export(request: HttpRequest) -> HttpResponse:
    """The same as CSV."""
    heads = [
        _("Channel"),
        _("Account"),
        _("Customers"),
        _("Without another way"),
        _("Open conversations"),
        _("Lost if it closes"),
    ]
    rows: list[list[Value]] = [
        [one.account.channel, one.account.name, one.contacts, one.contacts_alone, one.conversations, one.lost]
        for one in map(reach_of, vendors()[:1000])
    ]
    response = HttpResponse(
        "\ufeff" + as_csv(Table("reach", _("Reach"), heads, rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="reach.csv"'
    return response


def vendor_of(public_id: str) -> Account:
    """An account that somebody else can close."""
    return get_object_or_404(vendors(), public_id=public_id)


@oversees
def show_account(request: HttpRequest, public_id: str) -> HttpResponse:
    """One account: an incident if there is one, who would be lost, the trend, the drills."""
    account = vendor_of(public_id)
    incident = (
        Incident.objects.filter(account=account, closed_at=None).select_related("by", "decided_by", "ticket").first()
    )
    lost = lost_with(account, conversations(account)).select_related("contact")
    days = list(ReachDay.objects.filter(account=account).order_by("-day")[:TREND_DAYS])
    context = {
        **frame(request, "reach"),
        "account": account,
        "reach": reach_of(account),
        "lost": Paginator(lost, A_PAGE).get_page(request.GET.get("page")),
        "days": days,
        "trend": trend_of(days),
        "drills": drills_of(account),
        "past": Incident.objects.filter(account=account)
        .exclude(closed_at=None)
        .select_related("ticket")
        .order_by("-pk")[:LAST],
        "campaigns": campaigns_of(account),
        "may_act": agent_of(request).role == Role.ADMINISTRATOR,
        **(about(incident) if incident else {"incident": None}),
    }
    return render(request, "tickets/reach/account.html", context)


def drills_of(account: Account) -> list[Drill]:
    """The last drills of an account, the newest first; an exercise with what became of its test contacts."""
    found = list(Drill.objects.filter(account=account).select_related("by").order_by("-at", "-pk")[:LAST])
    for one in found:
        one.steps = exercises.steps(one) if one.is_live else []
    return found


def campaigns_of(account: Account) -> list[tuple[Campaign, campaign.Progress]]:
    """The last campaigns of an account, the newest first, and what came of each."""
    rows = Campaign.objects.filter(account=account).select_related("account", "by", "ended_by").order_by("-pk")
    return [(one, campaign.progress_of(one)) for one in rows[:CAMPAIGNS]]


def about(incident: Incident) -> dict[str, Any]:
    """What is said of an open incident."""
    account = incident.account
    moved = rerouted(incident).select_related("message__ticket__contact").order_by("-pk")
    return {
        "incident": incident,
        "closing": explained(account, incident.reason),
        "waiting": breaker.waiting(account).count(),
        "moved": moved.count(),
        "moved_lately": moved[:LAST],
        "is_rerouting": incident.reroutes_at is not None and incident.reroutes_at <= timezone.now(),
        "is_healthy": account.health != "cut_off",
    }


def acted(request: HttpRequest, account: Account, write: Callable[[], Any], words: str) -> HttpResponse:
    """Do something about an account once, and say so."""

    def act() -> str:
        write()
        return account.public_id

    try:
        once(request, act)
        messages.success(request, words)
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect("tickets:reach-account", public_id=account.public_id)


@administrates
@require_POST
def drill(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hold a drill: changes and sends nothing, and keeps what it found."""
    account = vendor_of(public_id)
    return acted(request, account, lambda: hold(account, agent_of(request)), _("The drill was held: see below."))


@administrates
@require_POST
def exercise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hold an exercise: the real switch, for the test contacts that are named."""
    account, named = vendor_of(public_id), request.POST.get("contacts", "")[:4000].replace(",", " ").split()

    def switch() -> None:
        exercises.exercise(account, exercises.tickets_of(account, named), agent_of(request))

    return acted(request, account, switch, _("They are switched now: see below how long it takes."))


@administrates
@require_POST
def stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop sending by an account, because a person says so."""
    account, reason = vendor_of(public_id), request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("Say why: the reason is shown to everybody who reads of it."))
        return redirect("tickets:reach-account", public_id=public_id)
    words = _("Nothing is sent by %(name)s any more.") % {"name": account.name}
    return acted(request, account, lambda: breaker.open_breaker(account, reason, agent_of(request)), words)


@administrates
@require_POST
def decide(request: HttpRequest, public_id: str, what: str) -> HttpResponse:
    """Halt what goes another way, let it go on, or send by the account again."""
    account = vendor_of(public_id)
    incident = get_object_or_404(Incident, account=account, closed_at=None)
    by = agent_of(request)
    acts: dict[str, tuple[Callable[[], None], str]] = {
        "halt": (lambda: breaker.halt(incident, by), _("What waits stays where it is.")),
        "go-on": (lambda: breaker.go_on(incident, by), _("What waits goes another way now.")),
        "resume": (lambda: breaker.close(incident, by), _("%(name)s sends again.") % {"name": account.name}),
    }
    return acted(request, account, *acts[what])
