"""Which way a reply goes, and why: shown in the reply box, where another one can be chosen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import ask
from tickets.channels import NotConnected, channel_classes, open_channel
from tickets.models import Draft, Message, Ticket
from tickets.models.conversations import AFTER_ANSWER, rules_of
from tickets.outbox.route import Way, by_template, newest_in, said_at, ways


@dataclass(frozen=True, slots=True)
class Choice:
    """One way as the box offers it."""

    value: str  # as the draft keeps it
    words: str
    hindrance: str


def ways_of(ticket: Ticket, draft: Draft | None, last: Message | None) -> dict[str, Any]:
    """What the reply box says of the ways to a ticket's contact. `last`: the newest message that came in, if it is known.

    Nothing where they write by mail and have no other way: then the line "To" says it all.
    """
    if not ticket.contact.addresses.exclude(channel=settings.LAST_RESORT).exists():
        return {"ways": []}
    last = last or newest_in([ticket]).get(ticket.pk)
    found = ways(ticket, last)
    usable = next((way for way in found if not way.hindrance), None)
    return {
        "ways": [choice(way) for way in found],
        "way": draft.way if draft else "",
        "way_words": _words(usable, found),
        "best_way": choice(usable).words if usable else "",
        "no_way": usable is None,
        "window": _window(usable, last),
        "needs_template": bool((way := by_template(ticket, last)) and way.hindrance),
        **_asking(ticket, last),
    }


def _asking(ticket: Ticket, last: Message | None) -> dict[str, bool]:
    """Whether the customer is asked where else to answer when this answer has gone, or would be if nobody held it back."""
    if last is None or rules_of(last.account).asks != AFTER_ANSWER:
        return {}
    if ask.is_held_back(ticket.contact):
        return {"ask_is_held": True}
    return {"ask_is_coming": not ask.hindrance(ticket, last.account, timezone.now())}


def choice(way: Way) -> Choice:
    """Return a way as it is offered."""
    known = channel_classes().get(way.channel)
    label = _(str(known.label)) if known else way.channel
    words = label if way.channel != settings.LAST_RESORT else f"{label}: {way.recipient}"
    if way.is_last:
        words = _("%(way)s, where they wrote last") % {"way": words}
    return Choice(f"{way.account.public_id} {way.recipient}", words, way.hindrance)


def _words(usable: Way | None, found: list[Way]) -> str:
    """Why the best way is the best."""
    first = found[0] if found else None
    if usable is None:
        reasons = " ".join(way.hindrance for way in found if way.hindrance)
        return _("No way to answer yet: %(why)s") % {
            "why": reasons or _("nothing is known by which they can be reached.")
        }
    return first.hindrance if first and first.hindrance else ""


def _window(usable: Way | None, last: Message | None) -> datetime | None:
    """Until when the vendor lets us write there freely; None where it does not mind."""
    if usable is None or last is None or not usable.is_last:
        return None
    try:
        return open_channel(usable.account).closes(said_at(last))
    except NotConnected:
        return None
