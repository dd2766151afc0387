"""Copy the record elsewhere as it grows: one loop for every kind of place, one cursor for every mirror.

A mirror is an outgoing matter: whatever it does or does not, nothing else waits for it.
"""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.models import Counter, Entry, Mirror, Ticket, new_id
from tickets.record import config, erase
from tickets.record.append import head
from tickets.record.store import store
from tickets.record.target import Cut, File, Refusal, Target, Trouble

BATCH, BATCH_BYTES = 100, 8 * 1024 * 1024
LEASE = timedelta(minutes=15)  # longer than a server may take to search a large folder
FIRST_REST, LONGEST_REST = 10.0, 900.0
LISTED = 100  # refusals that are shown, the latest
FEWER = 4  # each time that the connection breaks amid a batch, the next one has so many times fewer entries
ALONE = 3  # after so many breaks a batch is one entry
GIVES_UP_AFTER = 6  # breaks at the same entry, the last of them with it alone
Open = Callable[[Mirror], Target]


def due() -> QuerySet[Mirror]:
    """Return the mirrors that have something to copy and may."""
    more = Entry.objects.filter(number__gt=OuterRef("cursor"), marked_at__isnull=False)
    rested = Q(rests_until__isnull=True) | Q(rests_until__lte=Now())
    return _free().filter(rested).filter(Q(config_waits=True) | Exists(more))


def _free() -> QuerySet[Mirror]:
    unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Mirror.objects.filter(unleased, paused_at__isnull=True, removed_at__isnull=True)


def copy(mirror: Mirror, open_target: Open, seconds: float = 60.0) -> int:
    """Copy what is new, for `seconds` at most; return how many entries are safely there now that were not before.

    What goes wrong stands in the mirror's row, in words. Nothing is done while another process has it in hand.
    """
    lease = new_id()
    if not _free().filter(pk=mirror.pk).update(lease_by=lease, lease_until=Now() + LEASE):
        return 0
    mirror.refresh_from_db()
    before = mirror.cursor
    try:
        with closing(open_target(mirror)) as target:
            _visit(mirror, target, lease, time.monotonic() + seconds)
            _note_success(mirror, target.rests)
    except Trouble as error:
        mirror.failures *= mirror.cursor == before  # what came further is no long outage
        _note_failure(mirror, str(error))
    except Exception as error:
        _note_failure(mirror, f"{type(error).__name__}: {error}")  # not foreseen; it rests like any other
        raise
    finally:
        Mirror.objects.filter(pk=mirror.pk, lease_by=lease).update(lease_by="", lease_until=None)
    return mirror.cursor - before


def _visit(mirror: Mirror, target: Target, lease: str, until: float) -> None:
    if not mirror.cursor:
        _find_cursor(mirror, target)
    while time.monotonic() < until and (batch := _batch(mirror)) and _is_carried_out(batch[0]):
        _copy_batch(mirror, target, batch)
        if not _still_ours(mirror, lease):
            return
    if mirror.config_waits:
        _copy_configs(mirror, target)


def _find_cursor(mirror: Mirror, target: Target) -> None:
    """After a rebuild nobody knows how far a copy is: ask it. The last batch may be there in part. Raises Trouble."""
    last = target.last()
    if last is None:
        return
    number, chain = last
    ours = Entry.objects.filter(number=number).values_list("chain", flat=True).first()
    if ours is None or ours[:16] != chain[:16]:
        raise Trouble(
            _(
                "The place holds an entry %d that is not of this record: it is the copy of another helpdesk. Choose another place."
            )
            % number
        )
    mirror.cursor = max(0, number - BATCH)
    mirror.save(update_fields=["cursor"])


def _batch(mirror: Mirror) -> list[Entry]:
    """The next entries, in order; an erasure is a batch of its own."""
    following = Entry.objects.filter(number__gt=mirror.cursor, marked_at__isnull=False).order_by("number")
    most = max(1, BATCH // FEWER**mirror.cuts)
    found: list[Entry] = []
    size = 0
    for entry in _with_homes(following)[:most]:
        size += entry.original_size
        if found and (entry.kind == erase.KIND or found[-1].kind == erase.KIND or size > BATCH_BYTES):
            break
        found.append(entry)
    return found


def _note_cut(mirror: Mirror, first: int) -> None:
    """The next batch is smaller; only breaks at the same entry let it be given up."""
    mirror.cuts = mirror.cuts + 1 if mirror.cut_at == first else min(mirror.cuts + 1, ALONE)
    mirror.cut_at = first
    mirror.save(update_fields=["cuts", "cut_at"])


def _with_homes(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("account__mailbox").defer("body", "account__secrets", "account__mailbox__secrets")


def _copy_batch(mirror: Mirror, target: Target, batch: Sequence[Entry]) -> None:
    """Hand a batch over; only then move the cursor. Raises Trouble."""
    files = _files(batch)
    if mirror.cuts >= GIVES_UP_AFTER and mirror.cut_at == batch[0].number:
        words = _("The connection broke %(times)d times while this entry was handed over. %(words)s")
        files = [replace(file, refused=words % {"times": mirror.cuts, "words": mirror.last_error}) for file in files]
    try:
        refused = target.put(files, mirror.cursor)
        unreached = _erase(target, batch[0]) if batch[0].kind == erase.KIND else []
    except Cut:
        _note_cut(mirror, batch[0].number or 0)
        raise
    mirror.cursor = batch[-1].number or mirror.cursor
    _note_refusals(mirror, refused)
    if unreached:
        mirror.unreached[str(batch[0].number)] = unreached
    fields = ["cursor", "refused", "wrapped_count", "missing_count", "unreached"]
    mirror.save(update_fields=fields)


def _files(entries: Sequence[Entry]) -> list[File]:
    """Read entries from the record. Raises Trouble when one is not there."""
    homes = _homes(entries)
    try:
        contents = list(store().read_many(entry.path for entry in entries))
    except OSError as error:
        raise Trouble(_("The record cannot be read: %s") % error) from error
    return [_file(entry, data, homes) for entry, data in zip(entries, contents, strict=True)]


def _file(entry: Entry, data: bytes | None, homes: dict[int, str]) -> File:
    if data is None:
        raise Trouble(_("Entry %d is missing in the record. Run `manage.py record verify`.") % (entry.number or 0))
    mailbox = entry.account.home.address if entry.account else homes.get(entry.ticket_number or 0, "")
    return File(entry.number or 0, entry.path, data, entry.at.astimezone(UTC), entry.chain, mailbox or "other")


def _homes(entries: Sequence[Entry]) -> dict[int, str]:
    """The mailboxes of those tickets whose entries name no account."""
    tickets = {entry.ticket_number for entry in entries if entry.ticket_number and not entry.account_id}
    return dict(Ticket.objects.filter(number__in=tickets).values_list("number", "mailbox__address")) if tickets else {}


def _is_carried_out(entry: Entry) -> bool:
    """Whether the tombstones of an erasure are in the record; until then the mirrors wait."""
    return entry.kind != erase.KIND or Counter.objects.filter(name=erase.CARRIED_OUT, value__gte=entry.number).exists()


def _erase(target: Target, erasure: Entry) -> list[str]:
    """Bring the tombstones of what an erasure names; return in words what could not be deleted. Raises Trouble."""
    numbers = [int(number) for number in erasure.fields.get("erased", [])]
    unreached: list[str] = []
    for start in range(0, len(numbers), BATCH):
        entries = Entry.objects.filter(number__in=numbers[start : start + BATCH], marked_at__isnull=False)
        files = _files(list(_with_homes(entries.order_by("number"))))
        whole = _(
            "Entry %d could not be erased in the record itself, so that its copy stays. Run `manage.py record verify`."
        )
        unreached += [whole % file.number for file in files if not file.erased]
        unreached += target.replace([file for file in files if file.erased])
    return list(dict.fromkeys(unreached))[:LISTED]


def _still_ours(mirror: Mirror, lease: str) -> bool:
    """Hold the lease for longer; False when it is lost or somebody has paused or removed the mirror."""
    ours = Mirror.objects.filter(pk=mirror.pk, lease_by=lease, paused_at__isnull=True, removed_at__isnull=True)
    return bool(ours.update(lease_until=Now() + LEASE))


def _copy_configs(mirror: Mirror, target: Target) -> None:
    """Bring the configurations that were written since the last time. Raises Trouble."""
    Mirror.objects.filter(pk=mirror.pk).update(config_waits=False)  # first: what is written meanwhile sets it again
    try:
        names = sorted(name for name in store().names(config.FOLDER) if name > mirror.config_cursor)
        for start in range(0, len(names), BATCH):
            some = names[start : start + BATCH]
            target.put_configs([(name, store().read(name), _time_of(name)) for name in some])
            mirror.config_cursor = some[-1]
            mirror.save(update_fields=["config_cursor"])
    except (Trouble, OSError) as error:
        Mirror.objects.filter(pk=mirror.pk).update(config_waits=True)
        raise error if isinstance(error, Trouble) else Trouble(str(error)) from error


def _time_of(name: str) -> datetime:
    """When a configuration was written, by its name."""
    try:
        return datetime.strptime(name.rsplit("/", 1)[1], "%Y-%m-%dT%H%M%S.%f.json").replace(tzinfo=UTC)
    except ValueError:
        return timezone.now()


def _note_refusals(mirror: Mirror, refused: Sequence[Refusal]) -> None:
    mirror.missing_count += sum(one.missing for one in refused)
    mirror.wrapped_count += sum(not one.missing for one in refused)
    new = [{"entry": one.number, "missing": one.missing, "words": one.words[:500]} for one in reversed(refused)]
    mirror.refused = [*new, *mirror.refused][:LISTED]


def _note_success(mirror: Mirror, rests: int) -> None:
    now = timezone.now()
    mirror.last_success_at, mirror.last_error, mirror.failures, mirror.cuts = now, "", 0, 0
    mirror.rests_until = now + timedelta(seconds=rests)
    mirror.save(update_fields=["last_success_at", "last_error", "failures", "cuts", "rests_until"])


def _note_failure(mirror: Mirror, error: str) -> None:
    mirror.failures += 1
    rest = min(FIRST_REST * 2 ** min(mirror.failures - 1, 10), LONGEST_REST) * random.uniform(0.8, 1.2)  # noqa: S311
    mirror.last_error, mirror.rests_until = error[:2000], timezone.now() + timedelta(seconds=rest)
    mirror.save(update_fields=["last_error", "failures", "rests_until"])


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a mirror is behind: how many entries, and since when the record has the first of them."""

    mirror: Mirror
    entries: int
    since: datetime | None

    @property
    def seconds(self) -> float:
        """How long the first of them waits; 0.0 when there is none."""
        return round(max(0.0, (timezone.now() - self.since).total_seconds()), 1) if self.since else 0.0


def lags() -> list[Lag]:
    """Return how far each mirror is behind, by name. Three queries, however many there are."""
    mirrors = list(Mirror.objects.filter(removed_at__isnull=True).order_by("name").defer("secrets"))
    if not mirrors:
        return []
    last = head().number
    firsts = Entry.objects.filter(number__in={mirror.cursor + 1 for mirror in mirrors}, marked_at__isnull=False)
    since = dict(firsts.values_list("number", "marked_at"))
    return [Lag(one, max(0, last - one.cursor), since.get(one.cursor + 1)) for one in mirrors]


def unreached(number: int) -> list[str]:
    """Return, in sentences, where copies of what erasure entry `number` erased still are or may be; [] when all are gone."""
    found = []
    for mirror in Mirror.objects.order_by("name").defer("secrets"):
        told = mirror.unreached.get(str(number), [])
        name = {"name": mirror.name, "url": mirror.url}
        if mirror.cursor < number and mirror.removed_at is None:
            found.append(
                _("The mirror “%(name)s” has not come to this erasure yet.") % name + f" {mirror.last_error}".rstrip()
            )
        elif mirror.cursor < number and mirror.cursor:
            words = _(
                "The mirror “%(name)s” was removed before; what it had copied is still at %(url)s. Delete it there by hand."
            )
            found.append(words % name)
        found += [_("Mirror “%(name)s”: %(words)s") % {**name, "words": words} for words in told]
    return found
