"""Rebuild: from the record alone to the same database. Decides nothing, sends nothing, notifies nobody."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, takewhile

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tickets.actions.breaker import apply_incident
from tickets.actions.campaign import apply_campaign
from tickets.actions.change import apply_change
from tickets.actions.changes import apply_changes
from tickets.actions.contact_entries import apply_contact
from tickets.actions.correct import apply_correction
from tickets.actions.delivered import apply_outcome, apply_retry
from tickets.actions.detour import apply_detour
from tickets.actions.erase import apply_erasure
from tickets.actions.files import apply_fetch_again, apply_file
from tickets.actions.merge import apply_merge
from tickets.actions.mirrored import APPLY as MIRRORED
from tickets.actions.objection import apply_objection
from tickets.actions.receive import Received, apply_received, when
from tickets.actions.say import Said, apply_said
from tickets.actions.seal import apply_seal, apply_witnessed, skip_witness
from tickets.actions.unmerge import apply_unmerge
from tickets.inbox.our_words import cut_again
from tickets.mime.parse import Mail, parse
from tickets.models import Account, Counter, Delivery, DeliveryState, Entry, InboxItem, ItemState, Ticket
from tickets.models.numbers import skip_automation, taken
from tickets.record import config, read, trace
from tickets.record.append import HEAD
from tickets.record.listing import Listing, listing
from tickets.record.read import Recorded

BATCH = 100
LOST = "The database was rebuilt before this was settled. It may or may not have gone out."
Apply = Callable[[Sequence[Entry], Sequence[Recorded]], None]


class NotEmpty(Exception):
    """The database holds rows that no rebuild made; the text says what to do."""


def rebuild(progress: Callable[[int, int], None] = lambda done, total: None, until: datetime | None = None) -> int:
    """Make the rows of every entry above the head, in order; return how many entries were read.

    Resumable: what is done is done in whole batches. `until`: stop before the first entry that is later.
    Raises NotEmpty, BadEntry.
    """
    files = listing()
    head, _ = Counter.objects.get_or_create(name=HEAD)
    if head.value == 0:
        _check_empty()
    config.restore()
    start = files.above(head.value)
    _check_continues(head, files, start)
    done = 0
    for first in range(start, len(files), BATCH):
        batch = [read.recorded(files.name(at)) for at in range(first, min(first + BATCH, len(files)))]
        kept = list(takewhile(lambda one: until is None or when(one.trace.at) <= until, batch))
        if kept:
            _apply(kept)
        done += len(kept)
        progress(start + done, len(files))
        if len(kept) < len(batch):
            break
    _finish()
    return done


def _check_continues(head: Counter, files: Listing, start: int) -> None:
    """The first entry to apply follows the head that the database knows, or it is another record's database."""
    if head.value == 0 or start == len(files):
        return
    first = read.recorded(files.name(start)).trace
    if first.number == head.value + 1 and trace.link(head.chain, first.digest) != first.chain:
        raise NotEmpty(
            f"This database ends at entry {head.value}, and entry {first.number} of the record does not follow it: it is the "
            "database of another record. Name an empty one: `manage.py record rebuild --into DATABASE_URL`."
        )


def _check_empty() -> None:
    if Entry.objects.exists() or InboxItem.objects.exists():
        raise NotEmpty(
            "This database is not empty, and a rebuild makes a new one. Name an empty one: "
            "`manage.py record rebuild --into DATABASE_URL`."
        )


def _apply(batch: Sequence[Recorded]) -> None:
    with transaction.atomic():
        accounts = {a.public_id: a for a in Account.objects.all()}
        entries = [_entry(one, accounts.get(one.trace.account)) for one in batch]
        Entry.objects.bulk_create(entries)
        InboxItem.objects.bulk_create(_items(entries, accounts), ignore_conflicts=True)  # an erasure may change them
        for kind, group in groupby(zip(entries, batch, strict=True), key=lambda pair: pair[0].kind):
            pairs = list(group)
            apply = APPLY.get(kind)
            if apply:
                apply([entry for entry, _ in pairs], [one for _, one in pairs])
        last = batch[-1].trace
        Counter.objects.filter(name=HEAD).update(value=last.number, chain=last.chain)


def _entry(one: Recorded, account: Account | None) -> Entry:
    said = one.trace
    return Entry(
        number=said.number,
        kind=said.kind,
        at=when(one.trace.at),
        account=account,
        ticket_number=said.ticket,
        fields=said.fields,
        source="record",
        original_size=said.size,
        original_sha256=said.sha256,
        random=said.random,
        chain=said.chain,
        path=one.path,
        erased=said.erased,
        marked_at=timezone.now(),
    )


def _items(entries: Sequence[Entry], accounts: dict[str, Account]) -> Iterator[InboxItem]:
    for entry in entries:
        fields = entry.fields
        if "spool" in fields:
            yield InboxItem(
                account=accounts[fields["account"]],
                key=fields["item"],
                source=fields["source"],
                state=ItemState.DONE,
                reason=fields["reason"],
                spool=fields["spool"],
                size=fields["size"],
                envelope=fields["envelope"],
                received_at=when(fields["received"]),
                history=bool(fields.get("history")),
                entry=entry,
            )


def _received(entries: Sequence[Entry], batch: Sequence[Recorded]) -> None:
    mails = [parse(one.original) for one in batch]
    cut_again(entries, mails)
    apply_received([Received(entry, mail) for entry, mail in zip(entries, mails, strict=True)])


def _said(entries: Sequence[Entry], batch: Sequence[Recorded]) -> None:
    for entry, one in zip(entries, batch, strict=True):
        apply_said([Said(entry, parse(one.original))])


def _erased(entries: Sequence[Entry], batch: Sequence[Recorded]) -> None:
    for entry, one in zip(entries, batch, strict=True):
        apply_erasure(entry, one.original)


def _read(apply: Callable[[Entry, Mail], None]) -> Apply:
    def run(entries: Sequence[Entry], batch: Sequence[Recorded]) -> None:
        for entry, one in zip(entries, batch, strict=True):
            if entry.erased is None:  # a tombstone changes nothing any more
                apply(entry, parse(one.original))

    return run


def _each(apply: Callable[[Entry], None]) -> Apply:
    def run(entries: Sequence[Entry], batch: Sequence[Recorded]) -> None:
        for entry in entries:
            apply(entry)

    return run


APPLY: dict[str, Apply] = {  # kinds that are not here (copy, screened, ignored, and unknown ones) are kept as entries
    "received": _received,
    "reply": _said,
    "note": _said,
    "change": _each(apply_change),
    "changes": _each(apply_changes),
    "outcome": _each(apply_outcome),
    "retry": _each(apply_retry),
    "detour": _each(apply_detour),
    "incident": _each(apply_incident),
    "campaign": _each(apply_campaign),
    "objection": _each(apply_objection),
    "amendment": _each(apply_correction),
    "withdrawal": _each(apply_correction),
    "merge": _each(apply_merge),
    "unmerge": _each(apply_unmerge),
    "seal": _each(apply_seal),
    "witnessed": _each(apply_witnessed),
    "contact": _each(apply_contact),
    "erasure": _erased,
    "file": _read(apply_file),
    "refetch": _each(apply_fetch_again),
    **{kind: _read(apply) for kind, apply in MIRRORED.items()},
}


def _finish() -> None:
    """What was on its way is uncertain; automation has acted already; nothing goes on until a person says so."""
    under_way = (DeliveryState.QUEUED, DeliveryState.SENDING)
    Delivery.objects.filter(state__in=under_way).update(state=DeliveryState.UNCERTAIN, reason=LOST)
    taken(Ticket.objects.aggregate(last=Max("number"))["last"] or 0)
    end = Counter.objects.get(name=HEAD).value
    skip_automation(end)
    skip_witness(end)
