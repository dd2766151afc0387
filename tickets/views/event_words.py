"""In words: what happened to where a ticket is, and which of it one press takes back."""

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

TIDIED = ("snoozed", "woken", "spam", "not-spam", "unmerged", "participant", "team")


def tidied_words(kind: str, data: dict[str, Any], teams: dict[str, str] | None = None) -> str:
    """What happened, to be read after the name of who did it."""
    match kind:
        case "snoozed" | "woken":
            return snooze_words(data.get("snooze"))
        case "spam":
            return _("put it into spam")
        case "not-spam":
            return _("took it out of spam")
        case "unmerged" if data.get("own"):
            return _("made it a ticket of its own again, apart from #%(number)s") % {"number": data.get("ticket", "?")}
        case "unmerged":
            return _("took #%(number)s out of this one again") % {"number": data.get("ticket", "?")}
        case "participant":
            return _("let %(address)s take part") % {"address": data.get("participant") or "?"}
        case _other:
            return _("gave it to another team") if data.get("team") else _("took it away from its team")


def snooze_words(snooze: str | None) -> str:
    """How a ticket was snoozed or woken, as it stands in a sentence."""
    if snooze is None:
        return _("brought it back")
    at = parse_datetime(snooze) if snooze else None
    if at is None:
        return _("snoozed it until they answer")
    return _("snoozed it until %(time)s") % {"time": date_format(timezone.localtime(at), "DATETIME_FORMAT")}
