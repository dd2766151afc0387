"""Fetching a file that a user sent: Viber names an address that is good for a short time, so it is fetched at once (channels.md §2)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bridges.viber import api
from bridges.viber.api import Access
from bridges.viber.refusals import Refused
from tickets.channels import NotFetched

TRY_AGAIN = 15.0  # seconds
HOST = ".viber.com"


def fetch(access: Access, file: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes. Raises NotFetched; an address that is not Viber's own is not opened."""
    address = str(file.get("url") or "")
    parts, own = urlsplit(address), urlsplit(access.base)
    same = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    if not same and not (parts.scheme == "https" and f".{parts.hostname or ''}".endswith(HOST)):
        named = parts.hostname or address[:60] or "–"
        raise NotFetched(_("Viber named an address that is not its own (%s): nothing is fetched there.") % named)
    try:
        with api.streamed(address) as response:
            yield from response.iter_bytes(1 << 16)
    except Refused as refused:
        if refused.written:
            raise NotFetched(refused.description, TRY_AGAIN) from None
        raise NotFetched(_("Viber does not have this file any more: %s") % refused.description) from None
