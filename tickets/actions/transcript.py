"""Transcript: a customer's own conversation, mailed to them because they asked for it in the chat. Never a note, never another's words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.actions.ask import label_of
from tickets.actions.language import language_for
from tickets.actions.reply import AUTOMATIC_HEADERS
from tickets.actions.say import Words, say
from tickets.channels import Line, lines, proven_way
from tickets.models import Direction, Message
from tickets.outbox.route import Route
from tickets.texts import own

TEXT = "transcript"
WANTED = "transcript"  # what a notice says of it: data["wants"]
MOST_LINES = 500
NOT_AGAIN_WITHIN = timedelta(hours=1)


def mail_transcript(message: Message, at: datetime | None = None) -> str:
    """Mail the conversation that `message` is part of to the proven address of whoever wrote it; return why not, or "". Raises OSError."""
    when = at or timezone.now()
    address = proven_way(message.account, message.from_address)
    if not address:
        return "no address is proven to be theirs"
    if _was_mailed_lately(message, when):
        return "they had it within the hour"
    say(_words(message, address, when))
    return ""


def _was_mailed_lately(message: Message, when: datetime) -> bool:
    """Whether one was mailed within the hour, in any conversation of theirs."""
    sent = Message.objects.filter(ticket__contact=message.ticket.contact_id, direction=Direction.OUT, automatic=True)
    return sent.filter(at__gt=when - NOT_AGAIN_WITHIN, entry__fields__texts__0=TEXT).exists()


def _words(message: Message, address: str, when: datetime) -> Words:
    ticket, account = message.ticket, message.account
    mailbox = ticket.mailbox
    choice = language_for(ticket.contact, account, "", message.subject)
    values = {"mailbox": mailbox.name, "channel": label_of(account)}
    said = written(lines(account, message.from_address, MOST_LINES), ticket.contact.name)
    return Words(
        ticket=ticket,
        text="\n\n".join([own.words(mailbox, TEXT, choice.language, values), said]),
        by=None,
        at=when,
        direction=Direction.OUT,
        subject=own.subject(TEXT, choice.language, values),
        to=[{"name": ticket.contact.name, "address": address}],
        routes=[Route(mailbox, settings.LAST_RESORT, address, "")],
        automatic=True,
        headers={**AUTOMATIC_HEADERS, "X-Loop": mailbox.address},
        extra={"texts": [TEXT], "language": choice.language, "reason": _("They asked for it in the chat.")},
    )


def written(said: Sequence[Line], name: str) -> str:
    """Return lines as plain text: when, who, and what, with the names of files."""
    return "\n\n".join(
        _written(line, name) for line in said if not line.message.deleted_at and line.message.kind != "system"
    )


def _written(line: Line, name: str) -> str:
    message = line.message
    at = date_format(timezone.localtime(message.at, message.ticket.mailbox.opening_hours.zone), "Y-m-d H:i")
    who = name or message.from_name if line.is_own else message.ticket.mailbox.name
    files = "".join(f"\n[{file.filename}]" for file in line.files)
    return f"{at} {who}:\n{(message.reply or message.text).strip()}{files}"
