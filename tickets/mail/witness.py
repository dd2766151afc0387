"""The outside witness: each seal goes there once by mail, the normal way out of the first mailbox, and it is noted how."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.seal import KINDS, SEALED, WITNESSED, sender, witnessed
from tickets.channels import UNCERTAIN, NotSent
from tickets.mail import ways
from tickets.models import Account, Counter, Entry
from tickets.record import read

ABANDONED = timedelta(minutes=10)  # after which nobody is sending a seal any more
INTERRUPTED = "The sender stopped in the middle. It may or may not have gone out."


def send_seals(most: int = 20) -> int:
    """Mail the seals that are in the record and were not mailed yet; return how many were tried."""
    if not Counter.objects.filter(name=SEALED).exists():
        return 0
    cursor, _made = Counter.objects.get_or_create(name=WITNESSED)
    if cursor.chain:
        return _give_up(cursor)
    waiting = Entry.objects.filter(kind=KINDS[0], number__gt=cursor.value, marked_at__isnull=False)
    tried = 0
    for entry in waiting.select_related("account").order_by("number")[:most]:
        if not entry.fields["witness"]:
            Counter.objects.filter(pk=cursor.pk, value=cursor.value, chain="").update(value=entry.number)
        elif not _claim(cursor, entry):
            break
        else:
            witnessed(entry.number or 0, *_send(entry))
            tried += 1
        cursor.refresh_from_db()
    return tried


def _claim(cursor: Counter, entry: Entry) -> bool:
    """Committed before anything is sent: whatever happens after it, this seal is not mailed a second time."""
    if entry.account and entry.account.paused_at:
        return False
    rows = Counter.objects.filter(pk=cursor.pk, value=cursor.value, chain="")
    return bool(rows.update(value=entry.number, chain=timezone.now().isoformat()))


def _give_up(cursor: Counter) -> int:
    """A seal whose sender died is uncertain."""
    if timezone.now() - datetime.fromisoformat(cursor.chain) < ABANDONED:
        return 0
    witnessed(cursor.value, "uncertain", _(INTERRUPTED))
    return 1


def _send(entry: Entry) -> tuple[str, str]:
    """Return (state, reason)."""
    witness = entry.fields["witness"]
    if Account.objects.filter(address=witness.lower(), removed_at__isnull=True).exists():
        return "failed", _("This is a mailbox of this helpdesk: it witnesses nothing. Set SEAL_WITNESS to another.")
    box = sender(entry.account)
    account = entry.account or Account(channel=settings.LAST_RESORT, name=box.name, address=box.address)
    try:
        sent, refused = ways.way_of(account).carry([box.address], [witness], read.original(entry))
    except (NotSent, read.Missing) as error:
        kind = getattr(error, "kind", "")
        return ("uncertain" if kind == UNCERTAIN else "failed"), str(getattr(error, "reason", error))
    return ("sent", sent[witness]) if witness in sent else ("failed", refused[witness].reason)
