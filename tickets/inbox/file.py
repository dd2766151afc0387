"""File: a decided batch becomes entries and rows in one transaction, under the accounts' row locks."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from tickets.actions.mirrored import APPLY
from tickets.actions.receive import Received, apply_received
from tickets.inbox.about import KINDS, about
from tickets.inbox.arriving import Arriving, Stop
from tickets.inbox.desk import Desk, look_up
from tickets.inbox.identify import identify
from tickets.inbox.moving_in import recognise, tags
from tickets.inbox.screen import screen
from tickets.inbox.suspect import suspect
from tickets.inbox.thread import seat, thread
from tickets.models import Account, Direction, Health, InboxItem, ItemState
from tickets.models.many import insert_many, save_many
from tickets.models.numbers import Numbers
from tickets.wake import wake

STEPS = (screen, about, identify, thread, suspect)


def file(batch: Sequence[Arriving], lease: str) -> int:
    """File `batch` and settle its items; return how many items. Items that another worker holds by now are left alone."""
    with transaction.atomic():
        _lock(batch)
        held = _still_held(batch, lease)
        mine = [arriving for arriving in batch if arriving.item.pk in held]
        recognise(mine)
        desk = look_up(mine)
        numbers = Numbers()
        kept = [arriving for arriving in mine if _decide(arriving, desk, numbers)]
        numbers.keep()
        insert_many([arriving.entry for arriving in mine])
        _apply(kept)
        _settle(mine)
        _warn(mine)
        wake("append")
    return len(held)


def _warn(batch: Sequence[Arriving]) -> None:
    """What a vendor tells of the account itself makes it degraded: so it is asked at once, and its answer is the last word."""
    for arriving in batch:
        health = arriving.notice.data.get("health")
        if health and not arriving.item.history:
            warned = Account.objects.filter(pk=arriving.account.pk, health=Health.WORKING)
            if health != Health.WORKING:
                warned.update(
                    health=Health.DEGRADED, health_reason=str(arriving.notice.data.get("reason") or "")[:2000]
                )
            wake("recheck")


def _apply(kept: Sequence[Arriving]) -> None:
    """Make the rows, in the order of the entries, as a rebuild does: what tells of a message may open a ticket before the next."""
    for speaks_of_another, some in groupby(kept, key=lambda arriving: bool(arriving.about)):
        if not speaks_of_another:
            apply_received([Received(arriving.entry, arriving.mail) for arriving in some])
            continue
        for arriving in some:
            APPLY[arriving.entry.kind](arriving.entry, arriving.mail)


def _lock(batch: Sequence[Arriving]) -> None:
    accounts = {arriving.account.pk for arriving in batch} | {arriving.mailbox.pk for arriving in batch}
    locked = Account.objects.select_for_update().filter(pk__in=accounts).order_by("pk")
    Account.objects.filter(pk__in=[account.pk for account in locked.only("pk")]).update(last_in_at=Now())


def _still_held(batch: Sequence[Arriving], lease: str) -> set[int]:
    ids = {arriving.item.pk for arriving in batch}
    rows = InboxItem.objects.filter(pk__in=ids, lease_by=lease, state=ItemState.WAITING)
    return set(rows.values_list("pk", flat=True))


def _decide(arriving: Arriving, desk: Desk, numbers: Numbers) -> bool:
    """Run the steps on one mail and write the decision into its entry; False when it ends without a message."""
    fields = origin(arriving.item, arriving.key)
    try:
        for step in STEPS:
            step(arriving, desk)
    except Stop as stop:
        arriving.entry.kind = stop.kind
        arriving.entry.fields = fields | stop.fields | {"reason": stop.reason}
        return False
    if not arriving.number:
        arriving.number = numbers.take()
    seat(arriving, desk)
    if arriving.about:
        arriving.entry.kind = KINDS[arriving.notice.kind]
    decided = {} if arriving.about else _decided(arriving)
    arriving.entry.fields = fields | arriving.fields | decided | {"ticket": arriving.number}
    arriving.entry.ticket_number = arriving.number
    return True


def _decided(arriving: Arriving) -> dict[str, Any]:
    """What stands in the entry of every message that was filed."""
    decided: dict[str, Any] = {"message": arriving.message, "verified": arriving.verified}
    if trust := arriving.finding.fields():
        decided["trust"] = trust
    if arriving.knows:
        decided["knows"] = arriving.knows
    return decided | _past(arriving)


def _past(arriving: Arriving) -> dict[str, Any]:
    """What is decided of imported mail alone: that our side wrote it, and its tags."""
    decided: dict[str, Any] = {}
    if arriving.is_ours:
        decided = {"direction": str(Direction.OUT), "by": arriving.author or None, "automatic": arriving.automatic}
        decided["verified"] = ""  # nobody asks whether we wrote it
    return decided | {"tags": words} if (words := tags(arriving)) else decided


def origin(item: InboxItem, key: str) -> dict[str, Any]:
    """Return what every entry from outside carries, so that a rebuild can restore its item."""
    fields = {
        "account": item.account.public_id,
        "source": item.source,
        "key": key,
        "item": item.key,
        "spool": item.spool,
        "envelope": item.envelope,
        "received": item.received_at.isoformat(),
        "size": item.size,
    }
    return fields | {"history": True} if item.history else fields


def _settle(batch: Sequence[Arriving]) -> None:
    items: dict[int, InboxItem] = {}
    for arriving in batch:
        if arriving.item.pk not in items:
            arriving.item.entry = arriving.entry
            arriving.item.reason = str(arriving.entry.fields["reason"])
            arriving.item.state = ItemState.DONE
            items[arriving.item.pk] = arriving.item
    save_many(items.values(), ["entry", "reason", "state"])
