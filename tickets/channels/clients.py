"""Where a request comes from, and how much of something is taken from there: whoever sends too much holds up nobody else."""

import ipaddress
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of something within so many seconds; `name` says of what and of whom."""

    name: str
    most: int
    seconds: int


def client_of(request: HttpRequest) -> str:
    """The client's network: its address, of IPv6 its /64, which is one household."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def count_and_wait(rates: Iterable[Rate], now: float | None = None) -> int:
    """Count one more of each; return in how many seconds more is taken, 0 when it is now. Without Redis nobody is held up."""
    at = time.time() if now is None else now
    return max((_wait(rate, at) for rate in rates), default=0)


def _wait(rate: Rate, at: float) -> int:
    window = int(at // rate.seconds)
    key = f"rate:{rate.name}:{window}"
    try:
        cache.add(key, 0, rate.seconds)
        counted = int(cache.incr(key))
    except (RedisError, OSError, ValueError):
        return 0
    return int((window + 1) * rate.seconds - at) + 1 if counted > rate.most else 0
