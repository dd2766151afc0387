"""Which IMAP server a command means: that of a connected mailbox, or one named by a URL."""

import os
import sys
from dataclasses import dataclass
from getpass import getpass
from urllib.parse import unquote, urlsplit

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets.mail.mailbox import folder_of, imap_server
from tickets.mail.routes import load
from tickets.mail.server import AUTO, SSL, Server
from tickets.models import Account


@dataclass(frozen=True, slots=True)
class Place:
    """A server to read from."""

    server: Server
    home: str | None = None  # the mailbox that its mail belongs to, when that is known
    polled: str = ""  # the folder that is read anyway


def named(wanted: str) -> Place:
    """Return the server of an account (its name or address) or of a URL. Raises CommandError."""
    if "://" in wanted:
        return _of_url(wanted)
    accounts = Account.objects.filter(Q(address=wanted.lower()) | Q(name=wanted), removed_at=None)
    found = [(account, server) for account in accounts if (server := imap_server(account))]
    if not found:
        raise CommandError(
            _("There is no mailbox %s that is read by IMAP. Name one, or write imaps://user@host.") % wanted
        )
    account, server = found[0]
    return Place(server, account.address, folder_of(account))


def _of_url(url: str) -> Place:
    """imaps://user@host:port, with the password in IMAP_PASSWORD, in the URL, or asked for."""
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise CommandError(_("%s names no server and user. Write imaps://user@host or imap://user@host:port.") % url)
    user = unquote(parts.username)
    security = SSL if parts.scheme == "imaps" else AUTO
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    server = Server(parts.hostname, port, security, user, _password(unquote(parts.password or "")))
    account = load().find(user)
    return Place(server, account.address if account else None)


def _password(written: str) -> str:
    known = written or os.environ.get("IMAP_PASSWORD", "")
    if not known and sys.stdin.isatty():
        known = getpass(_("Password: "))
    if not known:
        raise CommandError(_("Put the password into the environment as IMAP_PASSWORD."))
    return known
