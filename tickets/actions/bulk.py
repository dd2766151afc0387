"""Bulk: select many and act. Some at once, more by a worker in portions; each is one entry, and all is undone by one press."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tickets.actions import notify, wishes
from tickets.actions.change import NotAllowed
from tickets.actions.changes import MOST, Done, Wish, change_many
from tickets.actions.merge import merge
from tickets.actions.snooze import snooze, wake_up
from tickets.actions.spam import clear_spam, mark_spam
from tickets.actions.undo import undo
from tickets.models import Agent, Bulk, Event, ReadMark, Team
from tickets.permissions import visible_to
from tickets.wake import wake

MOST_AT_ALL = 10_000  # tickets of one act
MOST_MERGED = 50
LEASE = timedelta(seconds=60)
Verb = Callable[[Bulk, Sequence[int]], Done]
Row = TypeVar("Row", Agent, Team)


def _wished(make: Callable[[str], Wish]) -> Verb:
    return lambda bulk, numbers: change_many(numbers, make(bulk.value), bulk.agent)


def _assigned(value: str) -> Wish:
    agent = Agent.objects.named(value)
    return wishes.assigned(_there(agent, value))


def _given(value: str) -> Wish:
    team = Team.objects.filter(public_id=value).first() if value else None
    return wishes.given(_there(team, value))


def _there(found: Row | None, value: str) -> Row | None:
    if value and found is None:
        raise NotAllowed(_("Nobody here is called so any more. Reload the page."))
    return found


def _snoozed(bulk: Bulk, numbers: Sequence[int]) -> Done:
    return snooze(numbers, parse_datetime(bulk.value) if bulk.value else None, bulk.agent)


def _merged(bulk: Bulk, numbers: Sequence[int]) -> Done:
    """All become one with the first ticket; each joining is an entry of its own."""
    if len(bulk.numbers) > MOST_MERGED:
        raise NotAllowed(_("At most %(count)d tickets can be joined at once.") % {"count": MOST_MERGED})
    seen = visible_to(bulk.agent).filter(number__in=numbers).select_related("mailbox").order_by("number")
    tickets, done = list(seen), Done()
    if len(tickets) < 2:
        raise NotAllowed(_("Select two tickets or more to join them."))
    into = tickets[0]
    for ticket in tickets[1:]:
        merge(ticket, into, bulk.agent)
        event = Event.objects.filter(ticket=into, kind="merged", data__ticket=ticket.number).latest("pk")
        done.add(Done([ticket.number], [], [event.entry_id]))
    return done


def _read(bulk: Bulk, numbers: Sequence[int]) -> Done:
    """Read marks are no part of the record; what they were is kept with the act."""
    keys = dict(visible_to(bulk.agent).filter(number__in=numbers).values_list("pk", "number"))
    marks = ReadMark.objects.filter(agent=bulk.agent, ticket__in=keys)
    before = {str(keys[ticket]): at.isoformat() for ticket, at in marks.values_list("ticket", "read_at")}
    bulk.before |= {str(number): None for number in keys.values()} | before
    now = timezone.now()
    ReadMark.objects.bulk_create(
        [ReadMark(agent=bulk.agent, ticket_id=key, read_at=now) for key in keys],
        update_conflicts=True,
        unique_fields=["agent", "ticket"],
        update_fields=["read_at"],
    )
    notify.clear(bulk.agent, *keys)
    return Done(sorted(keys.values()))


VERBS: dict[str, Verb] = {
    "state": _wished(wishes.in_state),
    "assignee": _wished(_assigned),
    "priority": _wished(lambda value: wishes.prior(int(value) if value.isdecimal() else 0)),
    "team": _wished(_given),
    "tag": _wished(lambda value: wishes.tagged(value.split(","))),
    "untag": _wished(lambda value: wishes.untagged(value.split(","))),
    "snooze": _snoozed,
    "wake": lambda bulk, numbers: wake_up(numbers, bulk.agent),
    "spam": lambda bulk, numbers: mark_spam(numbers, bulk.agent),
    "not-spam": lambda bulk, numbers: clear_spam(numbers, bulk.agent),
    "merge": _merged,
    "read": _read,
}


def begin(agent: Agent, what: str, value: str, numbers: Sequence[int]) -> Bulk:
    """Do something to these tickets: up to 500 now, more by a worker. Raises NotAllowed when it cannot be done at all."""
    if what not in VERBS:
        raise NotAllowed(_("There is no such change."))
    if not numbers:
        raise NotAllowed(_("Select a ticket first."))
    ordered = list(dict.fromkeys(numbers))[:MOST_AT_ALL]
    with transaction.atomic():
        bulk = Bulk.objects.create(agent=agent, what=what, value=value, numbers=ordered, at=timezone.now())
        go_on(bulk)
        if bulk.finished_at is None:
            wake("work_through")
    return bulk


def go_on(bulk: Bulk) -> None:
    """Do the next portion, in one transaction with the note of how far it is; none once it was taken back."""
    with transaction.atomic():
        bulk.refresh_from_db(from_queryset=Bulk.objects.select_for_update())
        if bulk.finished_at is not None:
            return
        portion = bulk.numbers[bulk.done : bulk.done + MOST]
        done = VERBS[bulk.what](bulk, portion)
        bulk.done += len(portion)
        bulk.changed += len(done.changed)
        bulk.left = [*bulk.left, *done.left]
        bulk.entries = [*bulk.entries, *done.entries]
        bulk.lease_until = None
        bulk.finished_at = timezone.now() if bulk.done >= len(bulk.numbers) else None
        bulk.save()


def waiting() -> Q:
    """The condition of acts that a worker has to go on with."""
    return Q(finished_at__isnull=True) & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))


def work_through() -> bool:
    """Do the next portion of the oldest act that waits; False when none does."""
    row = Bulk.objects.filter(waiting()).order_by("pk").first()
    if row is None:
        return False
    if not Bulk.objects.filter(waiting(), pk=row.pk, done=row.done).update(lease_until=Now() + LEASE):
        return True  # another worker was quicker
    bulk = Bulk.objects.select_related("agent").get(pk=row.pk)
    try:
        go_on(bulk)
    except NotAllowed as error:  # somebody left, say, while it was under way
        rest = [(number, str(error)) for number in bulk.numbers[bulk.done :]]
        Bulk.objects.filter(pk=bulk.pk).update(left=[*bulk.left, *rest], finished_at=timezone.now())
    return True


def take_back(bulk: Bulk, by: Agent) -> Done:
    """Undo what was done so far, and go on no further. Raises NotAllowed when it was undone already."""
    now = timezone.now()
    if not Bulk.objects.filter(pk=bulk.pk, undone_at=None).update(undone_at=now, finished_at=bulk.finished_at or now):
        raise NotAllowed(_("It was taken back already."))
    bulk.refresh_from_db()
    done = Done()
    for entry in reversed(bulk.entries):
        done.add(undo([entry], by))
    done.add(_unread(bulk))
    return done


def _unread(bulk: Bulk) -> Done:
    """Set back the read marks that an act set."""
    marks = ReadMark.objects.filter(agent=bulk.agent, ticket__number__in=[int(number) for number in bulk.before])
    for mark in marks.select_related("ticket"):
        before = bulk.before[str(mark.ticket.number)]
        if before is None:
            mark.delete()
        else:
            mark.read_at = parse_datetime(before) or mark.read_at
            mark.save(update_fields=["read_at"])
    return Done([int(number) for number in bulk.before])
