"""Connecting a bot: which one it is, and where Viber pushes."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bridges.payload import Object
from bridges.viber import api
from bridges.viber.api import Access
from bridges.viber.refusals import Refused, is_cut_off
from tickets.channels import NotConnected

EVENTS = ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"]
LOCAL = re.compile(r"localhost|.*\.(local|localhost|internal|test|example)|10\..*|127\..*|192\.168\..*|\[?::1\]?")


def ask(access: Access) -> Object:
    """Return what the vendor says of the bot. Raises NotConnected, with what to do."""
    return _asked(access, "get_account_info")


def push_to(access: Access, callback: str) -> None:
    """Make Viber push to `callback`; it calls there before it answers. Raises NotConnected."""
    parts = urlsplit(callback)
    is_public = parts.scheme == "https" and "." in (parts.hostname or "") and not LOCAL.fullmatch(parts.hostname or "")
    if not access.url and not is_public:
        words = _("Viber pushes what customers write, and takes a public https address only; %s is none.")
        raise NotConnected(words % callback)
    _asked(access, "set_webhook", url=callback, event_types=EVENTS, send_name=True, send_photo=True)


def disconnect(access: Access) -> None:
    """Take the address off. Viber then lets nobody write to the bot any more. Raises NotConnected."""
    _asked(access, "set_webhook", url="")


def _asked(access: Access, method: str, **given: object) -> Object:
    try:
        return api.call(access, method, **given)
    except Refused as refused:
        if is_cut_off(refused):
            words = _("Viber refuses the token (%s). Look it up in Viber's admin panel, under “Edit info”.")
            raise NotConnected(words % refused.description) from refused
        words = _("Viber cannot be asked, or cannot reach this helpdesk (%s). Try again later.")
        raise NotConnected(words % refused.description) from refused
