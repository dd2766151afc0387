"""Connecting a number: which one it is, whether it is of this business account, and where WhatsApp pushes."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bridges.payload import Object, identifier, items
from bridges.whatsapp import api, health
from bridges.whatsapp.api import Access
from bridges.whatsapp.refusals import Refused, is_cut_off
from bridges.whatsapp.templates import Found, listed
from tickets.channels import NotConnected

LOCAL = re.compile(r"localhost|.*\.(local|localhost|internal|test|example)|10\..*|127\..*|192\.168\..*|\[?::1\]?")


def ask(access: Access) -> Object:
    """Return what the vendor says of the number. Raises NotConnected, with what to do."""
    return _asked(access, "GET", access.number or "-", params={"fields": health.FIELDS})


def connect(access: Access, business: str, callback: str, verify_token: str) -> Object:
    """Return the number, once it is of `business` and pushes to `callback`. Raises NotConnected."""
    number = ask(access)
    listed = items(_asked(access, "GET", f"{business}/phone_numbers", params={"fields": "id", "limit": 100}), "data")
    if identifier(number, "id") not in [identifier(one, "id") for one in listed]:
        raise NotConnected(
            _("This number is not one of that business account. Look at the two ids: they stand on one page.")
        )
    if not access.url and not is_public(callback):
        words = _("WhatsApp pushes what customers write, and takes a public https address only; %s is none.")
        raise NotConnected(words % callback)
    wanted = {"override_callback_uri": callback, "verify_token": verify_token}
    _asked(access, "POST", f"{business}/subscribed_apps", json=wanted)
    return number


def disconnect(access: Access, business: str) -> None:
    """Take the app off the account's pushes. Raises NotConnected."""
    _asked(access, "DELETE", f"{business}/subscribed_apps")


def templates(access: Access, business: str) -> list[Found]:
    """Return the approved templates. Raises NotConnected."""
    try:
        return listed(access, business)
    except Refused as refused:
        raise NotConnected(_("WhatsApp does not list its templates: %s") % refused.description) from refused


def is_public(address: str) -> bool:
    """Whether WhatsApp can push to an address: https, and no name or number of a private network."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" and "." in host and not LOCAL.fullmatch(host)


def _asked(access: Access, method: str, path: str, **given: object) -> Object:
    try:
        return api.call(access, method, path, **given)  # type: ignore[arg-type]
    except Refused as refused:
        if is_cut_off(refused):
            words = _(
                "WhatsApp refuses the token or the id (%s). Look at both, and that the token may see this number."
            )
            raise NotConnected(words % refused.description) from refused
        text = _("WhatsApp cannot be asked (%s). Try again later, and look at the ids.")
        raise NotConnected(text % refused.description) from refused
