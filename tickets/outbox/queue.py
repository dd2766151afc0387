"""The queue of deliveries is their table: claimed by a conditional UPDATE, held by a lease, never sent twice by itself."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from tickets.channels import channel_classes
from tickets.models import Delivery, DeliveryState, Health, new_id

LEASE = timedelta(seconds=20)
RENEWED_EVERY = 5.0  # seconds
FIRST_PAUSE = 60.0  # seconds before the second attempt; doubled each time
LONGEST_PAUSE = 3600.0
GIVES_UP_AFTER = timedelta(days=2)


def claim() -> list[Delivery]:
    """Take the deliveries of one message on one account that are due; nothing is due: an empty list.

    Only those whose message's entry is marked: what leaves is in the record already.
    """
    due = Delivery.objects.filter(
        state=DeliveryState.QUEUED,
        due_at__lte=Now(),
        message__entry__marked_at__isnull=False,
        account__paused_at__isnull=True,
        account__removed_at__isnull=True,
    ).exclude(account__health=Health.CUT_OFF)
    lease = new_id()
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",))
        first = _in_order(locked).order_by("due_at", "pk").only("message_id", "account_id").first()
        if first is None:
            return []
        same = Delivery.objects.filter(
            message=first.message_id, account=first.account_id, state=DeliveryState.QUEUED, due_at__lte=Now()
        )
        same.update(state=DeliveryState.SENDING, lease_by=lease, lease_until=Now() + LEASE, attempts=F("attempts") + 1)
    rows = Delivery.objects.filter(lease_by=lease, state=DeliveryState.SENDING)
    return list(rows.select_related("message__ticket__mailbox", "message__entry", "account__mailbox").order_by("pk"))


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
    if delivery.message.at < timezone.now() - GIVES_UP_AFTER:
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
