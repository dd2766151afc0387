"""Wishes: what may be done to many tickets at once, as `change_many` fulfils it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed, check_assignee, tag_names, unseen_by
from tickets.actions.changes import Wish
from tickets.models import Agent, Priority, State, Team, Ticket
from tickets.permissions import mailboxes_for


def in_state(state: str) -> Wish:
    """The wish that tickets be in a state. Raises NotAllowed for one that does not exist."""
    if state not in State.values:
        raise NotAllowed(_("There is no state %(state)s.") % {"state": state})
    words = _("set it to %(state)s") % {"state": state}
    return Wish("state", words, lambda ticket: {"state": state} if ticket.state != state else None)


def assigned(agent: Agent | None) -> Wish:
    """The wish that tickets be an agent's, or nobody's. Raises NotAllowed for somebody who has left or reads alone."""
    if agent is None:
        return unassigned()
    check_assignee(agent)
    seen = set(mailboxes_for(agent).values_list("pk", flat=True))

    def theirs(ticket: Ticket) -> dict[str, Any] | None:
        if ticket.mailbox_id not in seen:
            raise unseen_by(agent, ticket)
        return {"assignee": agent.public_id} if ticket.assignee_id != agent.pk else None

    return Wish("assigned", _("assigned it to %(name)s") % {"name": agent.name}, theirs)


def unassigned(reason: str = "") -> Wish:
    """The wish that tickets be nobody's."""
    return Wish(
        "assigned", _("took the assignee away"), lambda one: {"assignee": None} if one.assignee_id else None, reason
    )


def prior(priority: int) -> Wish:
    """The wish that tickets have a priority. Raises NotAllowed for one that does not exist."""
    if priority not in Priority.values:
        raise NotAllowed(_("There is no priority %(priority)s.") % {"priority": priority})
    words = _("set the priority to %(priority)s") % {"priority": Priority(priority).label.lower()}
    return Wish("priority", words, lambda ticket: {"priority": priority} if ticket.priority != priority else None)


def given(team: Team | None, reason: str = "") -> Wish:
    """The wish that tickets be a team's, or no team's."""
    words = _("gave it to the team %(name)s") % {"name": team.name} if team else _("took the team away")
    wanted, key = {"team": team.public_id if team else None}, team.pk if team else None
    return Wish("team", words, lambda ticket: wanted if ticket.team_id != key else None, reason)


def tagged(names: Iterable[str]) -> Wish:
    """The wish that tickets bear tags. Raises NotAllowed without any."""
    wanted = _named(names)

    def missing(ticket: Ticket) -> dict[str, Any] | None:
        known = {tag.name for tag in ticket.tags.all()}
        return {"tag": [name for name in wanted if name not in known]} if set(wanted) - known else None

    return Wish("tagged", _("tagged it %(tags)s") % {"tags": ", ".join(wanted)}, missing)


def untagged(names: Iterable[str]) -> Wish:
    """The wish that tickets bear these tags no more. Raises NotAllowed without any."""
    wanted = _named(names)

    def there(ticket: Ticket) -> dict[str, Any] | None:
        known = {tag.name for tag in ticket.tags.all()}
        return {"untag": [name for name in wanted if name in known]} if set(wanted) & known else None

    return Wish("untagged", _("took off %(tags)s") % {"tags": ", ".join(wanted)}, there)


def _named(names: Iterable[str]) -> list[str]:
    wanted = tag_names(names)
    if not wanted:
        raise NotAllowed(_("Name a tag."))
    return wanted
