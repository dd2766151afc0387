"""Fetching a file that WhatsApp holds, in two steps: where it is, then its bytes. Both take the token (channels.md §3, "Media in")."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bridges.payload import Object, words
from bridges.whatsapp import api
from bridges.whatsapp.api import Access
from bridges.whatsapp.refusals import Refused, is_cut_off
from tickets.channels import NotFetched

TRY_AGAIN = 15.0  # seconds
CUT_OFF_TRIES_AGAIN = 600.0
HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")  # whom the token may be shown to
GONE = (404, 410)


def fetch(access: Access, file: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes, and compare them at the end with what the vendor says they are. Raises NotFetched."""
    try:
        found = api.call(access, "GET", str(file.get("file_id") or "-"), params={"phone_number_id": access.number})
        address = words(found, "url")
        _check(access, address)
        digest = hashlib.sha256()
        with api.streamed(access, address) as response:
            for chunk in response.iter_bytes(1 << 16):
                digest.update(chunk)
                yield chunk
    except Refused as refused:
        raise _not_fetched(refused) from None
    if not _is(digest.digest(), found):
        raise NotFetched(_("What WhatsApp handed out is not the file it spoke of (its sha256 differs)."), TRY_AGAIN)


def _check(access: Access, address: str) -> None:
    parts, own = urlsplit(address), urlsplit(access.url or api.OFFICIAL)
    same = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    host = f".{parts.hostname or ''}"
    if not same and not (parts.scheme == "https" and host.endswith(HOSTS)):
        raise NotFetched(_("WhatsApp named an address that is not its own (%s): nothing is fetched there.") % host[1:])


def _is(digest: bytes, found: Object) -> bool:
    """Whether the digest is the one told, in hex or base64; one that is not told cannot differ."""
    told = words(found, "sha256").strip()
    if not told:
        return True
    known = (digest.hex(), base64.b64encode(digest).decode())
    return any(hmac.compare_digest(one.encode(), told.encode()) for one in known)


def _not_fetched(refused: Refused) -> NotFetched:
    said = refused.description
    if is_cut_off(refused):
        return NotFetched(said, CUT_OFF_TRIES_AGAIN)
    if refused.status in GONE or refused.code == 100:
        return NotFetched(_("WhatsApp does not have this file any more: %s") % said)
    if refused.status in (0, 429) or refused.status >= 500 or refused.code in (1, 2, 4, 131000, 131052):
        return NotFetched(said, refused.retry_after or TRY_AGAIN)
    return NotFetched(said)
