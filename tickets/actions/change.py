"""Changes to a ticket: assignee, state, priority, tags, subject. Each is one entry and one event."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.setting import set_all
from tickets.models import Agent, Entry, Event, Priority, State, Team, Ticket
from tickets.models.text import LONGEST_SUBJECT, storable
from tickets.permissions import working_in
from tickets.record.write import entry_of
from tickets.wake import wake


class NotAllowed(Exception):
    """A verb was asked for something that does not exist or may not be; the text says what, and what would do."""


def assign(
    ticket: Ticket, agent: Agent | None, by: Agent | None, at: datetime | None = None, reason: str = ""
) -> Ticket:
    """Give a ticket to `agent`, or to nobody. Raises NotAllowed for somebody who has left, or could not work on it."""
    if agent is not None:
        check_assignee(agent)
        if not working_in(ticket.mailbox).filter(pk=agent.pk).exists():
            raise unseen_by(agent, ticket)
    words = _("assigned it to %(name)s") % {"name": agent.name} if agent else _("took the assignee away")
    return change(ticket, "assigned", {"assignee": agent.public_id if agent else None}, words, by, at, reason)


def check_assignee(agent: Agent) -> None:
    """Raise NotAllowed for somebody who answers nothing, whichever ticket it is."""
    if not agent.is_active:
        raise NotAllowed(_("%(name)s does not work here any more; choose somebody else.") % {"name": agent.name})
    if not agent.may_write:
        raise NotAllowed(_("%(name)s reads and does not answer; choose somebody else.") % {"name": agent.name})


def unseen_by(agent: Agent, ticket: Ticket) -> NotAllowed:
    """Return why a ticket is not given to somebody who does not see its mailbox."""
    words = {"name": agent.name, "mailbox": ticket.mailbox.name}
    return NotAllowed(_("%(name)s does not see the mailbox %(mailbox)s; choose somebody of its team.") % words)


def set_status(ticket: Ticket, state: str, by: Agent | None, at: datetime | None = None, reason: str = "") -> Ticket:
    """Set the state. Raises NotAllowed for a state that does not exist."""
    if state not in State.values:
        raise NotAllowed(
            _("There is no state %(state)s. States are: %(known)s.")
            % {"state": state, "known": ", ".join(State.values)}
        )
    return change(ticket, "state", {"state": state}, _("set it to %(state)s") % {"state": state}, by, at, reason)


def set_priority(
    ticket: Ticket, priority: int, by: Agent | None, at: datetime | None = None, reason: str = ""
) -> Ticket:
    """Set the priority. Raises NotAllowed for one that does not exist."""
    if priority not in Priority.values:
        raise NotAllowed(_("There is no priority %(priority)s.") % {"priority": priority})
    words = _("set the priority to %(priority)s") % {"priority": Priority(priority).label.lower()}
    return change(ticket, "priority", {"priority": int(priority)}, words, by, at, reason)


def set_team(
    ticket: Ticket, team: Team | None, by: Agent | None, at: datetime | None = None, reason: str = ""
) -> Ticket:
    """Give a ticket to a team, or to none."""
    words = _("gave it to the team %(name)s") % {"name": team.name} if team else _("took the team away")
    return change(ticket, "team", {"team": team.public_id if team else None}, words, by, at, reason)


def set_subject(ticket: Ticket, subject: str, by: Agent | None, at: datetime | None = None, reason: str = "") -> Ticket:
    """Give the ticket another subject; a customer's reply never does that."""
    clean = storable(" ".join(subject.split()), LONGEST_SUBJECT)
    return change(
        ticket, "subject", {"subject": clean}, _("renamed it to %(subject)s") % {"subject": clean}, by, at, reason
    )


def tag(ticket: Ticket, names: Iterable[str], by: Agent | None, at: datetime | None = None, reason: str = "") -> Ticket:
    """Put tags on a ticket."""
    wanted = tag_names(names)
    return change(
        ticket, "tagged", {"tag": wanted}, _("tagged it %(tags)s") % {"tags": ", ".join(wanted)}, by, at, reason
    )


def untag(
    ticket: Ticket, names: Iterable[str], by: Agent | None, at: datetime | None = None, reason: str = ""
) -> Ticket:
    """Take tags off a ticket."""
    wanted = tag_names(names)
    return change(
        ticket, "untagged", {"untag": wanted}, _("took off %(tags)s") % {"tags": ", ".join(wanted)}, by, at, reason
    )


def add_participant(ticket: Ticket, address: str, by: Agent | None, at: datetime | None = None) -> Ticket:
    """Let somebody who wrote "via" a reply address take part from now on: an agent's decision."""
    lowered = storable(address.strip().lower(), 320)
    words = _("let %(address)s take part") % {"address": lowered}
    return change(ticket, "participant", {"participant": lowered}, words, by, at, "")


def tag_names(names: Iterable[str]) -> list[str]:
    """Return tags as they are stored: "Refund" and "refund " are one."""
    clean = [storable(" ".join(unicodedata.normalize("NFKC", name).split()).lower(), 60) for name in names]
    return sorted({name for name in clean if name})


def change(
    ticket: Ticket, kind: str, changes: dict[str, Any], words: str, by: Agent | None, at: datetime | None, reason: str
) -> Ticket:
    """Write one change as an entry: `kind` names the event, `changes` what is set, `words` what a reader sees."""
    when = at or timezone.now()
    with transaction.atomic():
        locked = Ticket.objects.select_for_update(of=("self",)).select_related("mailbox").get(pk=ticket.pk)
        fields = {
            "ticket": locked.number,
            "event": kind,
            "by": by.public_id if by else None,
            "reason": storable(reason),
            "set": changes,
        }
        original = compose.done(locked, by, when, words, reason)
        entry = entry_of(
            "change", at=when, fields=fields, original=original, account=locked.mailbox, ticket=locked.number
        )
        entry.save()
        apply_change(entry)
        wake("append")
    ticket.refresh_from_db()
    return ticket


def apply_change(entry: Entry) -> None:
    """Make what an entry of kind "change" says."""
    fields = entry.fields
    ticket = Ticket.objects.select_related("assignee", "team").get(number=fields["ticket"])
    before = set_all([ticket], fields["set"], entry.at)
    Event.objects.create(
        ticket=ticket,
        entry=entry,
        kind=fields["event"],
        at=entry.at,
        by=Agent.objects.named(fields["by"]),
        reason=fields["reason"],
        data=fields["set"] | {"from": before[0]},
    )
