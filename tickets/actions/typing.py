"""Typing: customers see that somebody writes to them, where the account wants that and the vendor can show it.

The drafts that save themselves are the signal. Nobody waits for it, and nothing depends on it.
"""

from datetime import timedelta

from django.db.models.functions import Now

from tickets.channels import Limit, channel_classes, open_channel
from tickets.models import Draft, DraftState
from tickets.outbox import pace
from tickets.outbox.route import NoRoute, routes
from tickets.wake import wake

TYPING = "typing"
LASTS = timedelta(seconds=6)  # since a draft was saved
EVERY = 5.0  # seconds: for so long an app shows it
MOST = 50


def tell_of(draft: Draft) -> None:
    """Ring for a reply that is being written; a note is nobody's business."""
    if draft.kind == "reply" and draft.text.strip() and draft.ticket:
        channel = channel_classes().get(draft.ticket.channel)
        if channel and TYPING in channel.capabilities:
            wake("show_typing")


def show_typing() -> None:
    """Let the vendors show what is being written now, at most every five seconds in each chat."""
    drafts = Draft.objects.filter(state=DraftState.EDITING, kind="reply", updated_at__gt=Now() - LASTS)
    written = drafts.exclude(text="").exclude(ticket=None).select_related("ticket__mailbox", "ticket__contact")
    for draft in written.order_by("-updated_at")[:MOST]:
        if not draft.to:  # else it is a mail
            _show(draft)


def _show(draft: Draft) -> None:
    assert draft.ticket is not None
    try:
        [route] = routes(draft.ticket, [])
    except NoRoute:
        return
    account, channel = route.account, open_channel(route.account)
    wanted = TYPING in channel.capabilities and account.config.get(TYPING) == "yes" and account.paused_at is None
    if wanted and not pace.take(account, [Limit(f"{TYPING} {route.recipient}", EVERY)]):
        channel.typing(route.recipient)
