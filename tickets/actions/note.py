"""Note: words among agents. Never sent to a customer."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.mentions import mentioned
from tickets.actions.say import Words, say
from tickets.mime.build import File
from tickets.models import Agent, Direction, Message, Ticket


def note(
    ticket: Ticket, text: str, by: Agent | None, at: datetime | None = None, files: Sequence[File] = ()
) -> Message:
    """Write an internal note. Raises NotAllowed when it calls somebody who cannot see it, OSError without its files.

    Whom it calls is decided here, and stands in its entry.
    """
    mailbox = ticket.mailbox
    called = [agent.public_id for agent in mentioned(ticket, text, by)]
    words = Words(
        ticket=ticket,
        text=text,
        by=by,
        at=at or timezone.now(),
        direction=Direction.NOTE,
        subject=_("%(who)s: note – %(subject)s") % {"who": by.name if by else mailbox.name, "subject": ticket.subject},
        to=[{"name": mailbox.name, "address": mailbox.address}],
        files=files,
        extra={"mentions": called} if called else {},
    )
    return say(words)
