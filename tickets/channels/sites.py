"""The websites on which a page of an account may stand: their origins, as a browser names them (RFC 6454 §6.2)."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from tickets.models import Account

_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?")


def origin_of(typed: str) -> str:
    """Return the origin of an address that somebody typed; "" when it has none. Without a scheme https is meant."""
    parts = urlsplit(typed.strip().lower() if "//" in typed else f"https://{typed.strip().lower()}")
    is_origin = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) and not parts.path.strip("/")
    return f"{parts.scheme}://{parts.netloc}" if is_origin else ""


def fault_of_sites(typed: str) -> str:
    """Say what is wrong with a list of addresses, one on each line; "" for nothing."""
    wrong = [line for line in typed.split() if not origin_of(line)]
    words = _("%s is no address of a website: write https://www.example.com, without what follows.")
    return words % wrong[0] if wrong else ""


def sites_of(account: Account) -> list[str]:
    """Return the origins on which the pages of an account may stand, as its setting “sites” names them."""
    typed = str(account.config.get("sites") or "").split()
    return list(dict.fromkeys(filter(None, map(origin_of, typed))))
