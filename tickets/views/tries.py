"""Wrong tries are counted for a person at one client: whoever guesses locks nobody out but themselves.

A client is a network address (of IPv6 its /64, which is one household). Somebody elsewhere with the right password gets in.
"""

import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import ngettext
from redis import RedisError

from tickets.channels.clients import client_of

MOST_TRIES = 10  # wrong ones for one person from one client
MOST_TRIES_FROM = 100  # and for anybody from there, which a whole office or a proxy may share
MOST_MAILED = 3  # links to one address, from wherever they are asked for
TRIES_SECONDS = 15 * 60


def limits_of(request: HttpRequest, what: str, person: str) -> dict[str, int]:
    """The counters of a try: `what` is tried, for `person`."""
    client = client_of(request)
    return {f"tries:{what}:{client}:{person}": MOST_TRIES, f"tries:{what}:{client}": MOST_TRIES_FROM}


def limits_of_mail(address: str) -> dict[str, int]:
    """The counter of links that are mailed to somebody: nobody's mailbox is filled by strangers."""
    return {f"tries:mailed:{address}": MOST_MAILED}


def wait(limits: dict[str, int]) -> int:
    """For how many seconds nothing is tried there; 0 when it may be. Without Redis nobody is locked out."""
    try:
        until = [int(cache.get(f"{key}:until", 0)) for key, most in limits.items() if int(cache.get(key, 0)) >= most]
    except (RedisError, OSError):
        return 0
    return max(0, *(moment - int(time.time()) for moment in until)) if until else 0


def count(limits: dict[str, int]) -> None:
    """Count a wrong try."""
    try:
        for key in limits:
            if cache.add(key, 0, TRIES_SECONDS):
                cache.set(f"{key}:until", int(time.time()) + TRIES_SECONDS, TRIES_SECONDS)
            cache.incr(key)
    except (RedisError, OSError, ValueError):
        return


def too_many(seconds: int) -> str:
    """How long to wait, in words."""
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many tries from here. Try again in %(count)d minute.",
        "Too many tries from here. Try again in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
