"""Merge: one conversation that came as two tickets becomes one."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import search
from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.models import Agent, Entry, Event, Participant, State, Ticket
from tickets.models.text import storable
from tickets.record.write import entry_of
from tickets.wake import wake


def merge(ticket: Ticket, into: Ticket, by: Agent | None, at: datetime | None = None, reason: str = "") -> Ticket:
    """Move all of `ticket` into `into`; return that. No mail goes to anybody. Raises NotAllowed."""
    if ticket.pk == into.pk or into.merged_into_id or ticket.merged_into_id:
        raise NotAllowed(_("A ticket cannot be merged with itself or with one that was merged already."))
    when = at or timezone.now()
    words = _("merged #%(number)s into this") % {"number": ticket.number}
    with transaction.atomic():
        locked = list(Ticket.objects.select_for_update().filter(pk__in=[ticket.pk, into.pk]).order_by("pk"))
        into = next(one for one in locked if one.pk == into.pk)
        fields = {
            "ticket": into.number,
            "merged": ticket.number,
            "by": by.public_id if by else None,
            "reason": storable(reason),
        }
        original = compose.done(into, by, when, words, reason, besides=ticket)
        entry = entry_of("merge", at=when, fields=fields, original=original, account=into.mailbox, ticket=into.number)
        entry.save()
        apply_merge(entry)
        wake("append")
    into.refresh_from_db()
    return into


def apply_merge(entry: Entry) -> None:
    """Make what an entry of kind "merge" says."""
    fields = entry.fields
    ticket = Ticket.objects.get(number=fields["merged"])
    into = Ticket.objects.get(number=fields["ticket"])
    keys = dict(ticket.messages.order_by("pk").values_list("public_id", "pk"))
    moved = list(keys)
    ticket.messages.update(ticket=into)
    ticket.events.update(ticket=into)
    before = _before(ticket, into)
    search.refresh_messages(list(keys.values()))  # in another mailbox now, perhaps
    known = set(into.participants.values_list("address", flat=True))
    Participant.objects.bulk_create(
        [
            Participant(ticket=into, address=a)
            for a in ticket.participants.values_list("address", flat=True)
            if a not in known
        ]
    )
    ticket.participants.all().delete()
    Ticket.objects.filter(merged_into=ticket).update(merged_into=into)
    into.hold = "\n".join(filter(None, [into.hold, ticket.hold]))  # what must be kept lies there now
    ticket.hold = ""
    _count(into, entry.at)
    ticket.merged_into, ticket.state, ticket.message_count, ticket.updated_at = into, State.CLOSED, 0, entry.at
    ticket.save()
    Event.objects.create(
        ticket=into,
        entry=entry,
        kind="merged",
        at=entry.at,
        by=Agent.objects.named(fields["by"]),
        reason=fields["reason"],
        data={"ticket": ticket.number, "messages": moved} | before,
    )


def _before(ticket: Ticket, into: Ticket) -> dict[str, Any]:
    """What is needed to take the two apart again: states, times and lengths, no words."""
    return {
        "state": ticket.state,
        "brought": list(ticket.merged.order_by("pk").values_list("number", flat=True)),  # were merged into it before
        "last": [into.last_message_at.isoformat(), ticket.last_message_at.isoformat()],
        "holds": [len(into.hold), len(ticket.hold)],
    }


def _count(into: Ticket, at: datetime) -> None:
    times = into.messages.exclude(direction="note").filter(automatic=False).aggregate(first=Min("at"), last=Max("at"))
    into.message_count = into.messages.count()
    into.created_at = min(into.created_at, times["first"] or into.created_at)
    into.last_message_at = max(into.last_message_at, times["last"] or into.last_message_at)
    newest = into.messages.exclude(direction="note").filter(automatic=False).order_by("-at", "-pk").first()
    if newest:
        into.snippet = " ".join((newest.reply or newest.text).split())[:160]
    into.updated_at = max(into.updated_at, at)
    into.save()
