"""Process what waits: claim a batch, read it in parallel with others, file it. One bad mail never stops the next."""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from tickets.channels import channel_classes
from tickets.inbox.arriving import Arriving
from tickets.inbox.file import file, origin
from tickets.inbox.our_words import cut
from tickets.inbox.read import read
from tickets.inbox.sender import settle
from tickets.models import InboxItem, ItemState, new_id
from tickets.record import append, spool
from tickets.record.write import entry_of
from tickets.wake import wake

BATCHES = {"sqlite": 20}  # items of a batch: SQLite has one writer at a time, and nobody should wait long for it
BATCH = 100
BATCH_BYTES = 32 * 1024 * 1024  # a claim stops growing here, so that a few huge mails do not fill the memory
LEASE = timedelta(seconds=30)
GATHERING = (
    0.02  # seconds of rest after a small batch: while mail pours in, the next one is larger and costs less a mail
)
TRIES = 5
APPENDER_BEHIND = 500  # entries without a file above which filing pauses
log = logging.getLogger(__name__)


def process_waiting(limit: int | None = None) -> int:
    """Claim and file up to `limit` waiting items; return how many were settled. Zero: nothing waits, or filing pauses."""
    if append.waiting() > APPENDER_BEHIND:
        wake("append")
        return 0
    most = limit or BATCHES.get(connection.vendor, BATCH)
    lease = new_id()
    items = _claim(lease, most)
    if not items:
        return 0
    arriving = [mail for item in items for mail in _read(item)]
    settle(arriving)
    cut(arriving)
    settled = len(items) - len({a.item.pk for a in arriving}) + _file(arriving, lease)
    if len(items) < most // 2:
        time.sleep(GATHERING)
    return settled


def process_all() -> int:
    """Process until nothing waits; return how many items were settled."""
    total = 0
    while done := process_waiting():
        total += done
        if append.waiting() > APPENDER_BEHIND:
            append.append_all()
    return total


def _claim(lease: str, limit: int) -> list[InboxItem]:
    """Take the oldest waiting items, live before history, that nobody holds."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    rows = InboxItem.objects.filter(free, state=ItemState.WAITING, account__paused_at__isnull=True)
    with transaction.atomic():
        locked = rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",))
        found = list(locked.order_by("history", "pk").values_list("pk", "size", "account__channel", "account")[:limit])
        ids = _in_order(_small_enough(found))
        if not ids:
            return []
        InboxItem.objects.filter(free, pk__in=ids).update(
            lease_by=lease, lease_until=Now() + LEASE, attempts=F("attempts") + 1
        )
    claimed = InboxItem.objects.filter(pk__in=ids, lease_by=lease, state=ItemState.WAITING)
    return list(claimed.select_related("account__mailbox").order_by("history", "pk"))


def _small_enough(found: list[tuple[int, int, str, int]]) -> list[tuple[int, str, int]]:
    taken: list[tuple[int, str, int]] = []
    total = 0
    for pk, size, channel, account in found:
        total += size
        if taken and total > BATCH_BYTES:
            break
        taken.append((pk, channel, account))
    return taken


def _in_order(found: list[tuple[int, str, int]]) -> list[int]:
    """On a conversational channel never pass a lower waiting item of the same account that another worker holds."""
    ordered = {name for name, cls in channel_classes().items() if cls.conversational}
    accounts = {account for _, channel, account in found if channel in ordered}
    if not accounts:
        return [pk for pk, _, _ in found]
    held = InboxItem.objects.filter(account__in=accounts, state=ItemState.WAITING, lease_until__gte=Now())
    busy = set(held.values_list("account", flat=True))
    return [pk for pk, _, account in found if account not in busy]


def _read(item: InboxItem) -> list[Arriving]:
    """Read one item; what cannot be read is parked with its reason, and what holds nothing is done."""
    try:
        arriving = read(item)
    except OSError as error:
        _postpone(item, f"The stored bytes could not be read: {error}")
        return []
    except Exception as error:
        park(item, f"It could not be read: {type(error).__name__}: {error}")
        return []
    if not arriving:
        _done(item, "There is nothing in it for a person to see.")
    return arriving


def _file(arriving: list[Arriving], lease: str) -> int:
    """File a batch in one transaction; if that fails, item by item, so that only the bad one is parked."""
    if not arriving:
        return 0
    try:
        return file(arriving, lease)
    except OperationalError:
        raise
    except Exception:
        log.info("A batch of %d could not be filed at once; filing one by one.", len(arriving))
    return sum(_file_alone(mails, lease) for mails in _by_item(arriving))


def _by_item(arriving: Iterable[Arriving]) -> list[list[Arriving]]:
    items: dict[int, list[Arriving]] = {}
    for one in arriving:
        items.setdefault(one.item.pk, []).append(one)
    return list(items.values())


def _file_alone(mails: list[Arriving], lease: str) -> int:
    item = mails[0].item
    try:
        return file(_fresh(mails), lease)
    except OperationalError as error:
        _postpone(item, f"The database is in trouble: {error}")
    except Exception as error:
        log.warning("Item %s is parked: %s: %s", item.spool, type(error).__name__, error)
        park(item, f"It could not be filed: {type(error).__name__}: {error}")
    return 1


def _fresh(mails: list[Arriving]) -> list[Arriving]:
    """Forget what a failed attempt decided."""
    for mail in mails:
        mail.fields, mail.number, mail.entry.pk, mail.entry._state.adding = {}, 0, None, True
        mail.about, mail.entry.kind, mail.entry.ticket_number = "", "received", None
    return mails


def park(item: InboxItem, reason: str) -> None:
    """Set an item aside with its bytes and the reason; a person can look and retry."""
    InboxItem.objects.filter(pk=item.pk, state=ItemState.WAITING).update(
        state=ItemState.PARKED, reason=reason.replace("\0", "")[:4000], lease_until=None, lease_by=""
    )


def _postpone(item: InboxItem, reason: str) -> None:
    """Try again when the lease has run out; after five tries park it."""
    if item.attempts >= TRIES:
        park(item, reason)
    else:
        InboxItem.objects.filter(pk=item.pk).update(reason=reason[:4000])


def _done(item: InboxItem, reason: str) -> None:
    """What ends without a message is an entry too."""
    with transaction.atomic():
        entry = entry_of(
            "ignored",
            at=item.received_at,
            fields=origin(item, item.key) | {"reason": reason},
            original=spool.get(item.spool).raw,
            account=item.account,
            spooled=item.spool,
        )
        entry.save()
        InboxItem.objects.filter(pk=item.pk).update(state=ItemState.DONE, reason=reason, entry=entry)
        wake("append")


def retry(item: InboxItem) -> None:
    """Put a parked item back. Its bytes are still in the spool."""
    InboxItem.objects.filter(pk=item.pk, state=ItemState.PARKED).update(
        state=ItemState.WAITING, attempts=0, lease_until=None, lease_by="", reason=""
    )
    wake("process_inbox")


def oldest_waiting_seconds() -> float:
    """Return the age of the oldest waiting item, in seconds; 0 when none waits."""
    oldest = (
        InboxItem.objects.filter(state=ItemState.WAITING).order_by("pk").values_list("received_at", flat=True).first()
    )
    return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
