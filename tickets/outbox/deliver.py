"""Deliver: send what was claimed, part by part, and say how it ended. The verbs draw the consequences."""

import hashlib
import logging
from dataclasses import dataclass, field

from django.db.models import F

from tickets.channels import BUG, Channel, NotConnected, NotSent, Outgoing, open_channel
from tickets.models import Delivery
from tickets.outbox import queue
from tickets.record import read

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sent:
    """What came of carrying one message on one account."""

    deliveries: list[Delivery]
    rendered_sha256: str = ""
    remote_ids: dict[int, list[str]] = field(default_factory=dict)  # by delivery
    refused: dict[int, NotSent] = field(default_factory=dict)  # by delivery


def deliver_next() -> Sent | None:
    """Claim and send the deliveries of one message; None when nothing is due."""
    deliveries = queue.claim()
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
    outgoing = Outgoing(first.message, first.account, sent.deliveries, read.original(first.message.entry))
    rendered = _render(channel, outgoing)
    sent.rendered_sha256 = hashlib.sha256(rendered).hexdigest()

    def done(delivery: Delivery, part: int, remote_id: str) -> None:
        remote_ids = sent.remote_ids.setdefault(
            delivery.pk, list(delivery.remote_ids)
        )  # an attempt goes on where one ended
        remote_ids.append(remote_id)
        Delivery.objects.filter(pk=delivery.pk).update(parts_sent=F("parts_sent") + 1, remote_ids=remote_ids)

    for delivery, refusal in channel.send(outgoing, rendered, done):
        sent.refused[delivery.pk] = refusal


def _render(channel: Channel, outgoing: Outgoing) -> bytes:
    """Nothing is sent yet: whatever goes wrong here is a bug and not uncertain. Raises NotSent."""
    try:
        return channel.render(outgoing)
    except NotSent:
        raise
    except Exception as error:
        log.exception("A message could not be rendered")
        raise NotSent(f"{type(error).__name__}: {error}", BUG) from error
