"""What became of an erasure: who wanted it and why, how far it is carried out, and what it cannot reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tickets.models import Agent, Entry, InboxItem, ItemState
from tickets.record import erase
from tickets.record.mirror import unreached

UNTOLD = gettext_noop(
    "The erasure has no number in the record yet, so that no mirror has been told. Look again in a moment."
)


@dataclass(frozen=True, slots=True)
class Report:
    """One erasure, which may be several entries."""

    name: str
    at: datetime
    by: str
    reason: str
    quotes: str
    is_person: bool  # a contact, not tickets whose time was over
    entries: int  # that are erased
    carried_out: int  # of these, how many files are tombstones by now
    tickets: list[int]
    unreached: list[str]


def report(name: str) -> Report | None:
    """Return what is known of the erasure `name`; None when there is none."""
    entries = list(Entry.objects.filter(kind=erase.KIND, fields__erasure=name).defer("body").order_by("pk"))
    if not entries:
        return None
    said = entries[-1].fields
    erased = sorted({number for entry in entries for number in entry.fields["erased"]})
    by = Agent.objects.named(said["by"])
    return Report(
        name=name,
        at=entries[-1].at,
        by=by.name if by else _("The retention period"),
        reason=said["reason"],
        quotes=said["quotes"],
        is_person=any(entry.fields["contact"] for entry in entries),
        entries=len(erased),
        carried_out=Entry.objects.filter(number__in=erased, erased__isnull=False).count(),
        tickets=sorted({number for entry in entries for number in entry.fields["tickets"]}),
        unreached=list(_unreached(entries)),
    )


def _unreached(entries: list[Entry]) -> Iterator[str]:
    """What this program has no hand on, or not yet, in words."""
    told = [words for entry in entries for words in (unreached(entry.number) if entry.number else [_(UNTOLD)])]
    yield from dict.fromkeys(told)
    day = date_format(timezone.localtime(entries[-1].at), "DATE_FORMAT")
    yield _("Backups made before %(day)s still hold it: they are not changed. Delete them when newer ones exist.") % {
        "day": day
    }
    if parked := InboxItem.objects.filter(state=ItemState.PARKED).count():
        yield ngettext(
            "%(count)d arrival is parked: it could not be read, so nobody knows whose words are in it. Look at it.",
            "%(count)d arrivals are parked: they could not be read, so nobody knows whose words are in them. Look at them.",
            parked,
        ) % {"count": parked}
    yield _("Exports and files that somebody downloaded before are not known here.")
    yield _("Mail that was sent lies in the mailboxes of those who received it.")
    if settings.RECORD_URL.startswith("s3:"):
        yield _(
            "Where the bucket keeps versions or locks objects, old versions stay there until its own rules end them."
        )
