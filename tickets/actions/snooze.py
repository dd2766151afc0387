"""Snooze: a ticket leaves the lists until a time, or until the customer writes; a customer's words always bring it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.changes import MOST, Done, Wish, change_many
from tickets.actions.setting import said_of_snooze
from tickets.models import Agent, State, Ticket
from tickets.models.tickets import RESTING


def snooze(numbers: Sequence[int], until: datetime | None, by: Agent | None, at: datetime | None = None) -> Done:
    """Snooze tickets until `until`, or until their customers write. Raises NotAllowed for a time that is over."""
    when = at or timezone.now()
    if until is not None and until <= when:
        raise NotAllowed(_("That time is over. Choose a later one."))
    said = until.isoformat() if until else ""

    def wanted(ticket: Ticket) -> dict[str, Any] | None:
        if ticket.state in RESTING:
            raise NotAllowed(_("It is finished. Open it first."))
        return {"snooze": said} if said_of_snooze(ticket) != said else None

    return change_many(numbers, Wish("snoozed", _words(until), wanted), by, when)


def _words(until: datetime | None) -> str:
    if until is None:
        return _("snoozed it until they answer")
    local = timezone.localtime(until)
    return _("snoozed it until %(time)s") % {"time": date_format(local, "DATETIME_FORMAT")}


def wake_up(numbers: Sequence[int], by: Agent | None, at: datetime | None = None) -> Done:
    """Bring snoozed tickets back by hand."""
    return change_many(numbers, Wish("woken", _("brought it back"), _awake), by, at)


def _awake(ticket: Ticket) -> dict[str, Any] | None:
    return {"snooze": None} if ticket.snoozed_at else None


def wake_due() -> int:
    """Bring back what is snoozed until now, by the database's clock, at most 500 tickets; return how many."""
    due = Ticket.objects.filter(snoozed_until__lte=Now(), merged_into__isnull=True).order_by("snoozed_until")
    times = dict(due.values_list("number", "snoozed_until")[:MOST])
    if not times:
        return 0

    def wanted(ticket: Ticket) -> dict[str, Any] | None:
        if ticket.snoozed_until is None or ticket.snoozed_until != times[ticket.number]:
            return None  # changed since it was looked up
        if ticket.state in RESTING:
            return {"snooze": None}
        opened = {"state": str(State.OPEN)} if ticket.state == State.WAITING else {}
        return {"snooze": None, "up": True} | opened

    wish = Wish("woken", _("brought it back"), wanted, _("The time until which it was snoozed has come."))
    return len(change_many(list(times), wish, None).changed)
