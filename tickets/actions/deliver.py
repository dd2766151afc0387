"""Deliver what is due, and draw the consequences of each outcome: sent, refused, try later, cut off, uncertain."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import channels
from tickets.actions.accounts import report_health
from tickets.actions.delivered import Outcome, settle
from tickets.actions.suspicion import suspicion
from tickets.channels import NotConnected, NotSent, open_channel
from tickets.models import Account, Delivery, DeliveryState, Health
from tickets.outbox import queue
from tickets.outbox.deliver import Due, Sent, deliver_next

SENDER_DIED = "The sender stopped in the middle. It may or may not have gone out; look before you send it again."
SENDERS = 4  # threads of one worker; the order within a conversation is kept by the queue
NOTED_EVERY = timedelta(seconds=5)
PAUSE_WHEN_CUT_OFF = 60.0  # seconds until a probe may have found the account working again


def deliver_due(most: int = 100) -> int:
    """Send up to `most` messages that are due; return how many were tried."""
    return _deliver(Due(), most)


def deliver_together(most: int = 100) -> int:
    """Send what is due as `deliver_due`, by several threads: while one waits for a vendor's answer, others go on."""
    due = Due()
    tried = _deliver(due, 1)
    if not tried:
        return 0
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="sender") as pool:
        return tried + sum(pool.map(partial(_deliver_share, due), [most // SENDERS] * SENDERS))


def _deliver_share(due: Due, most: int) -> int:
    try:
        return _deliver(due, most)
    finally:
        connection.close()


def _deliver(due: Due, most: int) -> int:
    for count in range(most):
        sent = deliver_next(due)
        if sent is None:
            return count
        conclude(sent)
    return most


def conclude(sent: Sent) -> None:
    """Record how the deliveries ended, or queue them again."""
    outcomes = [_outcome(sent, delivery) for delivery in sent.deliveries]
    settled = [outcome for outcome in outcomes if outcome]
    if any(outcome.state == DeliveryState.SENT for outcome in settled):
        _note_sending(sent.deliveries[0].account)
    if settled:
        settle(settled, rendered=sent.rendered)


def _note_sending(account: Account) -> None:
    """Let the account say when something last went out; to a few seconds, so that a busy one is not written for each."""
    now = timezone.now()
    if account.last_out_at is None or account.last_out_at < now - NOTED_EVERY:
        Account.objects.filter(pk=account.pk).update(last_out_at=now)


def _outcome(sent: Sent, delivery: Delivery) -> Outcome | None:
    remote_ids = sent.remote_ids.get(delivery.pk, delivery.remote_ids)
    refusal = sent.refused.get(delivery.pk)
    if refusal is None:
        return Outcome(delivery, DeliveryState.SENT, "", remote_ids, sent.rendered_sha256)
    return _refused(delivery, refusal, remote_ids, sent.rendered_sha256)


def _refused(delivery: Delivery, refusal: NotSent, remote_ids: list[str], rendered: str) -> Outcome | None:
    """Draw the consequence of a refusal; None when the delivery is queued again."""
    if refusal.kind == channels.UNCERTAIN:
        return Outcome(delivery, DeliveryState.UNCERTAIN, refusal.reason, remote_ids, rendered)
    if refusal.kind == channels.CUT_OFF:
        cut_off(delivery.account, refusal.reason)
    if refusal.kind in (channels.TEMPORARY, channels.RATE, channels.CUT_OFF):
        pause = PAUSE_WHEN_CUT_OFF if refusal.kind == channels.CUT_OFF else refusal.retry_after
        if queue.postpone(delivery, refusal.reason, pause):
            return None
    gone = refusal.kind in (channels.CONTACT_BLOCKED, channels.CONTACT_GONE)
    return Outcome(delivery, DeliveryState.FAILED, refusal.reason, remote_ids, rendered, gone, refusal.kind)


def cut_off(account: Account, reason: str) -> None:
    """A vendor or server refuses the account. Only a probe confirms it: one that cannot connect warns and no more."""
    try:
        found = open_channel(account).probe()
    except NotConnected as error:
        report_health(account, Health.DEGRADED, str(error))
        return
    if found.health == Health.CUT_OFF:
        report_health(account, Health.CUT_OFF, found.reason or reason)
    else:
        report_health(account, Health.DEGRADED, found.reason or reason)


def recheck(accounts: Iterable[Account] | None = None) -> None:
    """Probe accounts that are cut off or degraded: one that works again sends what waits."""
    if accounts is None:
        accounts = Account.objects.filter(removed_at__isnull=True).exclude(health=Health.WORKING)[:50]
    for account in accounts:
        try:
            found = open_channel(account).probe()
        except NotConnected as error:
            report_health(account, account.health, str(error))
        else:
            warned = found.health == Health.WORKING and suspicion(account)
            report_health(account, Health.DEGRADED if warned else found.health, warned or found.reason)


def watch() -> None:
    """Degrade working accounts that their channel finds silent: a poller that is not there cannot say so itself."""
    for account in Account.objects.filter(removed_at__isnull=True, paused_at__isnull=True, health=Health.WORKING)[:500]:
        try:
            fault = open_channel(account).watch() or suspicion(account)
        except NotConnected:
            continue
        if fault:
            report_health(account, Health.DEGRADED, fault)


def give_up_on_abandoned() -> int:
    """Mark as uncertain what a dead sender left behind; return how many."""
    lost = queue.abandoned()
    for message in {delivery.message_id for delivery in lost}:
        settle([_found(delivery) for delivery in lost if delivery.message_id == message])
    return len(lost)


def _found(delivery: Delivery) -> Outcome:
    """What is known of a delivery whose sender died: the parts that went out were committed one by one."""
    if delivery.parts_sent >= delivery.data.get("parts", 1):
        return Outcome(delivery, DeliveryState.SENT, "", delivery.remote_ids)
    return Outcome(delivery, DeliveryState.UNCERTAIN, _(SENDER_DIED), delivery.remote_ids)
