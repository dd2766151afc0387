"""Which mailbox takes mail for an address."""

import re
import threading
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets.actions.accounts import add_account
from tickets.mail.server import is_loopback
from tickets.models import Account

FRESH_SECONDS = 2.0
CATCH_ALL = "catch_all"  # in Account.state: takes what no mailbox takes
_SIGNED = r"[a-z0-9]{2,40}-[a-z2-7]{16}"  # the form of identifiers.reply_token


@dataclass(frozen=True, slots=True)
class Routes:
    """The mailboxes by address, as they stood when this was made."""

    exact: dict[str, Account] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], Account], ...] = ()
    catch_all: Account | None = None

    @property
    def is_fresh_start(self) -> bool:
        """Whether no mailbox was set up by a person yet."""
        return all(account.state.get(CATCH_ALL) for account in self.exact.values())

    def find(self, address: str) -> Account | None:
        """Return the mailbox of an address: its own, with anything behind a plus, or one of its signed addresses."""
        wanted = address.strip().lower()
        local, _at, domain = wanted.rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        found = self.exact.get(wanted) or self.exact.get(plain)
        if found:
            return found
        return next((account for pattern, account in self.patterns if pattern.fullmatch(wanted)), None)


def load() -> Routes:
    """Read the mailboxes. One query."""
    exact: dict[str, Account] = {}
    patterns: list[tuple[re.Pattern[str], Account]] = []
    catch_all = None
    for account in Account.objects.filter(channel="email", removed_at=None).order_by("-pk"):
        exact[account.address.lower()] = account
        if "{token}" in str(account.config.get("reply_pattern") or ""):
            patterns.append((pattern_of(account.config["reply_pattern"]), account))
        if account.state.get(CATCH_ALL):
            catch_all = account
    return Routes(exact, tuple(patterns), catch_all)


def pattern_of(written: str) -> re.Pattern[str]:
    """Return what matches the signed addresses of a pattern like ticket-{token}@desk.example."""
    before, _mark, after = written.lower().partition("{token}")
    return re.compile(re.escape(before) + _SIGNED + re.escape(after))


class RouteTable:
    """Routes that are read again when they are older than two seconds. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._routes = Routes()
        self._read_at = 0.0

    def known(self, address: str) -> Account | None:
        """Return the mailbox of an address if that can be said without asking the database."""
        return self._routes.find(address) if time.monotonic() - self._read_at < FRESH_SECONDS else None

    def find(self, address: str) -> Account | None:
        """Return the mailbox of an address, asking the database when need be. Raises DatabaseError."""
        return self.known(address) or self.current().find(address)

    def current(self) -> Routes:
        """Return routes read a moment ago. Raises DatabaseError."""
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS / 4:
                self._routes = load()
                self._read_at = time.monotonic()
            return self._routes

    def find_or_start(self, address: str, host: str) -> Account | None:
        """As find; before the first mailbox is set up, mail on a loopback address goes to the catch-all."""
        found = self.find(address)
        if found or not (is_loopback(host) and self.current().is_fresh_start):
            return found
        return first_mailbox()


def first_mailbox() -> Account:
    """Return the mailbox that takes what no other takes, and make it when it is missing."""
    found = Account.objects.filter(channel="email", removed_at=None).order_by("pk")
    for account in found:
        if account.state.get(CATCH_ALL):
            return account
    try:
        with transaction.atomic():
            return make_catch_all()
    except IntegrityError:  # another process was quicker
        return next(account for account in found.all() if account.state.get(CATCH_ALL))


def make_catch_all() -> Account:
    """Make the catch-all under the address that mail leaves from by default."""
    local, _at, domain = settings.DEFAULT_FROM_EMAIL.lower().rpartition("@")
    address = unused(f"{local}@{'localhost' if is_loopback(domain) else domain}")
    return add_account("email", _("Mail"), address, state={CATCH_ALL: True})


def unused(address: str) -> str:
    """Return `address`, or a variant of it that no mailbox of a person has: two catch-alls made at once collide."""
    mailboxes = Account.objects.filter(channel="email", removed_at=None)
    taken = {account.address for account in mailboxes if not account.state.get(CATCH_ALL)}
    local, _at, domain = address.rpartition("@")
    names = (address, *(f"{local}-{number}@{domain}" for number in range(2, 1000)))
    return next(name for name in names if name not in taken)
