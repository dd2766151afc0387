"""Setting: what entries change of tickets, one or five hundred, in one place. A rebuild comes through here too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from tickets import search
from tickets.models import Agent, Participant, Tag, Team, Ticket
from tickets.models.many import insert_new, save_many
from tickets.models.tickets import RESTING

# The columns that a change writes: no index is touched for what stays.
COLUMNS = {
    "state": ("state", "solved_at"), "assignee": ("assignee",), "team": ("team",), "priority": ("priority",),
    "subject": ("subject",), "hold": ("hold",), "snooze": ("snoozed_at", "snoozed_until"), "spam": ("spam", "spam_at"),
    "up": ("last_message_at",),
}  # fmt: skip


@dataclass(slots=True)
class Named:
    """The rows that a change names, looked up once however many tickets it is for."""

    agents: dict[str, Agent] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)


def set_all(tickets: Sequence[Ticket], changes: dict[str, Any], at: datetime) -> list[Any]:
    """Make `changes` on each ticket and store them; return what stood on each before. The number of queries is fixed."""
    named = _look_up(changes)
    before = [_set(ticket, changes, named, at) for ticket in tickets]
    save_many(tickets, [*(column for name in changes for column in COLUMNS.get(name, ())), "updated_at"])
    _tag(tickets, changes)
    if changes.keys() & {"tag", "untag", "subject"}:
        search.refresh([ticket.pk for ticket in tickets])
    if changes.get("participant"):
        insert_new([Participant(ticket=ticket, address=changes["participant"]) for ticket in tickets])
    return before


def _look_up(changes: dict[str, Any]) -> Named:
    named = Named()
    if changes.get("assignee"):
        named.agents[changes["assignee"]] = Agent.objects.get(public_id=changes["assignee"])
    if changes.get("team"):
        named.teams[changes["team"]] = Team.objects.get(public_id=changes["team"])
    return named


def _set(ticket: Ticket, changes: dict[str, Any], named: Named, at: datetime) -> Any:
    """Change the ticket (unsaved) and return what stood there before: of several things, the first."""
    before = [value_of(ticket, name) for name in changes if name in VALUES]
    if "assignee" in changes:
        ticket.assignee = named.agents.get(changes["assignee"])
    if "team" in changes:
        ticket.team = named.teams.get(changes["team"])
    for name in ("priority", "subject", "hold"):
        if name in changes:
            setattr(ticket, name, changes[name])
    if "snooze" in changes:
        set_snooze(ticket, changes["snooze"], at)
    if "spam" in changes:
        set_spam(ticket, changes["spam"], at)
    if "state" in changes:
        set_state(ticket, changes["state"], at)
    if changes.get("up"):  # where the lists show what is new
        ticket.last_message_at = max(ticket.last_message_at, at)
    ticket.updated_at = max(ticket.updated_at, at)
    return before[0] if before else None


def said_of_snooze(ticket: Ticket) -> str | None:
    """Return until when a ticket is snoozed; "": until the customer writes; None: it is not."""
    if ticket.snoozed_until:
        return ticket.snoozed_until.isoformat()
    return "" if ticket.snoozed_at else None


VALUES: dict[str, Callable[[Ticket], Any]] = {
    "snooze": said_of_snooze,
    "spam": lambda ticket: ticket.spam,
    "assignee": lambda ticket: ticket.assignee.public_id if ticket.assignee else None,
    "state": lambda ticket: ticket.state,
    "priority": lambda ticket: ticket.priority,
    "team": lambda ticket: ticket.team.public_id if ticket.team else None,
    "subject": lambda ticket: ticket.subject,
    "hold": lambda ticket: ticket.hold,
}


def value_of(ticket: Ticket, name: str) -> Any:
    """Return what stands on a ticket, as a change would write it."""
    return VALUES[name](ticket)


def set_snooze(ticket: Ticket, until: str | None, at: datetime) -> None:
    """Snooze an unsaved ticket as `said_of_snooze` writes it; None wakes it."""
    ticket.snoozed_at = None if until is None else at
    ticket.snoozed_until = parse_datetime(until) if until else None


def set_spam(ticket: Ticket, by: str, at: datetime) -> None:
    """Call an unsaved ticket spam by somebody, or by nobody any more."""
    ticket.spam, ticket.spam_at = by, at if by else None


def set_state(ticket: Ticket, state: str, at: datetime) -> str:
    """Set the state of an unsaved ticket, and when it was solved; return the state before."""
    before, ticket.state = ticket.state, state
    if state in RESTING:
        ticket.solved_at = ticket.solved_at or at
    else:
        ticket.solved_at = None
    return before


def _tag(tickets: Sequence[Ticket], changes: dict[str, Any]) -> None:
    on_ticket = Ticket.tags.through
    if names := changes.get("tag", []):
        Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
        keys = Tag.objects.filter(name__in=names).values_list("pk", flat=True)
        rows = [on_ticket(ticket_id=ticket.pk, tag_id=key) for ticket in tickets for key in keys]
        on_ticket._default_manager.bulk_create(rows, ignore_conflicts=True)
    if names := changes.get("untag", []):
        on_ticket._default_manager.filter(ticket__in=tickets, tag__name__in=names).delete()
