"""Fetch the files that vendors hold: rows are the queue, claimed by a conditional UPDATE, held by a lease, tried a few times."""

import logging
import random
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tickets.actions.files import fetched, not_fetched
from tickets.channels import NotConnected, NotFetched, open_channel
from tickets.models import Fetch, FetchState, Health, new_id

LEASE = timedelta(minutes=10)  # longer than any channel lets one file take
LARGEST = 256 * 1024 * 1024  # bytes of one file; it passes through memory on its way into the record
TRIES = 6
FIRST_PAUSE = 15.0  # seconds before the second try; doubled each time
log = logging.getLogger(__name__)


def fetch_next() -> bool:
    """Fetch one file that is due, or note why it cannot be had; False when none is due."""
    fetch = _claim()
    if fetch is None:
        return False
    try:
        content = _content(fetch)
    except NotFetched as error:
        _failed(fetch, str(error), error.retry_after)
    except NotConnected as error:
        _failed(fetch, str(error), FIRST_PAUSE)
    except Exception as error:
        log.exception("A file could not be fetched in a way that no channel foresaw")
        _failed(fetch, f"{type(error).__name__}: {error}", FIRST_PAUSE)
    else:
        fetched(fetch, content)
    return True


def _claim() -> Fetch | None:
    """Take the file that has waited longest and that nobody fetches."""
    free = Q(state=FetchState.WAITING) | Q(state=FetchState.FETCHING, lease_until__lt=Now())
    going = Q(account__paused_at__isnull=True, account__removed_at__isnull=True) & ~Q(account__health=Health.CUT_OFF)
    lease = new_id()
    with transaction.atomic():
        rows = Fetch.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",)
        )
        first = rows.filter(free & going, due_at__lte=Now()).order_by("due_at", "pk").only("pk").first()
        if first is None:
            return None
        Fetch.objects.filter(pk=first.pk).update(
            state=FetchState.FETCHING, lease_by=lease, lease_until=Now() + LEASE, attempts=F("attempts") + 1
        )
    row = Fetch.objects.filter(pk=first.pk, lease_by=lease, state=FetchState.FETCHING)
    return row.select_related("attachment__message__ticket", "account__mailbox").first()


def _content(fetch: Fetch) -> bytes:
    """Raises NotFetched, NotConnected."""
    content = bytearray()
    for chunk in open_channel(fetch.account).fetch(fetch.file):
        content += chunk
        if len(content) > LARGEST:
            raise NotFetched(_("The file is larger than %d MB, which is the most that is fetched.") % (LARGEST >> 20))
    return bytes(content)


def _failed(fetch: Fetch, reason: str, retry_after: float | None) -> None:
    """Try again later while there is hope, else record that it cannot be had."""
    if retry_after is None or fetch.attempts >= TRIES:
        not_fetched(fetch, reason)
        return
    pause = max(retry_after, FIRST_PAUSE * 2 ** (fetch.attempts - 1)) * random.uniform(1.0, 1.2)  # noqa: S311
    Fetch.objects.filter(pk=fetch.pk, lease_by=fetch.lease_by).update(
        state=FetchState.WAITING, reason=reason[:2000], due_at=Now() + timedelta(seconds=pause), lease_by="",
        lease_until=None,
    )  # fmt: skip


def fetch_all() -> int:
    """Fetch until nothing is due; return how many files were tried."""
    count = 0
    while fetch_next():
        count += 1
    return count
