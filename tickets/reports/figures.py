"""The figures, each as definitions.py says. Everything starts at visible_to(agent), and is bounded by the period."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median
from typing import NamedTuple

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from tickets.hours import Hours, working_seconds
from tickets.models import Account, Agent, Direction, Event, Message, State, Team, Ticket
from tickets.models.tickets import RESTING
from tickets.permissions import mailboxes_for, visible_to
from tickets.reports.period import Period

OURS = (State.NEW, State.OPEN)  # somebody here has to do something
INCOMING = Q(direction=Direction.IN, kind="message", history=False)
ANSWER = Q(direction=Direction.OUT, automatic=False, history=False)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWER_STEPS = (HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY)
AGE_STEPS = (DAY, 3 * DAY, 7 * DAY, 30 * DAY)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes, which days, and which mailbox (None: all that they may see)."""

    agent: Agent
    period: Period
    mailbox: Account | None = None

    @property
    def before(self) -> "Scope":
        """The same of the period before."""
        return Scope(self.agent, self.period.before, self.mailbox)

    def tickets(self) -> QuerySet[Ticket]:
        """The tickets that the report is about: no spam. Merged ones are part of those they were merged into."""
        tickets = visible_to(self.agent).filter(spam_at__isnull=True)
        return tickets.filter(mailbox=self.mailbox) if self.mailbox else tickets

    def messages(self) -> QuerySet[Message]:
        """Their messages within the period."""
        within = {"at__gte": self.period.start, "at__lt": self.period.end}
        return Message.objects.filter(ticket__in=self.tickets().values("pk"), **within).order_by()


class Cell(NamedTuple):
    """One day, one direction ("in" or "out"), one channel."""

    day: date
    direction: str
    channel: str


def traffic(scope: Scope) -> dict[Cell, int]:
    """Return how many messages came in and went out, by day and channel."""
    days = scope.period.days
    rows = (
        scope.messages()
        .filter(INCOMING | ANSWER)
        .annotate(place=_place(scope.period.starts, 0, len(days)))
        .values_list("place", "direction", "channel")
        .annotate(count=Count("pk"))
    )
    return {Cell(days[place], direction, channel): count for place, direction, channel, count in rows}


def _place(starts: Sequence[datetime], first: int, end: int) -> Combinable:
    """The place of a message's day in the period, found by halving. SQLite has no time zones: asking Python for the day
    of each message takes ten times as long.
    """
    if end - first == 1:
        return Value(first)
    half = (first + end) // 2
    before, after = _place(starts, first, half), _place(starts, half, end)
    return Case(When(at__lt=starts[half], then=before), default=after, output_field=IntegerField())


def begun(scope: Scope) -> int:
    """Return how many tickets began in the period."""
    return _begun(scope).count()


def _begun(scope: Scope) -> QuerySet[Ticket]:
    period = scope.period
    return scope.tickets().filter(history=False, created_at__gte=period.start, created_at__lt=period.end)


def by_machines(scope: Scope) -> int:
    """Return how many mails came in that a machine wrote: bounces, reports, automatic replies."""
    return scope.messages().filter(direction=Direction.IN, history=False).exclude(kind="message").count()


class Answered(NamedTuple):
    """The first answer that a ticket got in the period: how long it took by the clock and in working hours, and by whom."""

    wall: timedelta
    working: timedelta
    agent: int | None
    team: int | None


def first_answers(scope: Scope) -> list[timedelta]:
    """Return how long each ticket waited for the first answer that it got in the period, the quickest first."""
    return [one.wall for one in first_answered(scope)]


def first_answered(scope: Scope) -> list[Answered]:
    """Return the first answers of the period, the quickest first."""
    to_them = ANSWER & Q(kind="message")
    answered = scope.messages().filter(to_them).values("ticket")
    tickets = scope.tickets().filter(history=False, pk__in=answered).values("pk")
    rows = (
        Message.objects.filter(INCOMING | to_them, ticket__in=tickets, at__lt=scope.period.end)
        .order_by("ticket", "at", "pk")
        .values_list("ticket", "direction", "at", "author", "ticket__team", "ticket__mailbox_id")
    )
    hours: dict[int | None, Hours] = {
        one.pk: one.opening_hours for one in mailboxes_for(scope.agent).defer("secrets", "state", "config")
    }
    waits = (_wait(of, scope.period, hours) for _, of in groupby(rows.iterator(), lambda row: row[0]))
    return sorted((wait for wait in waits if wait is not None), key=lambda one: one.wall)


Row = tuple[int, str, datetime, int | None, int | None, int | None]


def _wait(said: Iterable[Row], period: Period, hours: Mapping[int | None, Hours]) -> Answered | None:
    """From the first incoming message to the first answer after it, if that was given in the period."""
    came: datetime | None = None
    for _ticket, direction, at, author, team, mailbox in said:
        if direction == Direction.IN:
            came = came or at
        elif came is not None:
            if at < period.start:
                return None
            working = working_seconds(hours[mailbox], came, at) if mailbox in hours else (at - came).total_seconds()
            return Answered(at - came, timedelta(seconds=working), author, team)
    return None


def middle(waits: Sequence[timedelta]) -> timedelta | None:
    """Return the median: half were answered within it. None of nothing."""
    return timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None


def ninetieth(waits: Sequence[timedelta]) -> timedelta | None:
    """Return the 90th percentile of sorted waits: the first within which nine in ten were answered (nearest rank)."""
    return waits[math.ceil(len(waits) * 9 / 10) - 1] if waits else None


def by_step(waits: Iterable[timedelta], steps: Sequence[timedelta] = ANSWER_STEPS) -> list[int]:
    """Return how many lie below each of `steps`, and how many above them all."""
    places = Counter(sum(wait >= step for step in steps) for wait in waits)
    return [places[place] for place in range(len(steps) + 1)]


def unanswered(scope: Scope) -> int:
    """Return how many new and open tickets have had no answer since their first incoming message, as of now."""
    said = Message.objects.filter(ticket=OuterRef("pk"))
    began = said.filter(INCOMING).order_by("at", "pk").values("at")[:1]
    tickets = scope.tickets().filter(history=False, state__in=OURS).annotate(began=Subquery(began))
    answers = said.filter(ANSWER, at__gte=OuterRef("began"))
    return tickets.filter(~Exists(answers), began__isnull=False).count()


@dataclass(frozen=True, slots=True)
class Aged:
    """How many tickets of one age wait for us, and how many for the customer."""

    ours: int
    theirs: int


def open_by_age(scope: Scope, now: datetime | None = None) -> list[Aged]:
    """Return what is open now by age: under each of AGE_STEPS, and over the last."""
    bounds = [now or timezone.now()]
    bounds += [bounds[0] - step for step in AGE_STEPS]
    counts: dict[str, Count] = {}
    for place, newest in enumerate(bounds):
        aged = Q() if place == 0 else Q(created_at__lte=newest)
        if place + 1 < len(bounds):
            aged &= Q(created_at__gt=bounds[place + 1])
        counts[f"ours_{place}"] = Count("pk", filter=aged & Q(state__in=OURS))
        counts[f"theirs_{place}"] = Count("pk", filter=aged & Q(state=State.WAITING))
    found = scope.tickets().exclude(state__in=RESTING).order_by().aggregate(**counts)
    return [Aged(found[f"ours_{place}"], found[f"theirs_{place}"]) for place in range(len(bounds))]


@dataclass(slots=True)
class Worked:
    """What one agent did; `key`: their primary key."""

    name: str
    answers: int = 0
    solved: int = 0
    notes: int = 0
    first: list[Answered] = field(default_factory=list, compare=False)
    key: int | None = field(default=None, compare=False)


def by_agent(scope: Scope, answered: Iterable[Answered] = ()) -> list[Worked]:
    """Return what each agent did in the period, by name; those who did nothing are left out. `answered`: its first answers."""
    done: dict[int, Worked] = {}
    said = (
        scope.messages()
        .filter(ANSWER | Q(direction=Direction.NOTE, history=False), author__isnull=False)
        .values_list("author", "author__name")
        .annotate(
            answers=Count("pk", filter=Q(direction=Direction.OUT)),
            notes=Count("pk", filter=Q(direction=Direction.NOTE)),
        )
    )
    for agent, name, answers, notes in said:
        done[agent] = Worked(name, answers=answers, notes=notes, key=agent)
    for agent, name, count in (
        solved(scope).values_list("by", "by__name").annotate(count=Count("ticket", distinct=True))
    ):
        done.setdefault(agent, Worked(name, key=agent)).solved = count
    for one in answered:
        if one.agent in done:
            done[one.agent].first.append(one)
    return sorted(done.values(), key=lambda one: (one.name.casefold(), one.name))


@dataclass(slots=True)
class OfTeam:
    """What became of the tickets of one team; `name`: "" for those of none."""

    name: str
    begun: int = 0
    solved: int = 0
    first: list[Answered] = field(default_factory=list, compare=False)
    key: int | None = field(default=None, compare=False)


def by_team(scope: Scope, answered: Iterable[Answered] = ()) -> list[OfTeam]:
    """Return what began, was solved and was first answered in the period, by the team that the tickets belong to now."""
    names: dict[int | None, str] = {None: "", **dict(Team.objects.values_list("pk", "name"))}
    found = {key: OfTeam(name, key=key) for key, name in names.items()}
    for team, count in _begun(scope).order_by().values_list("team").annotate(count=Count("pk")):
        found[team].begun = count
    for team, count in solved(scope).values_list("ticket__team").annotate(count=Count("ticket", distinct=True)):
        found[team].solved = count
    for one in answered:
        found[one.team].first.append(one)
    active = (one for one in found.values() if one.begun or one.solved or one.first)
    return sorted(active, key=lambda one: (not one.name, one.name.casefold()))


def solved(scope: Scope) -> QuerySet[Event]:
    """Return the events of the period by which a person finished what was not finished."""
    finishes = Q(data__state__in=RESTING) | Q(data__to__in=RESTING)
    return Event.objects.filter(
        finishes,
        ~Q(data__from__in=RESTING),
        kind="state",
        by__isnull=False,
        at__gte=scope.period.start,
        at__lt=scope.period.end,
        ticket__in=scope.tickets().values("pk"),
    ).order_by()


def solved_tickets(scope: Scope) -> int:
    """Return how many tickets a person finished in the period, each once."""
    return int(solved(scope).aggregate(count=Count("ticket", distinct=True))["count"])


def solved_by_day(scope: Scope) -> dict[date, int]:
    """Return how many tickets a person finished on each day; one that is opened again and finished anew counts on both."""
    days = scope.period.days
    rows = solved(scope).annotate(place=_place(scope.period.starts, 0, len(days))).values_list("place")
    return {days[place]: count for place, count in rows.annotate(count=Count("ticket", distinct=True))}
