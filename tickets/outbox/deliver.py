"""Deliver: send what was claimed, part by part, and say how it ended. The verbs draw the consequences."""

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F
from django.utils.translation import gettext as _

from tickets.channels import BUG, RATE, Channel, Limit, NotConnected, NotSent, Outgoing, open_channel
from tickets.models import Act, Delivery
from tickets.outbox import pace, queue
from tickets.record import read

PATIENCE = 0.1  # seconds that a sender waits for its turn; for longer the delivery goes back into the queue
FOUND_AT_ONCE = 16  # messages: long enough to spare most looking, short enough that what is found is still so
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sent:
    """What came of carrying one message on one account."""

    deliveries: list[Delivery]
    rendered: bytes = b""
    rendered_sha256: str = ""
    remote_ids: dict[int, list[str]] = field(default_factory=dict)  # by delivery
    refused: dict[int, NotSent] = field(default_factory=dict)  # by delivery


class Due:
    """What is due, found several messages at once and shared by the threads of one worker."""

    def __init__(self) -> None:
        self.found: deque[list[Delivery]] = deque()
        self.lock = threading.Lock()

    def claim(self) -> list[Delivery]:
        """Claim the deliveries of the next message on one account; nothing is due: an empty list."""
        while True:
            with self.lock:
                if not self.found:
                    self.found.extend(queue.due(FOUND_AT_ONCE))
                if not self.found:
                    return []
                deliveries = self.found.popleft()
            if claimed := queue.claim(deliveries):
                return claimed


def deliver_next(due: Due) -> Sent | None:
    """Claim and send the deliveries of one message; None when nothing is due."""
    deliveries = due.claim()
    return carry(deliveries) if deliveries else None


def carry(deliveries: list[Delivery]) -> Sent:
    """Send one message to the recipients of `deliveries`, which are claimed; never raises for what a vendor does."""
    sent = Sent(deliveries)
    try:
        with queue.held(deliveries):
            _send(sent)
    except NotSent as refusal:
        rest = refusal
    except (read.Missing, NotConnected) as error:
        rest = NotSent(str(error), BUG)
    except Exception as error:
        log.exception("Sending failed in a way that no channel foresaw")
        rest = NotSent(f"{type(error).__name__}: {error}", "uncertain")
    else:
        return sent
    for delivery in deliveries:
        if not _is_whole(sent, delivery):
            sent.refused.setdefault(delivery.pk, rest)
    return sent


def _is_whole(sent: Sent, delivery: Delivery) -> bool:
    """Whether every part went out, in this attempt and those before."""
    parts: int = delivery.data.get("parts", 1)
    return len(sent.remote_ids.get(delivery.pk, [])) >= max(1, parts)


def _send(sent: Sent) -> None:
    first = sent.deliveries[0]
    channel = open_channel(first.account)
    amended = read.original(first.asked) if first.asked and first.act == Act.EDIT else b""
    outgoing = Outgoing(first.message, first.account, sent.deliveries, read.original(first.message.entry), amended)
    rendered = b"" if first.act == Act.WITHDRAW else _render(channel, outgoing)
    sent.rendered = rendered
    sent.rendered_sha256 = hashlib.sha256(rendered).hexdigest() if rendered else ""
    limits = channel.limits(first.recipient)
    wait_for_turn(first, limits)

    def done(delivery: Delivery, part: int, remote_id: str) -> None:
        remote_ids = sent.remote_ids.setdefault(
            delivery.pk, list(delivery.remote_ids)
        )  # an attempt goes on where one ended
        remote_ids.append(remote_id)
        Delivery.objects.filter(pk=delivery.pk).update(parts_sent=F("parts_sent") + 1, remote_ids=remote_ids)
        pace.charge(delivery.account, limits, len(remote_id.split()) - 1)
        if not _is_whole(sent, delivery):
            wait_for_turn(delivery, limits)

    try:
        if first.act != Act.SEND:
            channel.correct(outgoing, rendered, done)
            return
        for delivery, refusal in channel.send(outgoing, rendered, done):
            sent.refused[delivery.pk] = refusal
    except NotSent as refusal:
        if refusal.kind == RATE and refusal.retry_after and not isinstance(refusal, OutOfTurn):
            pace.hold(first.account, limits, refusal.retry_after)
        raise


def wait_for_turn(delivery: Delivery, limits: Sequence[Limit]) -> None:
    """Wait until the vendor's limits let a message go. Raises NotSent when that is not in a moment."""
    while wait := pace.take(delivery.account, limits):
        if wait > PATIENCE:
            raise OutOfTurn(wait)
        time.sleep(wait)


class OutOfTurn(NotSent):
    """Nothing was sent: others were before us."""

    def __init__(self, seconds: float) -> None:
        super().__init__(_("It waits for its turn: the vendor takes only so many messages in a second."), RATE, seconds)


def _render(channel: Channel, outgoing: Outgoing) -> bytes:
    """Nothing is sent yet: whatever goes wrong here is a bug and not uncertain. Raises NotSent."""
    try:
        return channel.render(outgoing)
    except NotSent:
        raise
    except Exception as error:
        log.exception("A message could not be rendered")
        raise NotSent(f"{type(error).__name__}: {error}", BUG) from error
