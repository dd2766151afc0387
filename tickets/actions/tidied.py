"""What a message that came in changes of where its ticket is: a snoozed one is woken, a new one is spam, an answer is none."""

from typing import Any

from tickets.actions.setting import said_of_snooze, set_snooze, set_spam
from tickets.models import Entry, Event, Message, Ticket

ANSWERED = "They wrote."
FAILED = "A message of ours did not arrive."


def tidied(fields: dict[str, Any], message: Message) -> list[Event]:
    """Change the message's ticket (unsaved) as its entry says; return what is to be told."""
    ticket, told = message.ticket, []
    if fields.get("woken"):
        reason = ANSWERED if message.kind == "message" else FAILED
        told.append(_event(message, "woken", reason, {"snooze": None, "from": said_of_snooze(ticket)}))
        set_snooze(ticket, None, message.at)
    if (spam := fields.get("spam")) is not None:
        kind = "spam" if spam["by"] else "not-spam"
        told.append(_event(message, kind, spam.get("reason", ""), {"spam": spam["by"], "from": ticket.spam}))
        set_spam(ticket, spam["by"], message.at)
    return told


def wake_failed(ticket: Ticket, entry: Entry) -> None:
    """Bring a snoozed ticket back when an entry says that a message of ours did not arrive: somebody has to look."""
    if ticket.snoozed_at:
        data = {"snooze": None, "from": said_of_snooze(ticket)}
        set_snooze(ticket, None, entry.at)
        ticket.save(update_fields=["snoozed_at", "snoozed_until"])
        Event.objects.create(ticket=ticket, entry=entry, kind="woken", at=entry.at, reason=FAILED, data=data)


def _event(message: Message, kind: str, reason: str, data: dict[str, Any]) -> Event:
    return Event(ticket=message.ticket, entry=message.entry, kind=kind, at=message.at, reason=reason, data=data)
