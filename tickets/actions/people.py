"""Who works here: people come, change and leave. Configuration, kept in the record's config file.

What they leave behind is no configuration: the tickets that nobody looks at any more are given back by entries.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.changes import Wish, change_many, in_portions
from tickets.actions.configuration import AGENT, Change, changes_of, log_entry
from tickets.actions.sessions import end_sessions
from tickets.actions.wishes import unassigned
from tickets.models import Account, Agent, Role, State, Team, Ticket
from tickets.permissions import visible_to
from tickets.record.config import write_config
from tickets.wake import wake

LOGGED = ("name", "email", "role", "removed_at")
UNFINISHED = (State.NEW, State.OPEN, State.WAITING)


def add_agent(
    email: str,
    name: str,
    role: str = Role.AGENT,
    by: Agent | None = None,
    password: str | None = None,
    at: datetime | None = None,
    teams: Iterable[Team] = (),
) -> Agent:
    """Add somebody who works here; who has left comes back, without a password. Raises IntegrityError for an address that is taken."""
    when = at or timezone.now()
    if left := Agent.objects.filter(email=email.strip().lower(), removed_at__isnull=False).first():
        left.set_unusable_password()
        return change_agent(left, by, teams, name=name, role=role, removed_at=None, password=left.password)
    with transaction.atomic():
        agent = Agent.objects.create_user(email, password, name=name, role=role, created_at=when)
        agent.teams.set(teams)
        _log("added", agent, [Change("role", after=role), *_teams_change("", _named(teams))], by, when)
        transaction.on_commit(write_config)
    return agent


def change_agent(agent: Agent, by: Agent | None, teams: Iterable[Team] | None = None, **fields: Any) -> Agent:
    """Change name, role, email, language, time zone, teams … What they can no longer work on is given back.

    Raises NotAllowed when nobody could administrate any more, IntegrityError for an email address that is taken.
    """
    when = timezone.now()
    with transaction.atomic():
        _keep_an_administrator(agent, fields)
        changes = changes_of(agent, {name: value for name, value in fields.items() if name in LOGGED})
        if teams is not None:
            changes += _teams_change(_named(agent.teams.all()), _named(teams))
        for name, value in fields.items():
            setattr(agent, name, value)
        agent.save(update_fields=list(fields))
        if teams is not None:
            agent.teams.set(teams)
        if changes:
            _log("removed" if fields.get("removed_at") else "changed", agent, changes, by, when)
        transaction.on_commit(write_config)
    if teams is not None or fields.keys() & {"role", "removed_at"}:
        give_back([agent], by)
    return agent


def _log(done: str, agent: Agent, changes: Sequence[Change], by: Agent | None, at: datetime) -> None:
    """Leave an entry of the change; without an author the helpdesk set itself up, or a person changed what is their own."""
    if by is not None:
        log_entry(done, AGENT, agent.public_id, agent.name, changes, by, at, None).save()
        wake("append")


def _named(teams: Iterable[Team]) -> str:
    return ", ".join(sorted(team.name for team in teams))


def _teams_change(before: str, after: str) -> list[Change]:
    return [Change("teams", before, after)] if before != after else []


def _keep_an_administrator(agent: Agent, fields: dict[str, Any]) -> None:
    """Two administrators who let each other go at once wait for each other here."""
    there = Agent.objects.select_for_update().filter(role=Role.ADMINISTRATOR, removed_at__isnull=True).order_by("pk")
    stays = fields.get("role", Role.ADMINISTRATOR) == Role.ADMINISTRATOR and not fields.get("removed_at")
    if not stays and {one.pk for one in there} == {agent.pk}:
        words = _("%(name)s is the only administrator. Make somebody else one first.") % {"name": agent.name}
        raise NotAllowed(words)


def choose_password(agent: Agent, password: str, name: str = "") -> Agent:
    """Give somebody the password that they chose, and the name if they said one; all their sessions end."""
    with transaction.atomic():
        fresh = Agent.objects.select_for_update().get(pk=agent.pk)
        fresh.set_password(password)
        fresh.name = name or fresh.name
        fresh.save(update_fields=["password", "name"])
        transaction.on_commit(write_config)
    end_sessions(fresh)
    return fresh


def drop_second_step(agent: Agent, by: Agent | None) -> None:
    """Let somebody in by the password alone again, who has lost what made their codes."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=agent.pk).delete()
        _log("changed", agent, [Change("second step", secret=True)], by, timezone.now())


def remove_agent(agent: Agent, by: Agent | None, at: datetime | None = None) -> Agent:
    """Let somebody leave: they sign in no more, their tickets go back, their words and drafts stay. Raises NotAllowed."""
    change_agent(agent, by, removed_at=at or timezone.now())
    end_sessions(agent)
    return agent


def give_back(people: Iterable[Agent], by: Agent | None, at: datetime | None = None) -> None:
    """Take the unfinished tickets that these people cannot work on any more away from them: nobody would see them."""
    for agent in people:
        held = Ticket.objects.filter(assignee=agent, state__in=UNFINISHED, merged_into__isnull=True)
        if agent.is_active and agent.may_write:
            held = held.exclude(pk__in=visible_to(agent).values("pk"))
        change_all(held, unassigned(_why(agent) % {"name": agent.name}), by, at)


def change_all(tickets: QuerySet[Ticket], wish: Wish, by: Agent | None, at: datetime | None = None) -> None:
    """Fulfil a wish on all of these, 500 at a time."""
    numbers = list(tickets.order_by("number").values_list("number", flat=True))
    in_portions(numbers, lambda some: change_many(some, wish, by, at))


def assignees_in(mailboxes: Sequence[Account]) -> list[Agent]:
    """Return who has unfinished tickets in these mailboxes."""
    held = Ticket.objects.filter(mailbox__in=mailboxes, state__in=UNFINISHED, assignee__isnull=False)
    return list(Agent.objects.filter(pk__in=held.values("assignee")))


def _why(agent: Agent) -> str:
    if not agent.is_active:
        return _("%(name)s does not work here any more.")
    if not agent.may_write:
        return _("%(name)s is a manager now, who reads and does not answer.")
    return _("%(name)s does not work in this mailbox any more.")
