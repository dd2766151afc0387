"""The sweep: second chances. Arrivals without a row, threads that two filings missed, drafts and files of no use."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tickets.actions.drafts import FOLDER as DRAFTS
from tickets.actions.merge import merge
from tickets.inbox.accept import Arrival, item_of
from tickets.models import (
    Account,
    AwaitedId,
    Bulk,
    Draft,
    DraftFile,
    DraftState,
    Entry,
    InboxItem,
    ItemState,
    Message,
    WriteKey,
)
from tickets.record import spool
from tickets.record.store import store
from tickets.wake import wake

ORPHAN_AGE = timedelta(days=1)
MOST = 500


def adopt() -> int:
    """Make the rows of files in spool/in that have none: their source got no OK, or the row was lost. Return how many.

    In the order in which they arrived, which a folder does not keep: a chat is filed in the order of its rows.
    """
    names = [name.rsplit("/", 1)[1] for name in store().names(spool.IN)][: MOST * 20]
    lost: list[tuple[str, int, str, str]] = []
    for start in range(0, len(names), MOST):
        some = names[start : start + MOST]
        known = set(InboxItem.objects.filter(spool__in=some).values_list("spool", flat=True))
        lost += [place for name in some if name not in known and (place := _place(name)) is not None]
    adopted = sum(_adopt(name) for *_order, name in sorted(lost))
    if adopted:
        wake("process_inbox")
    return adopted


def _place(name: str) -> tuple[str, int, str, str] | None:
    """Where an arrival stands among others, by its time and the number that its vendor gave it; None: it is gone."""
    try:
        said = spool.get(name).heading
    except FileNotFoundError:
        return None
    return said["received"], len(said["key"]), said["key"], name


def _adopt(name: str) -> int:
    try:
        found = spool.get(name)
    except FileNotFoundError:
        return 0
    heading = found.heading
    account = Account.objects.filter(public_id=heading["account"]).first()
    if account is None:
        return 0
    received = parse_datetime(heading["received"]) or timezone.now()
    arrival = Arrival(
        account, found.raw, heading["source"], heading["key"], heading["envelope"], received, heading["history"]
    )
    InboxItem.objects.bulk_create([item_of(name, arrival)], ignore_conflicts=True)
    return 1


def drop_unreferenced() -> int:
    """Remove files that nobody needs: made but never referred to for a day, or in the record by now. Return how many."""
    made = list(store().names(spool.MADE))[:MOST]
    unwritten = Entry.objects.filter(spool__in=[n.rsplit("/", 1)[1] for n in made], marked_at__isnull=True)
    used = set(unwritten.values_list("spool", flat=True))
    old = [name for name in made if name.rsplit("/", 1)[1] not in used and _age(name) > ORPHAN_AGE]
    arrived = list(store().names(spool.IN))[:MOST]
    done = set(
        InboxItem.objects.filter(
            spool__in=[n.rsplit("/", 1)[1] for n in arrived], state=ItemState.DONE, entry__marked_at__isnull=False
        ).values_list("spool", flat=True)
    )
    finished = [name for name in arrived if name.rsplit("/", 1)[1] in done]
    thrown_away = _without_draft()
    spool.drop([*old, *finished, *thrown_away])
    return len(old) + len(finished) + len(thrown_away)


def _without_draft() -> list[str]:
    """Files whose drafts were sent, thrown away or erased."""
    kept = list(store().names(DRAFTS))[:MOST]
    used = set(
        DraftFile.objects.filter(stored__in=[n.rsplit("/", 1)[1] for n in kept]).values_list("stored", flat=True)
    )
    return [name for name in kept if name.rsplit("/", 1)[1] not in used and _age(name) > ORPHAN_AGE]


def _age(name: str) -> timedelta:
    return timezone.now() - (store().modified(name) or timezone.now())


def join_missed() -> int:
    """Merge the tickets of parents and children that were filed at the same moment. Return how many."""
    since = timezone.now() - timedelta(days=1)
    waiting = AwaitedId.objects.filter(message__at__gt=since).select_related("message__ticket__mailbox")[:MOST]
    joined = 0
    for awaited in waiting:
        joined += _join(awaited)
    return joined


def _join(awaited: AwaitedId) -> int:
    child = awaited.message
    parent = (
        Message.objects.filter(message_id=awaited.identifier, ticket__merged_into__isnull=True)
        .exclude(ticket=child.ticket)
        .select_related("ticket__mailbox")
        .order_by("pk")
        .first()
    )
    if parent is None or child.ticket.merged_into_id or parent.ticket.mailbox.team_id != child.ticket.mailbox.team_id:
        return 0
    if child.verified == "fail" or not parent.ticket.participants.filter(address=child.from_address.lower()).exists():
        return 0
    with transaction.atomic():
        merge(
            child.ticket,
            parent.ticket,
            None,
            reason="Its first message answers one here; both came in at the same moment.",
        )
        AwaitedId.objects.filter(identifier=awaited.identifier, message__ticket=parent.ticket).delete()
    return 1


def forget_old() -> None:
    """Drafts thrown away a week ago, and keys of writes and acts on many tickets that are older than that."""
    week_ago = timezone.now() - timedelta(days=7)
    Draft.objects.filter(state__in=(DraftState.DISCARDED, DraftState.SENT), updated_at__lt=week_ago).delete()
    WriteKey.objects.filter(at__lt=week_ago).delete()
    Bulk.objects.filter(at__lt=week_ago, finished_at__isnull=False).delete()
