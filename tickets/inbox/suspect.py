"""Suspect: a new ticket goes to spam when its sender was called so, or when our own border says so. Held and shown, never refused."""

from django.conf import settings

from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import Desk, mailbox_team
from tickets.mime.spam_fields import spam_words
from tickets.models import SpamBy
from tickets.models.text import storable


def suspect(arriving: Arriving, desk: Desk) -> None:
    """Decide whether a new ticket is spam, and say why. What joins a ticket is where that ticket is."""
    if "new_ticket" not in arriving.fields or arriving.item.history or arriving.is_ours:
        return
    if is_remembered(arriving, desk):
        decided = SpamBy.MEMORY, "Mail of this sender was called spam before."
    elif words := spam_words(arriving.mail.headers, settings.AUTHSERV_ID):
        decided = SpamBy.BORDER, f"Our own mail server calls it spam ({words})."
    elif words := _told(arriving):
        decided = SpamBy.BORDER, words
    else:
        return
    by, reason = decided
    arriving.fields["spam"] = {"by": str(by), "reason": reason}
    arriving.fields["reason"] += f" {reason}"


def _told(arriving: Arriving) -> str:
    """Why the channel, or a page of ours, takes it for a machine's; "" when it does not. Of a mail's own words this is none."""
    said = arriving.notice.data.get("suspect") or arriving.item.envelope.get("suspect") or ""
    return storable(str(said), 500)


def is_remembered(arriving: Arriving, desk: Desk) -> bool:
    """Whether somebody called mail of this sender spam, here or in a mailbox that shares the team."""
    return (arriving.fields["contact"], mailbox_team(arriving.account)) in desk.spammers
