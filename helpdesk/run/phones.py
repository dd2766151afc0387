"""The demo's messengers: each channel's stand-in for its vendor, in a part of its own, and an account connected to it."""

import logging
import threading

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from tickets.actions.accounts import add_account, change_account
from tickets.channels import Channel, NotConnected, channel_classes, open_channel
from tickets.models import Account

PAUSE = 1.0  # seconds between looking whether the shop has its accounts
log = logging.getLogger(__name__)
SHOP = "Harbour Lane"
RULES = {"greet": "yes", "ask_address": "after_answer", "burst_seconds": "5", "reroute_seconds": "5"}


def channels() -> list[type[Channel]]:
    """The channels that have a stand-in, in the order of their ports."""
    return [cls for _name, cls in sorted(channel_classes().items()) if cls.stand_in]


def connect() -> None:
    """Give the shop an account on each messenger; a later start with another port changes its address only."""
    for place, cls in enumerate(channels()):
        vendor = import_string(cls.stand_in)()
        given = vendor.connection(settings.PHONE_PORT + place)
        secret = {field.name for field in cls.config if field.secret}
        config = {name: value for name, value in given.items() if name not in secret}
        secrets = {name: value for name, value in given.items() if name in secret}
        known = Account.objects.filter(channel=cls.name, removed_at=None).first()
        if known:
            change_account(known, None, config=known.config | config, secrets=secrets)
        else:
            address = f"{SHOP.replace(' ', '').lower()}_bot"
            add_account(cls.name, f"{SHOP} · {cls.label}", address, RULES | config, secrets)


def connect_own() -> None:
    """Give the shop an account on each channel that has no vendor, and pages of its own in a demo."""
    for cls in channel_classes().values():
        if cls.stand_in or cls.name not in _with_phones():
            continue
        if not Account.objects.filter(channel=cls.name, removed_at=None).exists():
            here = {field.name: settings.SITE_URL for field in cls.config if field.name == "sites"}
            account = add_account(cls.name, f"{SHOP} · {cls.label}", f"{cls.name}-demo", RULES | here)
            open_channel(account).connect()


def answer(stop: threading.Event) -> None:
    """Be the vendors until told to stop."""
    vendors = []
    for place, cls in enumerate(channels()):
        vendor = import_string(cls.stand_in)()
        vendor.live_in(settings.DATA_DIR / "phones", SHOP)
        vendor.start(settings.PHONE_PORT + place)
        vendors.append(vendor)
    waiting = channels()
    while waiting and not stop.wait(PAUSE):
        waiting = [cls for cls in waiting if not _is_connected(cls)]
    stop.wait()
    for vendor in vendors:
        vendor.stop()


def _is_connected(cls: type[Channel]) -> bool:
    """Connect the shop's account, so that a vendor that pushes knows where to; False while it is not there yet."""
    account = Account.objects.filter(channel=cls.name, removed_at=None).first()
    try:
        if account:
            open_channel(account).connect()
    except NotConnected as error:
        log.info("%s: %s", cls.label, error)
        return False
    return account is not None


def addresses() -> list[tuple[str, str]]:
    """Where customers' phones are: the messenger's name and the path."""
    there = _with_phones()
    names = [(str(cls.label), f"{cls.name}_demo:phone") for cls in channel_classes().values() if cls.name in there]
    return [(label, reverse(name)) for label, name in names]


def _with_phones() -> set[str]:
    return {app.split(".")[-2] for app in settings.DEMO_APPS}


def check() -> list[tuple[str, int]]:
    """The ports that are needed, by the setting that changes them."""
    return [("PHONE_PORT", settings.PHONE_PORT + place) for place, _cls in enumerate(channels())]
