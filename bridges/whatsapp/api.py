"""The Graph API over httpx: one client in each process. Imported only when a call is made.

The access token travels in a header, never in an address; no reason, log line or address holds it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from bridges.payload import Object
from bridges.whatsapp.refusals import Refused, words_of

OFFICIAL = "https://graph.facebook.com"
VERSION = "v26.0"  # pinned: pywa 4.5.0 models it (channels.md §3)
PATIENCE = 30.0  # seconds for an answer
UPLOAD_PATIENCE = 120.0
UNWRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
UNREADABLE, GONE = 100, 33
HEADERS = {"User-Agent": "Holdfast"}


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API is, and with what; `number`: the phone_number_id."""

    token: str
    url: str
    number: str

    def address(self, path: str) -> str:
        """Return the address of a node or an edge, at the pinned version."""
        return f"{self.url or OFFICIAL}/{VERSION}/{path}"

    def hidden(self, words: str) -> str:
        """Return words of a vendor or a library without the token."""
        return words.replace(self.token, "<token>") if self.token else words


def call(access: Access, method: str, path: str, patience: float = PATIENCE, **given: Any) -> Object:
    """Make a call and return the object it answers with. Raises Refused.

    `given`: what httpx takes: json, params, files, data.
    """
    _check(access)
    try:
        response = client(os.getpid()).request(
            method, access.address(path), headers=_headers(access), timeout=patience, **given
        )
    except UNWRITTEN as error:
        raise Refused(0, access.hidden(f"{type(error).__name__}: {error}"), written=False) from None
    except httpx.HTTPError as error:
        raise Refused(0, access.hidden(f"{type(error).__name__}: {error}")) from None
    found = _object(response.content)
    if response.is_success and found is not None and "error" not in found:
        return found
    raise _refused(access, response, found or {})


def _check(access: Access) -> None:
    """What no header can hold is not sent anywhere."""
    if not access.token or not access.token.isascii() or not access.token.isprintable() or " " in access.token:
        raise Refused(401, "The access token is empty or no token at all. (code 190)", 190, written=False)


def _headers(access: Access) -> dict[str, str]:
    return {**HEADERS, "Authorization": f"Bearer {access.token}"}


def _object(content: bytes) -> Object | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refused(access: Access, response: httpx.Response, found: Object) -> Refused:
    error = found.get("error")
    if not isinstance(error, dict):
        said = f"HTTP {response.status_code}: {response.text[:200]}".strip()
        # An answer of 200 that cannot be read may well mean that it was done.
        return Refused(0 if response.is_success else response.status_code, access.hidden(said))
    code = error.get("code")
    if code == UNREADABLE and error.get("error_subcode") == GONE:
        code, error = GONE, error | {"code": GONE}  # Graph API: there is no such object, or this token may not see it
    return Refused(
        response.status_code,
        access.hidden(words_of(error) or f"HTTP {response.status_code}"),
        code if isinstance(code, int) and not isinstance(code, bool) else None,
        _wait(response),
    )


def _wait(response: httpx.Response) -> float | None:
    """Return how long the vendor asks to wait: Retry-After in seconds, or the minutes of its own header (Graph API rate limits)."""
    after = response.headers.get("Retry-After", "")
    if after.isdigit():
        return float(after)
    usage = _object(response.headers.get("X-Business-Use-Case-Usage", "").encode()) or {}
    listed = [one for value in usage.values() if isinstance(value, list) for one in value if isinstance(one, dict)]
    minutes = [one.get("estimated_time_to_regain_access") for one in listed]
    longest = max((one for one in minutes if isinstance(one, int)), default=0)
    return longest * 60.0 or None


@contextmanager
def streamed(access: Access, address: str) -> Iterator[httpx.Response]:
    """Open a file that the API named; it takes the token too. Raises Refused."""
    _check(access)
    try:
        with client(os.getpid()).stream("GET", address, headers=_headers(access), timeout=PATIENCE) as response:
            if not response.is_success:
                response.read()
                raise _refused(access, response, _object(response.content) or {})
            yield response
    except httpx.HTTPError as error:
        raise Refused(0, access.hidden(f"{type(error).__name__}: {error}")) from None


@lru_cache(1)  # by process: sockets are not shared after a fork
def client(process: int) -> httpx.Client:
    """Return the client of this process; its connections are kept open between calls."""
    return httpx.Client(timeout=PATIENCE, limits=httpx.Limits(max_connections=20, keepalive_expiry=30))
