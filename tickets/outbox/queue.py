"""The queue of deliveries is their table: claimed by a conditional UPDATE, held by a lease, never sent twice by itself."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from itertools import chain, zip_longest
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from tickets.channels import channel_classes
from tickets.models import Account, Address, Delivery, DeliveryState, Health, Message, new_id

LEASE = timedelta(seconds=20)
CHANGING = (
    "state",
    "lease_by",
    "attempts",
    "parts_sent",
    "remote_ids",
    "data",
)  # by earlier attempts, since it was found
RENEWED_EVERY = 5.0  # seconds
FIRST_PAUSE = 60.0  # seconds before the second attempt; doubled each time
LONGEST_PAUSE = 3600.0
GIVES_UP_AFTER = timedelta(days=2)


def due(most: int) -> list[list[Delivery]]:
    """Return the deliveries of some messages, `most` or a few more, each on one account, that may go now. None is claimed yet.

    The accounts take turns: one whose vendor lets it send only so fast holds up no other.

    Only those whose message's entry is marked, and the entry that asks for a correction: what leaves is in the record
    already.
    """
    keys = _next(most)
    if not keys:
        return []
    queued = Delivery.objects.filter(
        message__in={message for message, *_rest in keys}, state=DeliveryState.QUEUED, due_at__lte=Now()
    )
    found: dict[tuple[int, int, int | None], list[Delivery]] = {key: [] for key in keys}
    for row in queued.order_by("pk"):
        if (key := (row.message_id, row.account_id, row.asked_id)) in found:
            found[key].append(row)
    _add_rows([row for rows in found.values() for row in rows])
    return [rows for rows in found.values() if rows]


Key = tuple[int, int, int | None]  # message, account, the entry that asks for a correction


def _next(most: int) -> list[Key]:
    """What goes next: the first `most`, and as many of accounts that are not among them; in turns."""
    rows = _may_go()
    found = list(rows[:most].values_list("message_id", "account_id", "asked_id"))
    if len(found) == most:
        others = rows.exclude(account__in={account for _message, account, _asked in found})
        found += others[:most].values_list("message_id", "account_id", "asked_id")
    by_account: dict[int, dict[Key, None]] = {}
    for key in found:
        by_account.setdefault(key[1], {})[key] = None
    turns = chain.from_iterable(zip_longest(*by_account.values()))
    return [key for key in turns if key is not None]


@cache
def _may_go() -> QuerySet[Delivery]:
    """What may go now, the first to be sent first. Built once: it says the same each time."""
    rows = Delivery.objects.filter(
        Q(asked=None) | Q(asked__marked_at__isnull=False),
        state=DeliveryState.QUEUED,
        due_at__lte=Now(),
        message__entry__marked_at__isnull=False,
        account__in=_sending(),
    )
    return _in_order(rows).order_by("due_at", "pk")


@cache
def _sending() -> QuerySet[Account]:
    """The accounts that send."""
    return Account.objects.filter(paused_at=None, removed_at=None, stopped_at=None).exclude(health=Health.CUT_OFF)


def _add_rows(deliveries: list[Delivery]) -> None:
    """Put message, ticket and accounts to deliveries, each fetched once: they are wide rows."""
    messages = Message.objects.select_related("entry", "ticket").in_bulk({row.message_id for row in deliveries})
    wanted = {row.account_id for row in deliveries} | {message.ticket.mailbox_id for message in messages.values()}
    accounts = Account.objects.select_related("mailbox").in_bulk(wanted)
    ways = _ways(deliveries)
    for row in deliveries:
        row.message, row.account = messages[row.message_id], accounts[row.account_id]
        row.way = ways.get((row.channel, row.recipient.lower()), {}).get(row.account.public_id, {})
        row.message.ticket.mailbox = accounts[row.message.ticket.mailbox_id]


def _ways(deliveries: list[Delivery]) -> dict[tuple[str, str], dict[str, Any]]:
    """What answers to the recipients need, as notices said it; in mail there is no such thing."""
    there = {row.recipient.lower() for row in deliveries if row.channel != settings.LAST_RESORT}
    rows = Address.objects.filter(address__in=there).values_list("channel", "address", "data") if there else ()
    return {(channel, address): data for channel, address, data in rows}


def claim(deliveries: list[Delivery]) -> list[Delivery]:
    """Take deliveries that were found due; return those that are ours now, as they stand: nobody else sends them."""
    lease = new_id()
    rows = Delivery.objects.filter(pk__in=[row.pk for row in deliveries])
    rows.filter(state=DeliveryState.QUEUED, due_at__lte=Now(), account__in=_sending()).update(
        state=DeliveryState.SENDING, lease_by=lease, lease_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    ours = {row["pk"]: row for row in rows.filter(lease_by=lease).values("pk", *CHANGING)}
    claimed = [row for row in deliveries if row.pk in ours]
    for row in claimed:
        for name, value in ours[row.pk].items():
            setattr(row, name, value)
    return claimed


def withdraw(delivery: Delivery) -> bool:
    """Take back a delivery that certainly has not gone; False when somebody is sending it, or it is settled.

    In a transaction that settles it: until that is over nobody else finds it queued.
    """
    waiting = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.QUEUED, parts_sent=0)
    return bool(waiting.update(state=DeliveryState.FAILED, lease_by="", lease_until=None))


def _in_order(due: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """In a conversation a message never passes an earlier one to the same recipient that is still to be sent."""
    conversational = [name for name, cls in channel_classes().items() if cls.conversational]
    if not conversational:
        return due
    under_way = (DeliveryState.QUEUED, DeliveryState.SENDING)
    earlier = Delivery.objects.filter(
        account=OuterRef("account"),
        recipient=OuterRef("recipient"),
        pk__lt=OuterRef("pk"),
        state__in=under_way,
        outcome=None,  # says nothing more, but it is the condition of the index
    )
    return due.filter(~Q(channel__in=conversational) | ~Exists(earlier))


@contextmanager
def held(deliveries: list[Delivery]) -> Iterator[None]:
    """Renew the lease while the block runs, so that a slow server is not taken for a dead sender."""
    lease, over = deliveries[0].lease_by, threading.Event()

    def renew() -> None:
        while not over.wait(RENEWED_EVERY):
            Delivery.objects.filter(lease_by=lease, state=DeliveryState.SENDING).update(lease_until=Now() + LEASE)
        connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(RENEWED_EVERY)


def postpone(delivery: Delivery, reason: str, seconds: float | None = None) -> bool:
    """Queue a delivery again with a growing pause, or after `seconds`; False when its time is over.

    A wait that was asked for is no failed attempt: the pauses after one do not grow by it.
    """
    if (delivery.asked or delivery.message).at < timezone.now() - GIVES_UP_AFTER:
        return False
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (delivery.attempts - 1)) * random.uniform(0.8, 1.2)  # noqa: S311
    later = timedelta(seconds=seconds if seconds is not None else pause)
    Delivery.objects.filter(pk=delivery.pk, lease_by=delivery.lease_by).update(
        state=DeliveryState.QUEUED,
        due_at=Now() + later,
        reason=reason[:2000],
        lease_by="",
        lease_until=None,
        attempts=delivery.attempts if seconds is None else delivery.attempts - 1,
    )
    return True


def abandoned() -> list[Delivery]:
    """Return deliveries whose sender died: nobody can know whether they went out."""
    rows = Delivery.objects.filter(state=DeliveryState.SENDING, lease_until__lt=Now())
    return list(rows.select_related("message__ticket__mailbox", "account__mailbox").order_by("message", "pk")[:200])
