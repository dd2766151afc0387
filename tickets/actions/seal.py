"""Seal: a message of the record that states where its chain ends. Whoever keeps it can tell a rewritten record from ours.

What became of the copy for an outside witness is an entry of its own; tickets/mail/witness.py sends it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.accounts import first_mailbox
from tickets.mime.build import build, report
from tickets.mime.parse import Mailbox
from tickets.models import Account, Counter, Entry
from tickets.record.write import entry_of
from tickets.wake import wake

SEALED = "seal"  # the number of the entry that was sealed last, and its chain value
WITNESSED = "witness"  # the number of the seal that was mailed last; while it is under way, since when
KINDS = ("seal", "witnessed")  # entries that need no seal of their own
ACTIONS = {"sent": ("relayed", "2.0.0"), "failed": ("failed", "5.0.0"), "uncertain": ("delayed", "4.4.2")}
MAIL_HEADERS = {"Auto-Submitted": "auto-generated"}


def unsealed() -> Entry | None:
    """Return the first entry in the record that no seal covers; None when there is nothing new."""
    row = Counter.objects.filter(name=SEALED).first()
    after = Entry.objects.filter(number__gt=row.value if row else 0, marked_at__isnull=False)
    return after.exclude(kind__in=KINDS).defer("body").order_by("number").first()


def seal_when_due() -> bool:
    """Seal what has stood unsealed for SEAL_MINUTES; return whether there was any. 0 minutes: never."""
    first = unsealed() if settings.SEAL_MINUTES else None
    late = timezone.now() - timedelta(minutes=settings.SEAL_MINUTES)
    return first is not None and first.marked_at is not None and first.marked_at <= late and seal() is not None


def seal(at: datetime | None = None) -> Entry | None:
    """State the number, the chain value and the time of the last entry in the record; None when nothing is new."""
    if unsealed() is None:
        return None
    when = at or timezone.now()
    before, _made = Counter.objects.get_or_create(name=SEALED)
    last = Entry.objects.filter(number__isnull=False, marked_at__isnull=False).order_by("-number").defer("body")[0]
    fields = {"sealed": last.number, "chain": last.chain, "witness": settings.SEAL_WITNESS}
    account = first_mailbox()
    entry = entry_of("seal", at=when, fields=fields, original=_mail(fields, before, account, when), account=account)
    with transaction.atomic():
        if not Counter.objects.filter(pk=before.pk, value=before.value, chain=before.chain).update(value=last.number):
            return None  # another worker has sealed it
        entry.save()
        apply_seal(entry)
        wake("append")
    return entry


def apply_seal(entry: Entry) -> None:
    """Make what an entry of kind "seal" says."""
    fields = entry.fields
    Counter.objects.update_or_create(name=SEALED, defaults={"value": fields["sealed"], "chain": fields["chain"]})


def sender(account: Account | None) -> Mailbox:
    """Return whose name a seal is sent in: the first mailbox's."""
    return Mailbox(account.name, account.address) if account else Mailbox("Holdfast", settings.DEFAULT_FROM_EMAIL)


def _mail(fields: dict[str, Any], before: Counter, account: Account | None, at: datetime) -> bytes:
    box = sender(account)
    parent = _message_id(before.value, before.chain, box) if before.value else None
    words = _(
        "This seals the record of the helpdesk up to entry %(number)s.\n"
        "Keep it where nobody of the helpdesk can change it: `manage.py record verify --seals FOLDER` will tell\n"
        "whether the record is still the one that was sealed.\n"
    )
    return build(
        from_=box,
        to=[Mailbox("", fields["witness"]) if fields["witness"] else box],
        subject=_("Seal of the record at entry %(number)s") % {"number": fields["sealed"]},
        text=f"{words % {'number': fields['sealed']}}\n{statement(fields['sealed'], fields['chain'], at)}",
        message_id=_message_id(fields["sealed"], fields["chain"], box),
        date=at,
        in_reply_to=parent,
        references=[parent] if parent else [],
        headers=MAIL_HEADERS,
    )


def statement(number: int, chain: str, at: datetime) -> str:
    """Return the three lines that `record verify --seals` reads; short enough that no mail program breaks them."""
    return f"Entry: {number}\nChain: {chain}\nTime: {at.isoformat()}\n"


def _message_id(number: int, chain: str, box: Mailbox) -> str:
    return f"seal.{number}.{chain[:16]}@{box.address.rpartition('@')[2]}"


def witnessed(seal_number: int, state: str, reason: str, at: datetime | None = None) -> None:
    """Record how the mail to the witness ended: sent, failed or uncertain, in the server's words."""
    when = at or timezone.now()
    sealed = Entry.objects.get(number=seal_number)
    box, witness = sender(sealed.account), sealed.fields["witness"]
    sealing = _message_id(sealed.fields["sealed"], sealed.fields["chain"], box)
    action, code = ACTIONS[state]
    original = report(
        from_=box,
        to=[box],
        subject=_("Seal at entry %(number)s to %(witness)s: %(state)s")
        % {"number": sealed.fields["sealed"], "witness": witness, "state": state},
        text=f"{witness}: {state}. {reason}\n",
        message_id=f"{state}.{sealing}",
        date=when,
        in_reply_to=sealing,
        references=[sealing],
        original_message_id=sealing,
        recipients=[(witness, action, code, reason or None)],
        headers=MAIL_HEADERS,
    )
    fields = {"seal": seal_number, "state": state, "reason": reason[:2000]}
    entry = entry_of("witnessed", at=when, fields=fields, original=original, account=sealed.account)
    with transaction.atomic():
        entry.save()
        apply_witnessed(entry)
        wake("append")


def apply_witnessed(entry: Entry) -> None:
    """Make what an entry of kind "witnessed" says: this seal is not mailed again."""
    defaults = {"value": entry.fields["seal"], "chain": ""}
    Counter.objects.update_or_create(name=WITNESSED, defaults=defaults)


def skip_witness(number: int) -> None:
    """Mail no seal up to `number`, after a rebuild: whether one was under way is not known, and the next covers it."""
    Counter.objects.update_or_create(name=WITNESSED, defaults={"value": number, "chain": ""})
