"""How far a mailbox has been read by IMAP; kept in Account.state, so by backup only."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from tickets.models import Account

MOST_FAILED = 1000


@dataclass(slots=True)
class Cursor:
    """The folder and its UIDVALIDITY, and the highest UID that is stored (RFC 9051 §2.3.1.1)."""

    folder: str
    uidvalidity: int = 0
    last: int = 0
    scanning: bool = True  # the first reading is not complete: what is too old is left out
    again: bool = False  # numbers changed: what is here already may come once more
    failed: list[int] = field(default_factory=list)  # the server could not hand these out; tried again

    def renumbered(self, uidvalidity: int) -> "Cursor":
        """Return where to begin when the server has given all mail new numbers, or for the first time."""
        return Cursor(self.folder, uidvalidity, again=self.uidvalidity != 0)


def recall(account: Account, folder: str) -> Cursor:
    """Return how far `folder` was read; another folder is read from its beginning. One query."""
    state = Account.objects.values_list("state", flat=True).get(pk=account.pk)
    kept: dict[str, Any] = state.get("imap") or {}
    return Cursor(**kept) if kept.get("folder") == folder else Cursor(folder)


def remember(account: Account, cursor: Cursor) -> None:
    """Keep the cursor; other things in the account's state stay as they are."""
    with transaction.atomic():
        row = Account.objects.select_for_update().only("state").get(pk=account.pk)
        row.state = {**row.state, "imap": asdict(cursor)}
        row.save(update_fields=["state"])


def read_from(account: Account) -> datetime | None:
    """Return from when on mail is read at all; None: everything. The setting is "now", "all" or a date."""
    wanted = str(account.config.get("since") or "now").strip().lower()
    if wanted == "all":
        return None
    day = parse_date(wanted[:10]) if wanted != "now" else None
    if day:
        return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
    return live_from(account)


def live_from(account: Account) -> datetime:
    """Return from when on mail is live; what came before is history. To the second, as IMAP states its dates."""
    return (account.since or account.created_at).astimezone(UTC).replace(microsecond=0)
