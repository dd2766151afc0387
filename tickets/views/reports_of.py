"""In words: what machines told of a message that we sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tickets.mime import reports
from tickets.models import Message


@dataclass(frozen=True, slots=True)
class Told:
    """One line below a message, and the report that it comes from."""

    report: Message
    words: str
    detail: str
    is_bad: bool


def told_of(report: Message) -> Told | None:
    """Return the line for a report; None for a failure, which the delivery itself shows."""
    said: dict[str, Any] = report.report
    if not said.get("what") or said["what"] == reports.FAILED:
        return None
    names = ", ".join(said["recipients"][:3]) or _("somebody")
    sentences = {
        reports.DELAYED: _("delayed on its way to %(names)s"),
        reports.DELIVERED: _("delivered to %(names)s"),
        reports.READ: _("read by %(names)s"),
        reports.UNREAD: _("deleted unread or passed on by %(names)s"),
        reports.COMPLAINT: _("reported as unwanted by %(names)s"),
    }
    words = sentences.get(said["what"], said["what"]) % {"names": names}
    detail = said["words"] if said["what"] == reports.DELAYED else ""
    return Told(report, words, detail, said["what"] in (reports.DELAYED, reports.COMPLAINT))


def report_words(said: Mapping[str, Any]) -> str:
    """Return the mark of a message that is a report; "" for any other."""
    return {
        reports.FAILED: _("not delivered"),
        reports.DELAYED: _("delayed"),
        reports.DELIVERED: _("delivered"),
        reports.READ: _("read receipt"),
        reports.UNREAD: _("receipt"),
        reports.COMPLAINT: _("complaint"),
    }.get(said.get("what", ""), "")
