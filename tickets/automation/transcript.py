"""Transcript: what a customer asked for in the chat is mailed to them. Decided entry by entry."""

from datetime import timedelta

from django.utils import timezone

from tickets.actions.transcript import WANTED, mail_transcript
from tickets.models import Entry, Message

OLDEST = timedelta(hours=24)  # of an entry: what automation reads later than that is past


def consider(entry: Entry) -> str:
    """Mail the conversation to whoever asked for it; return why not, or ""."""
    if entry.fields.get("wants") != WANTED or entry.fields.get("history") or entry.at < timezone.now() - OLDEST:
        return "nobody asks for it"
    rows = Message.objects.select_related("account__mailbox", "ticket__mailbox", "ticket__contact")
    message = rows.filter(entry=entry).first()
    return mail_transcript(message) if message else "its message is not here"
