"""Presence: who is looking at a ticket and who is writing in it. Pages say it every few seconds, and when they leave.

Rows in a table, not keys in Redis: a helpdesk whose broker is down still shows it, several web servers see the same, and
one indexed query answers. Nobody is shown longer than 20 s after their page was last heard of.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BooleanField, Case, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from tickets.models import Agent, Presence, Ticket

LASTS = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(hours=1)
MOST = 1000  # that one question answers: tickets that are open in some browser


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a ticket."""

    agent: str  # public id
    name: str
    writing: bool


def be_here(agent: Agent, ticket: Ticket, writing: bool) -> None:
    """Say that `agent` has the ticket before them now, and whether they write in it."""
    soon = Now() + LASTS
    row = Presence(agent=agent, ticket=ticket, until=soon, writing_until=soon if writing else None)
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["ticket", "agent"],
        update_fields=["until", "writing_until"],
    )


def leave(agent: Agent, ticket: Ticket) -> None:
    """Say that `agent` looks at something else."""
    Presence.objects.filter(agent=agent, ticket=ticket).delete()


def here(ticket: Ticket) -> list[Present]:
    """Return who is at a ticket, by name."""
    return [present for _number, present in _read(_now().filter(ticket=ticket))]


def everywhere() -> dict[int, frozenset[Present]]:
    """Return who is where, by ticket number; for whoever filters it by what an agent may see."""
    found: dict[int, set[Present]] = {}
    for number, present in _read(_now()):
        found.setdefault(number, set()).add(present)
    return {number: frozenset(people) for number, people in found.items()}


def writing_there(besides: Agent) -> QuerySet[Presence]:
    """Return who writes now, without one of them: for a subquery over tickets."""
    return Presence.objects.filter(ticket=OuterRef("pk"), writing_until__gt=Now()).exclude(agent=besides).order_by("pk")


def forget_old() -> None:
    """Delete the rows of those who left long ago."""
    Presence.objects.filter(until__lt=Now() - FORGOTTEN_AFTER).delete()


def _now() -> QuerySet[Presence]:
    return Presence.objects.filter(until__gt=Now(), agent__removed_at=None)


def _read(rows: QuerySet[Presence]) -> Iterable[tuple[int, Present]]:
    writes = Case(When(Q(writing_until__gt=Now()), then=Value(True)), default=Value(False), output_field=BooleanField())
    fields = ("ticket__number", "agent__public_id", "agent__name")
    found = rows.annotate(writes=writes).order_by("agent__name", "pk").values_list(*fields, "writes")[:MOST]
    return [(number, Present(agent, name, bool(writing))) for number, agent, name, writing in found]
