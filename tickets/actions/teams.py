"""Teams: who shares which mailboxes. Configuration; what nobody can work on any more is given back by entries."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.accounts import change_account
from tickets.actions.change import NotAllowed
from tickets.actions.configuration import TEAM, Change, changes_of, log_entry
from tickets.actions.people import UNFINISHED, change_all, give_back
from tickets.actions.wishes import given
from tickets.models import Account, Agent, Team, Ticket
from tickets.record.config import write_config
from tickets.wake import wake


def add_team(
    name: str, by: Agent | None, agents: Iterable[Agent] = (), mailboxes: Iterable[Account] | None = None
) -> Team:
    """Add a team with its agents and mailboxes. Raises IntegrityError for a name that is taken."""
    with transaction.atomic():
        team = Team.objects.create(name=name)
        _log("added", team, [], by)
        return change_team(team, by, name, agents, mailboxes)


def change_team(
    team: Team, by: Agent | None, name: str, agents: Iterable[Agent], mailboxes: Iterable[Account] | None = None
) -> Team:
    """Give a team its name, agents and mailboxes. A mailbox that it had and has no more is everybody's.

    Raises IntegrityError for a name that is taken.
    """
    before, after = list(team.agents.all()), list(agents)
    changes = changes_of(team, {"name": name})
    if set(before) != set(after):
        changes.append(Change("people", _named(before), _named(after)))
    team.name = name
    with transaction.atomic():
        team.save(update_fields=["name"])
        team.agents.set(after)
        if changes:
            _log("changed", team, changes, by)
        if mailboxes is not None:
            _give_mailboxes(team, list(mailboxes), by)
        transaction.on_commit(write_config)
    give_back([one for one in before if one not in after], by)
    return team


def _named(people: Iterable[Agent]) -> str:
    return ", ".join(sorted(agent.name for agent in people))


def _log(done: str, team: Team, changes: Sequence[Change], by: Agent | None, at: datetime | None = None) -> None:
    if by is not None:
        log_entry(done, TEAM, team.public_id, team.name, changes, by, at or timezone.now(), None).save()
        wake("append")


def _give_mailboxes(team: Team, mailboxes: list[Account], by: Agent | None) -> None:
    for account in team.accounts.exclude(pk__in=[one.pk for one in mailboxes]):
        change_account(account, by, team=None)
    for account in mailboxes:
        if account.team_id != team.pk:
            change_account(account, by, team=team)


def remove_team(team: Team, by: Agent | None, at: datetime | None = None) -> Team:
    """Remove a team. Raises NotAllowed while mailboxes are its own: without it, everybody would see them."""
    own = list(team.accounts.filter(mailbox__isnull=True, removed_at__isnull=True).values_list("name", flat=True))
    if own:
        words = {"name": team.name, "mailboxes": ", ".join(own[:5])}
        raise NotAllowed(
            _(
                "%(name)s has mailboxes of its own: %(mailboxes)s. Give them to another team, or to everybody, first: without "
                "a team everybody sees them."
            )
            % words
        )
    with transaction.atomic():
        team.removed_at = at or timezone.now()
        team.save(update_fields=["removed_at"])
        team.agents.clear()
        _log("removed", team, [], by, team.removed_at)
        transaction.on_commit(write_config)
    theirs = Ticket.objects.filter(team=team, state__in=UNFINISHED, merged_into__isnull=True)
    reason = _("The team %(name)s does not exist any more.") % {"name": team.name}
    change_all(theirs, given(None, reason), by, at)
    return team
