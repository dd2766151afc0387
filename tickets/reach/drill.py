"""The drill: who would be answered where, and who would be lost, if an account were closed now. It changes and sends nothing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import notify
from tickets.models import Account, Agent, Drill, Role, Ticket
from tickets.outbox.reachable import conversations, second_ways

AT_ONCE = 500
EVERY = {"weekly": timedelta(days=7), "monthly": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Line:
    """One open conversation: `route` is where it would be answered, "" for nowhere."""

    ticket: int
    contact: str
    route: str
    reason: str


@dataclass(slots=True)
class Found:
    """What a drill found."""

    affected: list[Line] = field(default_factory=list)
    rerouted: list[Line] = field(default_factory=list)
    lost: list[Line] = field(default_factory=list)
    milliseconds: int = 0


def drill(account: Account, tickets: QuerySet[Ticket] | None = None) -> Found:
    """Return who would be rerouted where and who would be lost, of `tickets`, or of all open conversations of an account."""
    began = time.monotonic()
    found = Found()
    for line in lines(account, tickets):
        found.affected.append(line)
        (found.rerouted if line.route else found.lost).append(line)
    found.milliseconds = round((time.monotonic() - began) * 1000)
    return found


def lines(account: Account, tickets: QuerySet[Ticket] | None = None) -> Iterator[Line]:
    """Yield a line for each open conversation of an account, a few hundred for each query."""
    is_last = Q(channel=settings.LAST_RESORT)
    ways = (
        second_ways(account).filter(contact=OuterRef("contact")).order_by(F("last_used_at").desc(nulls_last=True), "pk")
    )
    where = Concat("channel", Value(" "), "address")
    rows = (conversations(account) if tickets is None else tickets).annotate(
        other=Subquery(ways.exclude(is_last).values(route=where)[:1]),
        last_resort=Subquery(ways.filter(is_last).values(route=where)[:1]),
    )
    named = rows.values_list("number", "contact__name", "contact__public_id", "other", "last_resort")
    for ticket, name, public_id, other, last_resort in named.iterator(chunk_size=AT_ONCE):
        route = other or last_resort or ""
        reason = "" if route else _("No other proven address of %(name)s is known.") % {"name": name or public_id}
        yield Line(ticket, name or public_id, route, reason)


def hold(account: Account, by: Agent | None = None, at: datetime | None = None) -> Drill:
    """Hold a drill and keep its counts. Administrators are told when more would be lost than the time before."""
    found = drill(account)
    before = Drill.objects.filter(account=account, is_live=False).order_by("-at", "-pk").first()
    kept = Drill.objects.create(
        account=account,
        at=at or timezone.now(),
        by=by,
        affected=len(found.affected),
        rerouted=len(found.rerouted),
        lost=len(found.lost),
        milliseconds=found.milliseconds,
    )
    if by is None and found.lost and (before is None or kept.lost > before.lost):
        _tell(found)
    return kept


def _tell(found: Found) -> None:
    """The first conversation that would be lost stands for all of them."""
    first = Ticket.objects.get(number=found.lost[0].ticket)
    people = Agent.objects.filter(role=Role.ADMINISTRATOR, removed_at=None)
    notify.make(notify.DRILL, first, people, None, count=len(found.lost))


def hold_due(accounts: QuerySet[Account], at: datetime | None = None) -> int:
    """Hold the drills that accounts lay down in their settings and whose time has come; return how many."""
    when = at or timezone.now()
    held = 0
    for account in accounts:
        every = EVERY.get(str(account.config.get("drills", "")))
        last = Drill.objects.filter(account=account, is_live=False).order_by("-at", "-pk").first()
        if every and (last is None or last.at <= when - every):
            hold(account, at=when)
            held += 1
    return held
