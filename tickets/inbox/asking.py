"""Asking DNS, within a limit: one mail's questions share a deadline, and a DNS that is silent is left alone for a while."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import dns.exception
import dns.rdatatype
import dns.resolver
from django.conf import settings

LIMIT = 3.0  # seconds for everything that one batch of mails asks
LEFT_ALONE = 60.0  # seconds in which a DNS that gave no answer is not asked again
SPOKE_LATELY = 10.0  # seconds since an answer to anybody: then one slow domain is not the whole DNS
CACHED = 5000
log = logging.getLogger(__name__)


class Silent(Exception):
    """DNS gave no answer in time, or cannot be reached."""


@dataclass(slots=True)
class _Silence:
    until: float = 0.0
    answered: float = float("-inf")


_silence = _Silence()


def is_silent() -> bool:
    """Whether DNS gave no answer a moment ago."""
    return time.monotonic() < _silence.until


def forget_silence() -> None:
    """Ask again at once."""
    _silence.until = 0.0


@lru_cache(maxsize=2)
def _resolver(servers: str) -> dns.resolver.Resolver:
    """The resolver of this machine, or of DNS_SERVERS. Raises NoResolverConfiguration."""
    resolver = dns.resolver.Resolver(configure=not servers)
    for server in servers.split(",") if servers else []:
        host, _, port = server.strip().rpartition(":") if server.count(":") == 1 else (server.strip(), "", "53")
        resolver.nameservers = [*resolver.nameservers, host]
        resolver.nameserver_ports[host] = int(port)
    resolver.cache = dns.resolver.LRUCache(CACHED)
    return resolver


class Asking:
    """The questions of one mail; after `seconds` each of them raises Silent."""

    def __init__(self, seconds: float = LIMIT) -> None:
        self.deadline = time.monotonic() + seconds
        self.was_silent = False

    def records(self, name: str, kind: str) -> Sequence[Any]:
        """Return the records of a name, [] when there are none or it is no name. Raises Silent."""
        left = self.deadline - time.monotonic()
        if left <= 0 or is_silent():
            self.was_silent = True
            raise Silent
        try:
            answer = _resolver(settings.DNS_SERVERS).resolve(
                name, kind, lifetime=left, search=False, raise_on_no_answer=False
            )
        except (dns.exception.Timeout, dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration) as error:
            self._note(error)
            raise Silent from error
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return []
        _silence.answered = time.monotonic()
        return list(answer.rrset or [])

    def _note(self, error: Exception) -> None:
        self.was_silent = True
        now = time.monotonic()
        if not isinstance(error, dns.resolver.NoNameservers) and now - _silence.answered > SPOKE_LATELY:
            log.warning("DNS gave no answer; senders are not verified for %d s.", LEFT_ALONE)
            _silence.until = now + LEFT_ALONE

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each in one piece. Raises Silent."""
        return [
            b"".join(one.strings).decode("utf-8", "replace")
            for one in self.records(name, "TXT")
            if one.rdtype == dns.rdatatype.TXT
        ]
