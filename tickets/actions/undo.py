"""Undo: what entries changed of tickets becomes what it was, where nobody has changed it since. A verb with an entry of its own."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.changes import Done, Wish, change_many, in_portions, not_there
from tickets.actions.setting import value_of
from tickets.actions.spam import not_spam
from tickets.actions.unmerge import unmerge
from tickets.actions.wishes import assigned
from tickets.models import Agent, Entry, Event, SpamBy, Ticket
from tickets.permissions import visible_to

BACK = {
    "snoozed": "woken",
    "woken": "snoozed",
    "spam": "not-spam",
    "not-spam": "spam",
    "tagged": "untagged",
    "untagged": "tagged",
}
# The values that can be given back, by the event that tells of them.
SETS = {
    "state": "state", "assigned": "assignee", "priority": "priority", "team": "team", "subject": "subject",
    "snoozed": "snooze", "woken": "snooze", "spam": "spam", "not-spam": "spam",
}  # fmt: skip


def undo(entries: Sequence[int], by: Agent, at: datetime | None = None) -> Done:
    """Take back what the entries with these primary keys did; what was changed since stays, and is named."""
    done = Done()
    for entry in Entry.objects.filter(pk__in=entries).order_by("-pk"):
        done.add(_undo_merge(entry, by, at) if entry.kind == "merge" else _undo_changes(entry, by, at))
    return done


def _undo_changes(entry: Entry, by: Agent, at: datetime | None) -> Done:
    events = {
        event.of or event.ticket.number: event for event in Event.objects.filter(entry=entry).select_related("ticket")
    }
    if entry.fields["event"] == "spam":
        return _undo_spam(entry, list(events), by, at)
    kind = BACK.get(entry.fields["event"], entry.fields["event"])
    back = {"remember": entry.fields["forget"]} if entry.fields.get("forget") else {}
    given_back = cache(_given_back)

    def before(ticket: Ticket) -> dict[str, Any] | None:
        wanted = _before(ticket, events[ticket.number])
        return given_back(wanted["assignee"]).of(ticket) if wanted and wanted.get("assignee") else wanted

    wish = Wish(kind, _("took it back"), before, _("Undone."), lambda _: back)
    return change_many(list(events), wish, by, at)


def _given_back(assignee: str) -> Wish:
    """The wish that tickets be theirs again who had them. Raises NotAllowed when they have left since, or only read now."""
    return assigned(Agent.objects.get(public_id=assignee))


def _before(ticket: Ticket, event: Event) -> dict[str, Any] | None:
    """What to set on a ticket so that it is as before this event. Raises NotAllowed when somebody changed it since."""
    if event.kind in ("tagged", "untagged"):
        return _tags_before(ticket, event)
    name = SETS.get(event.kind)
    if name is None or value_of(ticket, name) != event.data.get(name):
        raise NotAllowed(_("Somebody has changed it since."))
    return {name: event.data["from"]}


def _tags_before(ticket: Ticket, event: Event) -> dict[str, Any]:
    on_it = {tag.name for tag in ticket.tags.all()}
    put_on = [name for name in event.data.get("tag", []) if name in on_it]
    taken_off = [name for name in event.data.get("untag", []) if name not in on_it]
    if not put_on and not taken_off:
        raise NotAllowed(_("Somebody has changed it since."))
    return {"untag": put_on} if put_on else {"tag": taken_off}


def _undo_spam(entry: Entry, numbers: list[int], by: Agent, at: datetime | None) -> Done:
    """The tickets come back, those that came since by memory of this alone too, and what it remembered is forgotten."""
    pairs = entry.fields.get("remember", [])
    contacts = {pair["contact"] for pair in pairs}
    since = visible_to(by).filter(spam=SpamBy.MEMORY, contact__public_id__in=contacts, spam_at__gte=entry.at)
    every = [*numbers, *since.order_by("pk").values_list("number", flat=True)]
    return in_portions(every, lambda some: change_many(some, not_spam(_("Undone."), pairs), by, at))


def _undo_merge(entry: Entry, by: Agent, at: datetime | None) -> Done:
    number = int(entry.fields["merged"])
    if not visible_to(by).filter(merged__number=number).exists():
        return Done(left=[(number, not_there())])
    try:
        ticket = unmerge(number, by, at, _("Undone."))
    except NotAllowed as error:
        return Done(left=[(number, str(error))])
    return Done(changed=[ticket.number])
