"""A pass says which visitor somebody is. We sign it; nothing is kept of it, so that whoever only looks leaves no row.

It is revoked by number: each pass has one, and the visitor's own address says from which number on passes count. A new key of the
account ends all of them. A site that knows its visitors signs a short JWT (RFC 7519, HS256) instead, and gets a pass for it.
"""

import hmac
import secrets
import time
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt

from tickets.channels import Account, kept_with

LASTS = 24 * 3600  # seconds, of a pass that a site vouched for: its people sign out
LONGEST_JWT = 4096
ANONYMOUS, KNOWN = "v", "k"  # how a visitor's id begins


class NoPass(Exception):
    """Somebody is not who they say they are; the text says what is wrong, for whoever runs the site."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Who somebody is."""

    visitor: str
    number: int = 0
    until: int = 0  # Unix time; 0: for good


@dataclass(frozen=True, slots=True)
class Person:
    """What a site says of somebody it knows."""

    visitor: str
    name: str = ""
    email: str = ""


def stranger() -> Pass:
    """Return a pass for somebody new: 125 bits that nobody guesses."""
    return Pass(ANONYMOUS + _letters(secrets.token_bytes(16)))


def _letters(raw: bytes) -> str:
    return b32encode(raw).decode().lower().rstrip("=")[:25]


def written(account: Account, given: Pass) -> str:
    """Return a pass as a visitor's browser keeps it."""
    claims = f"{given.visitor}.{given.number}.{given.until}"
    return f"{claims}.{_mark(account, claims)}"


def _mark(account: Account, claims: str) -> str:
    key = str(account.secrets.get("key", "")).encode()
    return hmac.new(key, f"{account.public_id}.{claims}".encode(), sha256).hexdigest()[:43]


def read(account: Account, token: str) -> Pass | None:
    """Return the pass in `token` when it is one of ours for this account, and still counts; compared in constant time."""
    claims, _dot, mark = token[:200].rpartition(".")
    visitor, _dot, numbers = claims.partition(".")
    number, _dot, until = numbers.partition(".")
    known = hmac.compare_digest(mark.encode("utf-8", "replace"), _mark(account, claims).encode())
    if not account.secrets.get("key") or not known or not number.isdecimal() or not until.isdecimal():
        return None
    found = Pass(visitor, int(number), int(until))
    if found.until and found.until < time.time():
        return None
    return None if found.number < _counts_from(account, visitor) else found


def _counts_from(account: Account, visitor: str) -> int:
    number = kept_with(account, visitor).get("passes_from")
    return number if isinstance(number, int) else 0


def known(account: Account, token: str) -> Person:
    """Return whom a site's JWT is about: `sub` who it is, `exp` when it ends, `name` and `email` if it likes. Raises NoPass."""
    key = str(account.secrets.get("site_key", ""))
    if not key:
        raise NoPass("This chat has no key for its site: enter one in the account's settings.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token[:LONGEST_JWT], key, algorithms=["HS256"], options={"require": ["exp", "sub"]}, leeway=30
        )
    except jwt.PyJWTError as error:
        raise NoPass(f"The site's JWT does not count: {error}.") from error
    if not _text(claims, "sub"):
        raise NoPass("The site's JWT says nobody: its “sub” is empty.")
    digest = sha256(f"{account.public_id} {claims['sub']}".encode()).digest()[:16]
    return Person(KNOWN + _letters(digest), _text(claims, "name"), _text(claims, "email"))


def _text(claims: dict[str, Any], name: str) -> str:
    return str(claims.get(name) or "").strip()[:200]


def for_known(account: Account, person: Person) -> Pass:
    """Return the pass of somebody whom a site vouches for; it ends after a day, and a new JWT renews it."""
    return Pass(person.visitor, _counts_from(account, person.visitor), int(time.time()) + LASTS)
