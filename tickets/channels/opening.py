"""Which channels there are, and the one of an account."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from tickets.channels.contract import Channel
from tickets.channels.refusals import NotConnected
from tickets.models import Account, Health

MOST_LOOKED_AT = 20  # accounts for which one mailbox answers


def channel_classes() -> dict[str, type[Channel]]:
    """Return the channels of settings.CHANNELS by name."""
    classes: Iterator[type[Channel]] = (import_string(path) for path in settings.CHANNELS)
    return {cls.name: cls for cls in classes}


def open_channel(account: Account) -> Channel:
    """Return the channel of `account`. Raises NotConnected when this installation does not have it."""
    cls = channel_classes().get(account.channel)
    if cls is None:
        raise NotConnected(f"The channel {account.channel} of {account.name} is not in settings.CHANNELS.")
    return cls(account)


class NoAccount(LookupError):
    """No account of this channel has this id."""


def account_of(channel: str, public_id: str) -> Account:
    """Return the account of a page that a channel brings along, with its mailbox. Raises NoAccount."""
    rows = Account.objects.select_related("mailbox").filter(channel=channel, public_id=public_id, removed_at=None)
    account = rows.first()
    if account is None:
        raise NoAccount(f"No account of {channel} has the id {public_id}.")
    return account


def chats_of(account: Account) -> list[tuple[type[Channel], str]]:
    """Return the chats for which this mailbox answers and that can be opened by a link: each channel, and the standing link.

    A link carries no identity: whoever opens it is a stranger who writes for the first time.
    """
    theirs = Account.objects.filter(mailbox=account.home, removed_at=None, stopped_at=None).order_by("pk")
    found = []
    for one in theirs.exclude(health=Health.CUT_OFF)[:MOST_LOOKED_AT]:
        known = channel_classes().get(one.channel)
        if known is not None and known.conversational and (link := known(one).deep_link("")):
            found.append((known, link))
    return found


def chat_of(account: Account) -> str:
    """Return the link to the first of these chats; "" where there is none."""
    return next((link for _channel, link in chats_of(account)), "")
