"""Who works here: agents and teams come, change and leave. Configuration, kept in the record's config file."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tickets.models import Agent, Role, Team
from tickets.record.config import write_config


def add_agent(
    email: str,
    name: str,
    role: str = Role.AGENT,
    by: Agent | None = None,
    password: str | None = None,
    at: datetime | None = None,
) -> Agent:
    """Add somebody who works here. Raises IntegrityError for an email address that is taken."""
    with transaction.atomic():
        agent = Agent.objects.create_user(email, password, name=name, role=role, created_at=at or timezone.now())
        transaction.on_commit(write_config)
    return agent


def change_agent(agent: Agent, by: Agent | None, **fields: Any) -> Agent:
    """Change name, role, email, language, time zone …"""
    for name, value in fields.items():
        setattr(agent, name, value)
    with transaction.atomic():
        agent.save(update_fields=list(fields))
        transaction.on_commit(write_config)
    return agent


def remove_agent(agent: Agent, by: Agent | None, at: datetime | None = None) -> Agent:
    """Let somebody leave: they sign in no more; their words stay theirs."""
    return change_agent(agent, by, removed_at=at or timezone.now())


def add_team(name: str, by: Agent | None, agents: tuple[Agent, ...] = ()) -> Team:
    """Add a team with its agents."""
    with transaction.atomic():
        team = Team.objects.create(name=name)
        team.agents.set(agents)
        transaction.on_commit(write_config)
    return team
