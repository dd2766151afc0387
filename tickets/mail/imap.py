"""Read a mailbox by IMAP, for as long as the house stands.

Mail is told apart by UIDVALIDITY and UID, fetched with BODY.PEEK, and stored before anything is changed in the mailbox. By
default nothing is changed there at all.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from tickets.actions.accounts import report_health
from tickets.inbox.accept import Arrival, accept_many
from tickets.mail.cursor import MOST_FAILED, Cursor, live_from, read_from, recall, remember
from tickets.mail.heads import date_of, return_path_of
from tickets.mail.mailbox import Mailbox, TurnedAway, Unreachable, folder_of, imap_server, open_mailbox
from tickets.models import Account, Entry, Health

logger = logging.getLogger(__name__)

IDLES_FOR = 300.0  # seconds; a NAT forgets a silent connection sooner than the 29 minutes of RFC 2177
LOOKS_EVERY = 30.0  # seconds, where the server has no IDLE
STEP = 1.0  # seconds until a poller notices that it should stop
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
REFUSED_PAUSE = 60.0
SIZES_AT_ONCE = 500
BATCH, BATCH_BYTES = 50, 8 * 1024 * 1024
Stop = Callable[[], bool]


def probe(account: Account) -> str:
    """Sign in and open the folder; return what is wrong, "" when nothing is or no IMAP is set up."""
    server = imap_server(account)
    try:
        if server:
            open_mailbox(account, server).close()
    except (TurnedAway, Unreachable) as error:
        return str(error)
    return ""


def begin_now(account: Account) -> None:
    """Note the mailbox's next number, so that reading begins with the next mail. Raises TurnedAway, Unreachable."""
    server = imap_server(account)
    if server:
        mailbox = open_mailbox(account, server)
        mailbox.close()
        if mailbox.uidnext:
            remember(account, Cursor(folder_of(account), mailbox.uidvalidity, mailbox.uidnext - 1, scanning=False))


def poll(account: Account, stop: Stop) -> None:
    """Read new mail until `stop()`. Whatever breaks is said in the account's health and tried again, ever more rarely."""
    if imap_server(account) is None:
        return
    pause = FIRST_PAUSE
    while not stop():
        began = time.monotonic()
        try:
            _session(account, stop)
            pause = FIRST_PAUSE
        except (TurnedAway, Unreachable, OSError, IMAPClientError, DatabaseError) as error:
            _complain(account, error)
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            least = REFUSED_PAUSE if isinstance(error, TurnedAway) or "simultaneous" in str(error) else 0.0
            _rest(max(pause, least) * random.uniform(0.8, 1.2), stop)  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            connection.close()


def _session(account: Account, stop: Stop) -> None:
    """One connection: catch up, then wait for more, until it breaks or `stop()`."""
    server = imap_server(account)
    assert server is not None
    mailbox = open_mailbox(account, server)
    try:
        close_old_connections()
        reader = Reader(account, mailbox, recall(account, folder_of(account)))
        _recover(account)
        while not stop():
            close_old_connections()
            reader.catch_up(stop)
            account.note_fetch()
            connection.close()
            if not _wait(mailbox, stop):
                return
    finally:
        mailbox.close()


def _complain(account: Account, error: Exception) -> None:
    logger.warning("%s: %s", account.address, error)
    try:
        close_old_connections()
        account.refresh_from_db(fields=["health", "health_reason"])
        if account.health != Health.CUT_OFF:
            report_health(account, Health.DEGRADED, f"{_('Receiving')}: {str(error) or type(error).__name__}")
    except (DatabaseError, Account.DoesNotExist):
        logger.exception("the health of %s could not be noted", account.address)


def _recover(account: Account) -> None:
    """Take back a complaint about receiving, and no other."""
    account.refresh_from_db(fields=["health", "health_reason"])
    if account.health == Health.DEGRADED and account.health_reason.startswith(f"{_('Receiving')}: "):
        report_health(account, Health.WORKING)


def _rest(seconds: float, stop: Stop) -> None:
    until = time.monotonic() + seconds
    while not stop() and (left := until - time.monotonic()) > 0:
        time.sleep(min(STEP, left))


def _wait(mailbox: Mailbox, stop: Stop) -> bool:
    """Wait until there may be new mail; False when the connection must be made anew."""
    client = mailbox.client
    if not client.has_capability("IDLE"):
        _rest(LOOKS_EVERY, stop)
        client.noop()
        return True
    try:
        client.idle()
    except IMAPClientError as error:
        if "Unexpected IDLE response" in str(error):  # news came before the answer to IDLE
            return False
        raise
    until = time.monotonic() + IDLES_FOR
    while not stop() and time.monotonic() < until:
        asked = time.monotonic()
        said = client.idle_check(timeout=STEP)
        if any(_is_news(line) for line in said):
            break
        if not said and time.monotonic() - asked < STEP / 2:
            break  # the library keeps an end of the connection to itself; idle_done finds out
    client.idle_done()
    return True


def _is_news(line: Sequence[Any]) -> bool:
    if line and line[0] == b"BYE":
        raise Unreachable(_("The server closed the connection."))
    return len(line) > 1 and line[1] in (b"EXISTS", b"RECENT")


class Reader:
    """Brings in what is new in one open folder, in small batches, and keeps how far it has come."""

    def __init__(self, account: Account, mailbox: Mailbox, cursor: Cursor) -> None:
        self.account = account
        self.client = mailbox.client
        self.mailbox = mailbox
        self.cursor = cursor if cursor.uidvalidity == mailbox.uidvalidity else cursor.renumbered(mailbox.uidvalidity)
        self.live_from = live_from(account)
        self.refused: set[int] = set()

    def catch_up(self, stop: Stop) -> None:
        """Store everything above the cursor, and what comes meanwhile. Raises what the connection or the database raises."""
        while not stop():
            self.mailbox.take_news()
            self._pass(stop)
            if not self.mailbox.take_news():
                return

    def _pass(self, stop: Stop) -> None:
        uids = sorted({*self.cursor.failed, *self._new()})
        for start in range(0, len(uids), SIZES_AT_ONCE):
            for batch in self._batches(uids[start : start + SIZES_AT_ONCE]):
                if stop():
                    return
                self._take(batch)
        if self.cursor.scanning:
            self.cursor.scanning = self.cursor.again = False
            self.cursor.last = max(self.cursor.last, self.mailbox.uidnext - 1)
            remember(self.account, self.cursor)

    def _new(self) -> list[int]:
        """The numbers above the cursor. "n:*" always names the last mail too, so what is not above is left out."""
        criteria: list[Any] = ["UID", f"{self.cursor.last + 1}:*"]
        oldest = read_from(self.account)
        if self.cursor.scanning and oldest:
            criteria += ["SINCE", (oldest - timedelta(days=1)).date()]  # the server's days, in a zone of its own
        return [uid for uid in self.client.search(criteria) if uid > self.cursor.last]

    def _batches(self, uids: list[int]) -> Iterator[list[tuple[int, datetime]]]:
        """Numbers with their dates, in groups that fit into memory; what is older than wanted is left out."""
        heads = self.client.fetch(uids, ["INTERNALDATE", "RFC822.SIZE"])
        oldest = read_from(self.account) if self.cursor.scanning else None
        batch: list[tuple[int, datetime]] = []
        size = 0
        for uid in uids:
            head = heads.get(uid)
            if head is None:  # removed meanwhile
                continue
            came = _aware(head.get(b"INTERNALDATE"))
            if oldest and came < oldest:
                continue
            if batch and (len(batch) >= BATCH or size + head.get(b"RFC822.SIZE", 0) > BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append((uid, came))
            size += head.get(b"RFC822.SIZE", 0)
        if batch:
            yield batch

    def _take(self, batch: list[tuple[int, datetime]]) -> None:
        """Fetch, store, then mark or move, then keep the cursor: in this order nothing is lost by a crash."""
        raws = self._fetch([uid for uid, _came in batch])
        arrivals = [self._arrival(uid, came, raws[uid]) for uid, came in batch if uid in raws]
        fresh = self._unknown(arrivals) if self.cursor.again else arrivals
        if fresh:
            accept_many(fresh)
        self._leave_marks(list(raws))
        self._note_failed([uid for uid, _came in batch], raws)
        self.cursor.last = max(self.cursor.last, batch[-1][0])
        remember(self.account, self.cursor)

    def _fetch(self, uids: list[int]) -> dict[int, bytes]:
        """The mails as they are. One that the server cannot hand out is noted, tried again, and stops no other."""
        try:
            found = self.client.fetch(uids, ["BODY.PEEK[]"])
        except IMAPClientError as error:
            if isinstance(error, self.client.AbortError):
                raise
            if len(uids) > 1:
                return {number: raw for uid in uids for number, raw in self._fetch([uid]).items()}
            logger.warning("%s: mail %d cannot be fetched: %s", self.account.address, uids[0], error)
            self.refused.add(uids[0])
            return {}
        return {uid: found[uid][b"BODY[]"] or b"" for uid in uids if b"BODY[]" in found.get(uid, {})}

    def _note_failed(self, tried: list[int], raws: dict[int, bytes]) -> None:
        failed = (set(self.cursor.failed) - set(tried)) | (self.refused - set(raws))
        self.cursor.failed = sorted(failed)[-MOST_FAILED:]

    def _arrival(self, uid: int, came: datetime, raw: bytes) -> Arrival:
        now = timezone.now()
        said = date_of(raw, now) if self.cursor.again else None  # moved mailboxes get new dates of arrival
        history = came < self.live_from or (said is not None and said < self.live_from)
        key = f"{self.cursor.uidvalidity}/{uid}"
        when = min(came, said or came, now) if history else now
        return Arrival(self.account, raw, "imap", key, {"from": return_path_of(raw), "to": []}, when, history)

    def _unknown(self, arrivals: list[Arrival]) -> list[Arrival]:
        """Those whose very bytes are not in the record yet: their numbers changed, they did not."""
        digests = {sha256(arrival.raw).hexdigest(): arrival for arrival in arrivals}
        here = Entry.objects.filter(account=self.account, kind="received", original_sha256__in=digests)
        known = set(here.values_list("original_sha256", flat=True))
        return [arrival for digest, arrival in digests.items() if digest not in known]

    def _leave_marks(self, uids: list[int]) -> None:
        """What the account asks for; by default the mailbox stays as it was."""
        if uids and self.account.config.get("mark_seen"):
            self.client.add_flags(uids, [b"\\Seen"], silent=True)
        folder = self.account.config.get("move_to")
        if not uids or not folder:
            return
        if self.client.has_capability("MOVE"):
            self.client.move(uids, folder)
        else:
            self.client.copy(uids, folder)
            self.client.delete_messages(uids, silent=True)
            if self.client.has_capability("UIDPLUS"):
                self.client.uid_expunge(uids)


def _aware(when: datetime | None) -> datetime:
    if when is None:
        return timezone.now()
    return when if when.tzinfo else timezone.make_aware(when)
