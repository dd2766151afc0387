"""Inserting an entry: the row that a verb leaves, from which the appender makes the file."""

import hashlib
from datetime import datetime
from typing import Any

from tickets.models import Account, Entry
from tickets.record import spool

INLINE_LIMIT = 64 * 1024  # bytes kept in the row until the file is written; more goes to spool/made


def entry_of(
    kind: str,
    *,
    at: datetime,
    fields: dict[str, Any],
    original: bytes,
    account: Account | None = None,
    ticket: int | None = None,
    spooled: str = "",
) -> Entry:
    """Return the unsaved entry for `original`, which lies in spool/in as `spooled`, or is ours.

    Over 64 kB of our own are fsynced to spool/made here: call this before the transaction. Raises OSError.
    """
    entry = Entry(
        kind=kind,
        at=at,
        account=account,
        ticket_number=ticket,
        fields=fields,
        original_size=len(original),
        original_sha256=hashlib.sha256(original).hexdigest(),
    )
    if spooled:
        entry.source, entry.spool = "in", spooled
    elif len(original) <= INLINE_LIMIT:
        entry.source, entry.body = "inline", original
    else:
        entry.source, entry.spool = "made", spool.make(original)
    return entry
