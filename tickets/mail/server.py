"""A mail server as an account's settings name it: where it is, how the way to it is protected, who signs in."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import Protocol

SSL = "ssl"
STARTTLS = "starttls"
NONE = "none"
AUTO = ""  # TLS from the start on its own port, else STARTTLS where the server offers it
CHOICES = (AUTO, SSL, STARTTLS, NONE)


class Bearer(Protocol):
    """Signs in by a token instead of a password (XOAUTH2)."""

    def token(self) -> str:
        """Return a token that is in force. Raises what tickets/mail/grants.py says."""

    def refused(self) -> None:
        """Hear that the server did not take it."""


def xoauth2(user: str, token: str) -> str:
    """Return the first response of SASL XOAUTH2, which Google and Microsoft have in common."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


@dataclass(frozen=True, slots=True)
class Server:
    """An IMAP or SMTP server and the sign-in there: by `password`, or by `bearer`. `security` is one of CHOICES."""

    host: str
    port: int
    security: str = AUTO
    user: str = ""
    password: str = field(default="", repr=False)
    bearer: Bearer | None = field(default=None, repr=False, compare=False)

    @property
    def is_local(self) -> bool:
        """On this machine: nobody listens in between."""
        return is_loopback(self.host)

    @property
    def tls_first(self) -> bool:
        """Whether TLS begins with the connection (RFC 8314)."""
        return self.security == SSL or (self.security == AUTO and self.port in (465, 993))

    def wants_starttls(self, offered: bool) -> bool:
        """Whether to upgrade the connection."""
        if self.tls_first or self.security == NONE:
            return False
        return self.security == STARTTLS or (offered and not self.is_local)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, by name or number."""
    if host.lower() in ("localhost", "localhost.localdomain"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def tls() -> ssl.SSLContext:
    """Return a TLS context that checks certificates and names."""
    return ssl.create_default_context()
