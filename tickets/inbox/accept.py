"""The only way in: bytes are fsynced to the spool, then their row is committed, then the source gets its OK."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tickets.models import Account, InboxItem
from tickets.models.many import insert_new
from tickets.record import spool
from tickets.wake import wake


@dataclass(frozen=True, slots=True)
class Arrival:
    """Mail or a vendor's payload as a source hands it over; `key` names it once and for all within the account."""

    account: Account
    raw: bytes
    source: str  # smtp, lmtp, imap, pipe, webhook, import, poll …
    key: str
    envelope: dict[str, Any] = field(default_factory=dict)  # {"from": sender or None, "to": [recipients]}
    received_at: datetime = field(default_factory=timezone.now)
    history: bool = False


def accept(
    account: Account,
    raw: bytes,
    *,
    source: str,
    key: str | None = None,
    envelope: dict[str, Any] | None = None,
    received_at: datetime | None = None,
    history: bool = False,
) -> bool:
    """Store one arrival; return True when it is new, False when it was seen before.

    `key`: the source's own id; None: the sha256 of `raw`. Raises OSError or DatabaseError only when it is not stored.
    """
    when = received_at or timezone.now()
    known = key or hashlib.sha256(raw).hexdigest()
    return accept_many([Arrival(account, raw, source, known, envelope or {}, when, history)])[0]


def accept_many(arrivals: Sequence[Arrival]) -> list[bool]:
    """Store many with one fsync of the folder and one transaction; True for each that is new.

    Raises OSError or DatabaseError when not all are stored: then none of them may be acknowledged.
    """
    names = [spool.name_of(a.account.public_id, a.key) for a in arrivals]
    known = set(InboxItem.objects.filter(spool__in=names).values_list("spool", flat=True))
    fresh: dict[str, Arrival] = {}
    again: list[str] = []
    is_new: list[bool] = []
    for name, arrival in zip(names, arrivals, strict=True):
        is_new.append(name not in known and name not in fresh)
        if is_new[-1]:
            fresh[name] = arrival
        else:
            again.append(name)
    spool.put([spool.Spooled(name, heading(a), a.raw) for name, a in fresh.items()])
    with transaction.atomic():
        insert_new(item_of(name, a) for name, a in fresh.items())
        if again:
            InboxItem.objects.filter(spool__in=again).update(seen_count=F("seen_count") + 1)
        wake("process_inbox")
    return is_new


def heading(arrival: Arrival) -> dict[str, Any]:
    """Return what stands in the first line of an arrival's spool file."""
    return {
        "account": arrival.account.public_id,
        "source": arrival.source,
        "key": arrival.key,
        "envelope": arrival.envelope,
        "received": arrival.received_at.isoformat(),
        "history": arrival.history,
    }


def item_of(name: str, arrival: Arrival) -> InboxItem:
    """Return the unsaved row for an arrival that lies in the spool."""
    return InboxItem(
        account=arrival.account,
        key=arrival.key,
        source=arrival.source,
        spool=name,
        size=len(arrival.raw),
        envelope=arrival.envelope,
        received_at=arrival.received_at,
        history=arrival.history,
    )
