"""The cursor: entries are read once each, in the order of their numbers."""

import logging
from collections.abc import Callable

from django.db import transaction

from tickets.automation import acknowledge, ask, detour, greet, notify, transcript
from tickets.models import Counter, Entry
from tickets.models.numbers import AUTOMATION

BATCH = 100
CONCERNS: dict[str, Callable[[Entry], bool]] = {  # kinds of which most say nothing to the rules: asked without a query
    "outcome": detour.concerns,
    "receipt": detour.concerns,
    "reply": ask.concerns,
}
RULES: dict[str, tuple[Callable[[Entry], str], ...]] = {  # by the kind of the entry
    "received": (acknowledge.consider, greet.consider, ask.received, transcript.consider, notify.received),
    "note": (notify.noted,),
    "change": (notify.changed,),
    "changes": (notify.changed,),
    "reply": (notify.replied, ask.replied),
    "screened": (notify.screened,),
    "outcome": (detour.consider,),
    "receipt": (detour.late,),
    "contact": (detour.proved,),
    "incident": (notify.closed,),
}
log = logging.getLogger(__name__)


def run(batch: int = BATCH) -> int:
    """Read the next entries and act on them; return how many were read."""
    Counter.objects.get_or_create(name=AUTOMATION)
    number = Counter.objects.get(name=AUTOMATION).value
    entries = list(
        Entry.objects.filter(number__gt=number, marked_at__isnull=False)
        .defer("body")
        .select_related("account")
        .order_by("number")[:batch]
    )
    waiting = [entry for entry in entries if _is_read(entry)]
    for entry in waiting:
        _step(entry)
    if entries and entries[-1] not in waiting[-1:]:
        _pass(entries[-1])
    return len(entries)


def _is_read(entry: Entry) -> bool:
    """Whether any rule has something to do with an entry."""
    concerns = CONCERNS.get(entry.kind)
    return entry.kind in RULES and (concerns is None or concerns(entry))


def _pass(entry: Entry) -> bool:
    """Move the cursor past an entry and all before it that no rule reads; False when a second worker has done so."""
    return bool(Counter.objects.filter(name=AUTOMATION, value__lt=entry.number).update(value=entry.number))


def _step(entry: Entry) -> None:
    """Act on one entry and move the cursor past it, both or neither; a second worker finds the cursor moved."""
    with transaction.atomic():
        if _pass(entry):
            _act(entry)


def _act(entry: Entry) -> None:
    for rule in RULES.get(entry.kind, ()):
        try:
            with transaction.atomic():
                rule(entry)
        except Exception:
            log.exception("Automation failed on entry %s", entry.number)
