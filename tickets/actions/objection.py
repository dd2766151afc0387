"""Objections: whoever reads an address does not want something there. Honoured for good; one entry each, however often it is said.

An erasure leaves them: without the address nothing would keep us from writing there again.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose, tokens
from tickets.models import Account, Against, Entry, Objection
from tickets.models.text import storable
from tickets.record.write import entry_of
from tickets.wake import wake

WORDS = {
    Against.DETOURS: "%(address)s does not want to be answered by email when a messenger fails",
    Against.CONFIRMATIONS: "%(address)s does not want to be asked again whether it belongs to somebody who writes here",
}


def object_to(address: str, against: Against, mailbox: Account | None = None, at: datetime | None = None) -> bool:
    """Keep what is not wanted at an email address; False when that was known."""
    where, when = storable(address.strip().lower(), 320), at or timezone.now()
    if against == Against.CONFIRMATIONS:
        tokens.end_all(where, when)
    if has_objected(where, against):
        return False
    words = _(WORDS[against]) % {"address": where}
    original = compose.done_here(mailbox, where, when, words, f"{words}\n")
    fields = {"channel": settings.LAST_RESORT, "address": where, "against": str(against), "reason": ""}
    entry = entry_of("objection", at=when, fields=fields, original=original, account=mailbox)
    with transaction.atomic():
        entry.save()
        apply_objection(entry)
        wake("append")
    return True


def has_objected(address: str, against: Against) -> bool:
    """Whether somebody said so."""
    rows = Objection.objects.filter(channel=settings.LAST_RESORT, address=address.strip().lower(), against=against)
    return rows.exists()


def apply_objection(entry: Entry) -> None:
    """Make what an entry of kind "objection" says."""
    fields = entry.fields
    if fields["address"]:
        known = {"channel": fields["channel"], "address": fields["address"], "against": fields["against"]}
        Objection.objects.get_or_create(**known, defaults={"at": entry.at})
