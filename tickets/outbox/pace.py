"""Pace: how fast a vendor lets us send. Kept in rows, so that it holds for all workers together, whatever becomes of Redis.

Each limit is one number, the time at which its debt is paid (the generic cell rate algorithm): a message adds the limit's
interval to it, and may go while it is at most `burst` intervals ahead of now.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from tickets.channels import Limit
from tickets.models import Account, Counter

PREFIX = "pace:"
MICROSECONDS = 1_000_000
FORGOTTEN_AFTER = timedelta(hours=1)


def name_of(account: Account, limit: Limit) -> str:
    """Return what the row of a limit is called."""
    digest = hashlib.sha256(f"{account.public_id} {limit.name}".encode()).hexdigest()
    return f"{PREFIX}{digest[:32]}"


def take(account: Account, limits: Sequence[Limit]) -> float:
    """Take a turn under all limits, or none: return 0.0 for a turn, else the seconds until there may be one."""
    if not limits:
        return 0.0
    with transaction.atomic():
        found = _rows(account, limits)
        waits = [_wait(row, limit, now) for row, limit, now in found]
        if max(waits) > 0:
            return max(waits)
        for row, limit, now in found:
            row.value = max(row.value, now) + _microseconds(limit.interval)
        Counter.objects.bulk_update([row for row, _limit, _now in found], ["value"])
    return 0.0


def charge(account: Account, limits: Sequence[Limit], count: int) -> None:
    """Note `count` more messages than turns were taken: an album is one call and several messages."""
    if count > 0 and limits:
        _push(account, limits, [count * limit.interval for limit in limits])


def hold(account: Account, limits: Sequence[Limit], seconds: float) -> None:
    """Let nothing go on this account for so long: the vendor asked for it. The first limit is the account's own."""
    if limits:
        _push(account, limits[:1], [seconds + limits[0].interval * limits[0].burst])


def _push(account: Account, limits: Sequence[Limit], seconds: Sequence[float]) -> None:
    with transaction.atomic():
        found = _rows(account, limits)
        for (row, _limit, now), more in zip(found, seconds, strict=True):
            row.value = max(row.value, now) + _microseconds(more)
        Counter.objects.bulk_update([row for row, _limit, _now in found], ["value"])


def _rows(account: Account, limits: Sequence[Limit]) -> list[tuple[Counter, Limit, int]]:
    """The rows of the limits, locked in one order, and the database's time."""
    names = [name_of(account, limit) for limit in limits]
    rows = Counter.objects.select_for_update().filter(name__in=names).order_by("name")
    found = {row.name: row for row in rows.annotate(now=Now())}
    if missing := [name for name in names if name not in found]:
        Counter.objects.bulk_create([Counter(name=name) for name in missing], ignore_conflicts=True)
        found = {row.name: row for row in rows.annotate(now=Now())}
    return [(found[name], limit, _moment(found[name].now)) for name, limit in zip(names, limits, strict=True)]


def _moment(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * MICROSECONDS)


def _microseconds(seconds: float) -> int:
    return int(seconds * MICROSECONDS)


def _wait(row: Counter, limit: Limit, now: int) -> float:
    """Seconds until this limit lets one more through."""
    ahead = max(row.value, now) + _microseconds(limit.interval) - now
    return max(0.0, ahead / MICROSECONDS - limit.burst * limit.interval)


def forget_old() -> None:
    """Drop the rows of chats that nothing was sent to for an hour."""
    oldest = _moment(timezone.now() - FORGOTTEN_AFTER)
    Counter.objects.filter(name__startswith=PREFIX, value__lt=oldest).delete()
