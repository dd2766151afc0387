"""The report: one page of figures, and each of its tables as CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets.models import Account
from tickets.permissions import mailboxes_for
from tickets.reports import figures, tables
from tickets.reports.chart import days_chart, widths
from tickets.reports.definitions import DEFINITIONS
from tickets.reports.export import as_csv
from tickets.reports.figures import Answered, Cell, Scope
from tickets.reports.period import CHOICES, DEFAULT, NotAPeriod, last_days, read_period
from tickets.reports.tables import Table, Value
from tickets.views.access import agent_of, signed_in
from tickets.views.lists import ACCOUNT_FIELDS
from tickets.views.rail import frame

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for."""

    scope: Scope
    mailboxes: list[Account]
    complaint: str = ""


def asked(request: HttpRequest) -> Asked:
    """Read period and mailbox; what cannot be read is the last 30 days, and a complaint that says why."""
    agent = agent_of(request)
    mailboxes = list(mailboxes_for(agent).only(*ACCOUNT_FIELDS).order_by(F("removed_at").asc(nulls_first=True), "name"))
    wanted = request.GET.get("mailbox", "")
    mailbox = next((one for one in mailboxes if one.public_id == wanted), None)
    if wanted and mailbox is None:
        raise Http404(_("There is no such mailbox, or it is not one of yours."))
    try:
        return Asked(Scope(agent, read_period(request.GET), mailbox), mailboxes)
    except NotAPeriod as error:
        return Asked(Scope(agent, last_days(DEFAULT), mailbox), mailboxes, str(error))


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The page with all figures."""
    wanted = asked(request)
    context = {
        **frame(request, "report"),
        **choices(request, wanted),
        **shown(wanted.scope),
        "definitions": DEFINITIONS,
    }
    return render(request, "tickets/reports/page.html", context, status=400 if wanted.complaint else 200)


def choices(request: HttpRequest, wanted: Asked) -> dict[str, Any]:
    """What the bar above the figures needs."""
    scope = wanted.scope
    days = len(scope.period.days)
    return {
        "period": scope.period,
        "day_choices": [(count, last_days(count) == scope.period) for count in CHOICES],
        "day_count": days,
        "mailboxes": wanted.mailboxes,
        "mailbox": scope.mailbox,
        "complaint": wanted.complaint,
        "csv_query": f"from={scope.period.first}&to={scope.period.last}"
        + (f"&mailbox={scope.mailbox.public_id}" if scope.mailbox else ""),
    }


def shown(scope: Scope) -> dict[str, Any]:
    """The figures as the template draws them."""
    traffic = figures.traffic(scope)
    answered, before = figures.first_answered(scope), figures.first_answered(scope.before)
    ages = tables.ages_table(figures.open_by_age(scope))
    answers = tables.answers_table(answered, before)
    return {
        "tiles": tiles(scope, traffic, len(answered), len(before)),
        "times": times(answered, before),
        "answered": len(answered),
        "chart": days_chart(traffic, scope.period.days),
        "is_quiet": not traffic,
        "days": tables.traffic_table(traffic, scope.period.days, figures.solved_by_day(scope)),
        "answers": answers,
        "answer_bars": list(zip(answers.rows, widths([row[1] for row in answers.rows]), strict=True)),  # type: ignore[misc]
        "ages": ages,
        "age_bars": age_bars(ages),
        "agents": agents(scope, answered, before),
        "teams": teams(scope, answered, before),
        "before": scope.period.before,
    }


def agents(scope: Scope, answered: list[Answered], before: list[Answered]) -> Table:
    """What each agent did, and in the period before."""
    return tables.agents_table(figures.by_agent(scope, answered), figures.by_agent(scope.before, before))


def teams(scope: Scope, answered: list[Answered], before: list[Answered]) -> Table:
    """What became of each team's tickets, and in the period before."""
    return tables.teams_table(figures.by_team(scope, answered), figures.by_team(scope.before, before))


def times(answered: list[Answered], before: list[Answered]) -> list[tuple[str, str, str]]:
    """The times that sum first answers up: label, time, and the change since the period before."""
    found = []
    for label, of in ((_("by the clock"), "wall"), (_("in working hours"), "working")):
        now, then = (sorted(getattr(one, of) for one in some) for some in (answered, before))
        for name, figure in ((_("Median"), figures.middle), (_("90th percentile"), figures.ninetieth)):
            found.append((f"{name}, {label}", tables.span(figure(now)), tables.time_changed(figure(now), figure(then))))
    return found


def tiles(
    scope: Scope, traffic: dict[Cell, int], answered: int, answered_before: int
) -> list[tuple[str, int, str, str]]:
    """The numbers at the top: label, number, what else there is to say of it, and the change since the period before."""
    machines, earlier = figures.by_machines(scope), figures.traffic(scope.before)
    of_machines = _("and %(count)d by machines") % {"count": machines} if machines else ""
    pairs = [
        (_("Came in"), total(traffic, "in"), total(earlier, "in"), of_machines),
        (_("Went out"), total(traffic, "out"), total(earlier, "out"), ""),
        (_("New tickets"), figures.begun(scope), figures.begun(scope.before), ""),
        (_("Solved"), figures.solved_tickets(scope), figures.solved_tickets(scope.before), ""),
        (_("First answers"), answered, answered_before, ""),
    ]
    found = [(label, now, more, tables.changed(now, before)) for label, now, before, more in pairs]
    return [*found, (_("No answer yet"), figures.unanswered(scope), _("now"), "")]


def total(traffic: dict[Cell, int], way: str) -> int:
    """All messages of one direction."""
    return sum(count for cell, count in traffic.items() if cell.direction == way)


def age_bars(ages: Table) -> list[tuple[list[Value], int, int]]:
    """Rows of the table with the length of each of their two bars, 1000 for the longest row."""
    counts = [(int(str(row[1])), int(str(row[2]))) for row in ages.rows]
    longest = max([sum(pair) for pair in counts] + [1])
    return [
        (row, ours * 1000 // longest, theirs * 1000 // longest)
        for row, (ours, theirs) in zip(ages.rows, counts, strict=True)
    ]


Csv = tuple[Table, list[list[Value]]]


def _answers(scope: Scope) -> Csv:
    answered, before = figures.first_answered(scope), figures.first_answered(scope.before)
    return tables.answers_table(answered, before), tables.answer_times(answered, before)


def _answered(scope: Scope, make: Callable[[Scope, list[Answered], list[Answered]], Table]) -> Csv:
    return make(scope, figures.first_answered(scope), figures.first_answered(scope.before)), []


def _days(scope: Scope) -> Csv:
    return tables.traffic_table(figures.traffic(scope), scope.period.days, figures.solved_by_day(scope)), []


TABLES: dict[str, Callable[[Scope], Csv]] = {
    "days": _days,
    "answers": _answers,
    "ages": lambda scope: (tables.ages_table(figures.open_by_age(scope)), []),
    "agents": lambda scope: _answered(scope, agents),
    "teams": lambda scope: _answered(scope, teams),
}


@require_safe
@signed_in
def download(request: HttpRequest) -> HttpResponse:
    """One table as CSV: `table` is one of TABLES."""
    wanted = asked(request)
    if wanted.complaint:
        return HttpResponse(f"{wanted.complaint}\n", content_type="text/plain; charset=utf-8", status=400)
    name, scope = request.GET.get("table", "days"), wanted.scope
    if name not in TABLES:
        raise Http404(_("There is no such table. There are: %(known)s.") % {"known": ", ".join(TABLES)})
    table, more = TABLES[name](scope)
    response = HttpResponse(BYTE_ORDER_MARK + as_csv(table, more), content_type="text/csv; charset=utf-8")
    filename = f"holdfast-{name}-{scope.period.first}-{scope.period.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
