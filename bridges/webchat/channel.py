"""Webchat as a channel. There is no vendor: the pages of this folder are both sides of it."""

import re
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from redis import RedisError

from bridges.webchat import mail, out, read, told
from tickets.channels import (
    Account,
    Act,
    Channel,
    Done,
    Field,
    Health,
    Identity,
    Notice,
    Outgoing,
    Probe,
    Refused,
    fault_of_sites,
    keep_address,
    sites_of,
    unseen,
)
from tickets.inbox.accept import accept

COLOUR = "#0f766e"
UNSEEN_MINUTES = 5
LOOKS_EVERY = 10.0  # seconds between two looks for what nobody has read
TYPES_FOR = 6  # seconds that a sign of writing is shown


def colour_fault(typed: str) -> str:
    """Say what is wrong with a colour; "" for nothing."""
    return "" if not typed or re.fullmatch(r"#[0-9a-fA-F]{6}", typed) else _("Write a colour as #0f766e.")


def minutes_fault(typed: str) -> str:
    """Say what is wrong with a number of minutes; "" for nothing."""
    return "" if not typed or (typed.isdecimal() and 1 <= int(typed) <= 1440) else _("From 1 to 1440 minutes.")


def typing_key(account: Account, visitor: str) -> str:
    """Return where it stands for a moment that somebody writes to a visitor."""
    return f"webchat:typing:{account.public_id}:{visitor}"


class Webchat(Channel):
    """The chat of one website, or of several."""

    name: ClassVar[str] = "webchat"
    label: ClassVar[str] = "Chat"
    conversational: ClassVar[bool] = True
    vouches: ClassVar[bool] = True
    capabilities: ClassVar[frozenset[str]] = frozenset({Act.EDIT, Act.WITHDRAW, "typing"})
    audience: ClassVar[str] = "bridges.webchat.visitors.Visitors"
    config: ClassVar[tuple[Field, ...]] = (
        Field(
            "sites",
            gettext_noop("Websites it may stand on"),
            is_long=True,
            check=fault_of_sites,
            help=gettext_noop(
                "One on each line, as https://www.example.com. Nowhere else does a browser show it. Its own page needs none."
            ),
        ),
        Field("title", gettext_noop("Its title"), help=gettext_noop("Without one, the name of this account.")),
        Field(
            "welcome",
            gettext_noop("Its first words"),
            is_long=True,
            help=gettext_noop("Shown before anybody has written. Without any, a sentence in the visitor’s language."),
        ),
        Field("colour", gettext_noop("Its colour"), default=COLOUR, check=colour_fault),
        Field(
            "ask_mail",
            gettext_noop("Ask for an email address at the beginning"),
            default="yes",
            choices=("yes", "no"),
            help=gettext_noop("Never as a condition. What is typed there has to be proven as everywhere."),
        ),
        Field(
            "unseen_minutes",
            gettext_noop("What was not read goes by mail after (minutes)"),
            default=str(UNSEEN_MINUTES),
            check=minutes_fault,
            help=gettext_noop("To visitors who have proven an address."),
        ),
        Field(
            "only_known",
            gettext_noop("Who may write"),
            default="no",
            choices=("no", "yes"),
            called=(gettext_noop("everybody"), gettext_noop("only visitors whom the website vouches for")),
            is_rare=True,
        ),
        Field(
            "site_key",
            gettext_noop("Key of the website"),
            secret=True,
            is_rare=True,
            help=gettext_noop(
                "With it the website signs who its visitors are (JWT, HS256). Choose at least 32 letters that nobody guesses."
            ),
        ),
    )

    @property
    def address(self) -> str:
        """Where the chat has a page of its own."""
        return f"{settings.SITE_URL}/chat/{self.account.public_id}/"

    # In
    def key(self, raw: bytes) -> str | None:
        """The visitor, and the id that their browser gave the message."""
        return read.key(raw)

    def read(self, raw: bytes) -> list[Notice]:
        """All that a payload tells."""
        return read.read(raw)

    def message(self, notice: Notice, raw: bytes) -> bytes:
        """A mail from the visitor, with their files in it."""
        return mail.mail_of(notice, raw, self.account)

    def poll(self, stop: Callable[[], bool]) -> None:
        """Look for what nobody has read: it goes another way, where there is one."""
        self.account.note_fetch()
        while not stop():
            self.look()
            until = time.monotonic() + LOOKS_EVERY
            while not stop() and time.monotonic() < until:
                time.sleep(0.1)

    def look(self) -> None:
        """Tell of each message that was not read in time, once. Raises OSError or DatabaseError when it cannot be stored."""
        typed = str(self.account.config.get("unseen_minutes") or "")
        minutes = int(typed) if typed.isdecimal() else UNSEEN_MINUTES
        for visitor, remote_id in unseen(self.account, timedelta(minutes=minutes)):
            accept(self.account, told.unseen(visitor, remote_id, minutes), source="webchat", key=f"unseen/{remote_id}")

    # The account
    @property
    def identity(self) -> str:
        """Its own id: nobody else has given it one."""
        return self.account.public_id

    def identify(self) -> Identity:
        """Nobody has to be asked."""
        return Identity(self.account.public_id, self.account.name)

    def connect(self) -> None:
        """Make the key that passes are signed with, once."""
        if not self.account.secrets.get("key"):
            self.account.secrets["key"] = secrets.token_urlsafe(32)
            self.account.save(update_fields=["secrets"])
        keep_address(self.account, f"chat-{self.account.public_id}")
        self.account.note_health(Health.WORKING, "")

    def probe(self) -> Probe:
        """It works as long as this server does; without a key nobody gets in."""
        if not self.account.secrets.get("key"):
            return Probe(Health.DEGRADED, _("It has no key yet: save its settings once."))
        return Probe(Health.WORKING)

    def way_out(self) -> str:
        """The line that a website needs, and the address for everybody else."""
        snippet = f'<script async src="{self.address}widget.js"></script>'
        found = [
            _("A website needs this line: %s") % snippet,
            _("it may stand on %s") % (", ".join(sites_of(self.account)) or _("no website yet")),
            _("its own page: %s") % self.address,
            _("the code for a shop’s door: %sqr.svg") % self.address,
        ]
        return " · ".join(found)

    def deep_link(self, payload: str) -> str:
        """The chat's own page. A browser keeps apart who somebody is there and on a website: nothing can be brought along."""
        return "" if payload else self.address

    # Out
    def render(self, outgoing: Outgoing) -> bytes:
        """What the page will show."""
        return out.render(outgoing)

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        """It is there for the page to fetch."""
        out.send(outgoing, done)
        return []

    def correct(self, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
        """The page shows what stands there now."""
        out.send(outgoing, done)

    def typing(self, recipient: str) -> None:
        """For a few seconds."""
        try:
            cache.set(typing_key(self.account, recipient), 1, TYPES_FOR)
        except (RedisError, OSError):
            return


def settings_of(account: Account) -> dict[str, Any]:
    """Return what the pages show of an account's settings."""
    config = account.config
    return {
        "title": str(config.get("title") or account.name),
        "welcome": str(config.get("welcome") or ""),
        "colour": str(config.get("colour") or COLOUR),
        "asks_mail": config.get("ask_mail", "yes") == "yes",
        "only_known": config.get("only_known") == "yes",
    }
