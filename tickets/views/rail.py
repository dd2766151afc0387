"""The rail at the side: the lists with their counts, and the ways to the other screens."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tickets.models import Account, Health, Mirror, Role
from tickets.permissions import SEES_ALL
from tickets.views.access import agent_of, signed_in
from tickets.views.lists import Lists, TicketList, counts, lists_for, said

FAILURES_TO_SHOW = 3  # of a mirror, in a row: one is often over by the next visit


@dataclass(frozen=True, slots=True)
class RailLink:
    """One line of the rail."""

    list: TicketList
    count: str


def rail(lists: Lists, current: str = "") -> dict[str, Any]:
    """What the rail's template needs; `current` is the name of the list or screen that is open."""
    found = counts(lists)
    links = [RailLink(one, said(found[one.name])) for one in lists.every]
    return {
        "rail_groups": [(name, list(of)) for name, of in groupby(links, key=lambda link: link.list.group)],
        "rail_current": current,
        "told_count": said(found["told"]) if found["told"] else "",
        "parked_count": said(found["parked"]) if found["parked"] else "",
        "troubled": sum(is_troubled(account) for account in lists.accounts),
        "troubled_mirrors": troubled_mirrors() if lists.agent.role == Role.ADMINISTRATOR else 0,
        "may_administrate": lists.agent.role == Role.ADMINISTRATOR,
        "may_oversee": lists.agent.role in SEES_ALL,
        "stopped": sum(account.stopped_at is not None for account in lists.accounts),
        "may_write": lists.agent.may_write,
        "has_accounts": bool(lists.accounts),
        "live_cursor": found["cursor"],
    }


def is_troubled(account: Account) -> bool:
    """Whether a person should look at this account."""
    return account.health != Health.WORKING or account.paused_at is not None


def troubled_mirrors() -> int:
    """How many mirrors a person should look at."""
    stuck = Q(paused_at__isnull=False) | Q(failures__gte=FAILURES_TO_SHOW)
    return Mirror.objects.filter(stuck, removed_at__isnull=True).count()


def frame(request: HttpRequest, current: str = "") -> dict[str, Any]:
    """The rail alone, for screens without a list."""
    return rail(lists_for(agent_of(request)), current)


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The rail anew, for a page that is open."""
    return render(request, "tickets/workspace/_rail_lists.html", frame(request, request.GET.get("current", "")))
