"""Which channels there are, and the one of an account."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from tickets.channels.contract import Channel
from tickets.channels.refusals import NotConnected
from tickets.models import Account


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
