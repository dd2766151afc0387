"""The bells that workers hear. The tables are the queues; each task takes what is due and rings again while there is more."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Exists, Q
from django.db.models.functions import Now

from tickets.actions import breaker, bulk, campaign, notify, presence, typing
from tickets.actions import deliver as delivering
from tickets.actions import detour as detours
from tickets.actions import seal as sealing
from tickets.actions.drafts import send_due, send_waiting
from tickets.actions.retention import retain
from tickets.actions.snooze import wake_due
from tickets.actions.tokens import forget_old_tokens
from tickets.automation.run import run
from tickets.inbox import sweep as sweeping
from tickets.inbox.fetch import fetch_next
from tickets.inbox.process import process_waiting
from tickets.mail import mirroring
from tickets.mail.telling import tell_due
from tickets.mail.witness import send_seals
from tickets.models import (
    Bulk,
    Campaign,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    Entry,
    Fetch,
    FetchState,
    Health,
    InboxItem,
    Incident,
    ItemState,
    Notification,
    Ticket,
)
from tickets.outbox import pace
from tickets.reach.drill import hold_due
from tickets.reach.reachability import keep_day, vendors
from tickets.record import append as appending
from tickets.record import erase
from tickets.record import mirror as mirrors
from tickets.record.config import write_if_changed
from tickets.record.erase import wake_if_pending
from tickets.wake import answered, wake

BELLS = {"closed_accounts": "look_after", "campaigns": "look_after"}  # what is due, where its task is called otherwise
ROUNDS = 200  # batches a worker takes before it lets another bell ring


@shared_task
def process_inbox() -> None:
    """File what arrived."""
    answered("process_inbox")
    for _ in range(ROUNDS):
        if not process_waiting():
            return
    wake("process_inbox")


@shared_task
def append() -> None:
    """Write the entries that have no file yet; then there may be mail to send and to acknowledge."""
    answered("append")
    done = appending.append_all()
    if done:
        wake("deliver")
        wake("automate")
        wake_if_pending()


@shared_task
def carry_out() -> None:
    """Put the tombstones of erasures in place."""
    answered("carry_out")
    erase.carry_out()


@shared_task
def deliver() -> None:
    """Send what is due."""
    answered("deliver")
    if delivering.deliver_together() >= 100:
        wake("deliver")


@shared_task
def fetch_files() -> None:
    """Fetch the files that vendors hold; in a lane of its own, since a large one takes its time."""
    answered("fetch_files")
    for _ in range(ROUNDS):
        if not fetch_next():
            return
    wake("fetch_files")


@shared_task
def look_after() -> None:
    """Open, carry on and close incidents, and campaigns: what is done for who depends on one account."""
    answered("look_after")
    for _ in range(ROUNDS):
        if not breaker.look_after() | campaign.carry_on():
            return
    wake("look_after")


@shared_task
def send_drafts() -> None:
    """Send the drafts whose undo time is over."""
    answered("send_drafts")
    send_due()


@shared_task
def work_through() -> None:
    """Go on with acts on many tickets."""
    answered("work_through")
    for _ in range(ROUNDS):
        if not bulk.work_through():
            return
    wake("work_through")


@shared_task
def wake_snoozed() -> None:
    """Bring back what is snoozed until now."""
    answered("wake_snoozed")
    while wake_due():
        pass


@shared_task
def show_typing() -> None:
    """Let customers see that somebody writes to them."""
    answered("show_typing")
    typing.show_typing()


@shared_task
def recheck() -> None:
    """Ask the vendors of accounts that are not well how they do: one of them said something."""
    answered("recheck")
    delivering.recheck()


@shared_task
def automate() -> None:
    """Let automation read the new entries."""
    answered("automate")
    while run():
        pass


@shared_task
def tell() -> None:
    """Mail the notifications whose minute is over."""
    answered("tell")
    tell_due()


@shared_task
def mirror() -> None:
    """Copy what is new to the mirrors."""
    answered("mirror")
    mirroring.begin()


@shared_task
def sweep() -> None:
    """Second chances: what the bells missed."""
    answered("sweep")
    sweeping.adopt()
    sweeping.drop_unreferenced()
    sweeping.join_missed()
    sweeping.forget_old()
    pace.forget_old()
    forget_old_tokens()
    presence.forget_old()
    notify.forget_old()
    delivering.give_up_on_abandoned()
    detours.withdraw_late()
    send_waiting()
    keep_day()
    hold_due(vendors())
    delivering.watch()
    delivering.recheck()
    retain()  # below what it may have to wait for: an abandoned delivery, say
    erase.carry_out()
    wake("seal")


@shared_task
def seal() -> None:
    """State where the record ends, when that is due, and mail it to the witness."""
    answered("seal")
    if sealing.seal_when_due():
        write_if_changed()
    send_seals()


def tick() -> None:
    """Ring for whatever is due; called four times a second by the clock. One query, on partial indexes."""
    for task in due():
        wake(task)


def due() -> list[str]:
    """Return the tasks for which something is due."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    going = Q(account__paused_at__isnull=True)
    sendable = going & Q(account__removed_at=None, account__stopped_at=None) & ~Q(account__health=Health.CUT_OFF)
    fetchable = Q(state=FetchState.WAITING) | Q(state=FetchState.FETCHING, lease_until__lt=Now())
    found = {
        "process_inbox": InboxItem.objects.filter(free, going, state=ItemState.WAITING),
        "append": Entry.objects.filter(marked_at__isnull=True),
        "deliver": Delivery.objects.filter(sendable, state=DeliveryState.QUEUED, due_at__lte=Now()),
        "mirror": mirrors.due(),
        "fetch_files": Fetch.objects.filter(sendable, fetchable, due_at__lte=Now()),
        "send_drafts": Draft.objects.filter(state=DraftState.SCHEDULED, send_at__lte=Now()),
        "work_through": Bulk.objects.filter(bulk.waiting()),
        "wake_snoozed": Ticket.objects.filter(snoozed_until__lte=Now(), merged_into__isnull=True),
        "look_after": Incident.objects.filter(breaker.due()),
        "campaigns": Campaign.objects.filter(campaign.due()),
        "closed_accounts": breaker.cut_off_accounts(),
        "tell": Notification.objects.filter(mail_due_at__lte=Now()),
        "sweep": Delivery.objects.filter(state=DeliveryState.SENDING, lease_until__lt=Now() - timedelta(seconds=1)),
    }
    row = Entry.objects.order_by().values(**{name: Exists(rows) for name, rows in found.items()})[:1]
    values = next(iter(row), None)
    if values is None:  # an empty record: only arrivals can be due
        return ["process_inbox"] if found["process_inbox"].exists() else []
    return list(dict.fromkeys(BELLS.get(name, name) for name, is_due in values.items() if is_due))
