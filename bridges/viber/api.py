"""Viber's REST Bot API over httpx: one client in each process. Imported only when a call is made.

The token travels in a header, never in an address; no reason, log line or address holds it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from bridges import payload
from bridges.payload import Object, whole, words
from bridges.viber.refusals import Refused, words_of

OFFICIAL = "https://chatapi.viber.com"
PATIENCE = 30.0  # seconds for an answer
UNWRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
HEADERS = {"User-Agent": "Holdfast"}
TOKEN = 2  # invalidAuthToken


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API is, and with what."""

    token: str
    url: str = ""

    @property
    def base(self) -> str:
        return self.url or OFFICIAL

    def hidden(self, said: str) -> str:
        """Return words of a vendor or a library without the token."""
        return said.replace(self.token, "<token>") if self.token else said


def call(access: Access, method: str, **given: Any) -> Object:
    """Make a call and return the object it answers with, once its status is 0. Raises Refused."""
    _check(access)
    headers = HEADERS | {"X-Viber-Auth-Token": access.token}
    try:
        response = client(os.getpid()).post(f"{access.base}/pa/{method}", json=given, headers=headers)
    except UNWRITTEN as error:
        raise Refused(access.hidden(f"{type(error).__name__}: {error}"), written=False) from None
    except httpx.HTTPError as error:
        raise Refused(access.hidden(f"{type(error).__name__}: {error}")) from None
    found, defect = payload.load(response.content)
    status = whole(found, "status")
    if defect or status is None:
        raise Refused(access.hidden(f"HTTP {response.status_code}: {response.text[:200]}".strip()))
    if status:
        raise Refused(access.hidden(words_of(status, words(found, "status_message"))), status)
    return found


def _check(access: Access) -> None:
    """What no header can hold is not sent anywhere."""
    if not access.token or not access.token.isascii() or not access.token.isprintable() or " " in access.token:
        raise Refused(words_of(TOKEN, "The token is empty or no token at all."), TOKEN, written=False)


@contextmanager
def streamed(address: str) -> Iterator[httpx.Response]:
    """Open a file that a user sent; its address is its key. Raises Refused."""
    try:
        with client(os.getpid()).stream("GET", address, headers=HEADERS) as response:
            if not response.is_success:
                raise Refused(f"HTTP {response.status_code}", written=response.status_code >= 500)
            yield response
    except httpx.HTTPError as error:
        raise Refused(f"{type(error).__name__}: {error}") from None


@lru_cache(1)  # by process: sockets are not shared after a fork
def client(process: int) -> httpx.Client:
    """Return the client of this process; its connections are kept open between calls."""
    return httpx.Client(timeout=PATIENCE, limits=httpx.Limits(max_connections=20, keepalive_expiry=30))
