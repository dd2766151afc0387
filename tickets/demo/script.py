"""The demo's script: the shop, its people, its conversations, and what happens in each. Data only, no Django.

The conversations stand in conversations/*.toml. A step says when it happens (`at`), what (its kind) and who does it
(`by`). `at` is "12d 09:14" (twelve days ago at 09:14) or, for today, "3h", "40m" or "2h 15m" before now.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "conversations"
LANGUAGES = ("en", "de", "fr", "it", "uk", "ar", "ja")
INCOMING = ("in", "vacation", "bounce")
KINDS = (*INCOMING, "reply", "note", "assign", "tag", "state", "priority")
STATES = ("new", "open", "waiting", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")


@dataclass(frozen=True)
class Person:
    """Somebody with a name and an email address."""

    name: str
    address: str

    def __str__(self) -> str:
        return self.name or self.address

    @classmethod
    def parse(cls, written: str) -> Person:
        """Read `Name <address>`; ValueError when there is no address."""
        name, address = parseaddr(written)
        if "@" not in address:
            raise ValueError(f"{written!r} has no email address; write it as: Name <name@domain.example>")
        return cls(name, address)


AGENTS: Mapping[str, Person] = {
    "ann": Person("Ann Oak", "ann@harbourlane.example"),
    "ben": Person("Ben Okafor", "ben@harbourlane.example"),
    "chiara": Person("Chiara Rossi", "chiara@harbourlane.example"),
    "dmytro": Person("Dmytro Shevchenko", "dmytro@harbourlane.example"),
}
ADMINISTRATOR = "ann"

MAILBOXES: Mapping[str, Person] = {
    "support": Person("Workshop at Harbour Lane", "support@harbourlane.example"),
    "orders": Person("Orders at Harbour Lane", "orders@harbourlane.example"),
    "billing": Person("Billing at Harbour Lane", "billing@harbourlane.example"),
}
SIGNATURES: Mapping[str, str] = {
    "support": "Workshop at Harbour Lane\nOpen Monday to Saturday, 9 to 18",
    "orders": "Orders at Harbour Lane\nBicycles, parts and repair",
    "billing": "Billing at Harbour Lane",
}


@dataclass(frozen=True)
class Step:
    """One thing that happens in a conversation. `body` is the text, or the value (a state, a tag, an agent's key)."""

    at: str
    kind: str
    body: str
    by: str = ""
    sender: Person | None = None
    html: str = ""
    client: str = ""
    cc: tuple[Person, ...] = ()
    files: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()

    @property
    def is_incoming(self) -> bool:
        """Whether this step is a mail to the shop."""
        return self.kind in INCOMING


@dataclass(frozen=True)
class Conversation:
    """One conversation, from the customer's first mail to where it stands today."""

    subject: str
    customer: Person
    mailbox: str
    language: str
    client: str
    charset: str
    steps: tuple[Step, ...]
    checks: str = "pass"  # what the shop's mail server found about the sender


def moment(age: str, now: datetime) -> datetime:
    """The time that an age like "12d 09:14" or "2h 15m" means, seen from `now` (aware); ValueError when misspelt."""
    if day := re.fullmatch(r"(\d+)d (\d\d):(\d\d)", age):
        days, hour, minute = map(int, day.groups())
        return (now - timedelta(days=days)).replace(hour=hour, minute=minute, second=7 * minute % 60, microsecond=0)
    if near := re.fullmatch(r"(?:(\d+)h)? ?(?:(\d+)m)?", age):
        hours, minutes = (int(part or 0) for part in near.groups())
        return now - timedelta(hours=hours, minutes=minutes)
    raise ValueError(f"{age!r} is not an age; write it as: 12d 09:14, or 2h 15m")


def conversations(folder: Path = FOLDER) -> tuple[Conversation, ...]:
    """Read every conversation of the script; ValueError names the file and subject that cannot be read."""
    return tuple(conversation for path in sorted(folder.glob("*.toml")) for conversation in _read(path))


def _read(path: Path) -> Iterator[Conversation]:
    for table in tomllib.loads(path.read_text(encoding="utf-8"))["conversation"]:
        try:
            yield _conversation(table)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path.name}, {table.get('subject', 'no subject')!r}: {error}") from error


def _conversation(table: Mapping[str, Any]) -> Conversation:
    return Conversation(
        subject=table["subject"],
        customer=Person.parse(table["from"]),
        mailbox=_known(table["mailbox"], tuple(MAILBOXES)),
        language=_known(table["language"], LANGUAGES),
        client=table["client"],
        charset=table.get("charset", "utf-8"),
        steps=tuple(_step(step) for step in table["steps"]),
        checks=table.get("checks", "pass"),
    )


def _step(table: Mapping[str, Any]) -> Step:
    (kind,) = (key for key in table if key in KINDS)
    step = Step(
        at=table["at"],
        kind=kind,
        body=str(table[kind]).strip("\n"),
        by=table.get("by", ""),
        sender=Person.parse(table["from"]) if "from" in table else None,
        html=table.get("html", ""),
        client=table.get("client", ""),
        cc=tuple(Person.parse(written) for written in table.get("cc", ())),
        files=tuple(table.get("files", ())),
        inline=tuple(table.get("inline", ())),
    )
    _check(step)
    return step


def _check(step: Step) -> None:
    if not step.is_incoming:
        _known(step.by, tuple(AGENTS))
    if step.kind in VALUES:
        _known(step.body, VALUES[step.kind])


VALUES: Mapping[str, tuple[str, ...]] = {"assign": tuple(AGENTS), "state": STATES, "priority": PRIORITIES}


def _known(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
    return value


# The mail that the demo sets aside. It is not among the eighty.
PARKED = Conversation(
    subject="Offer for used wheels",
    customer=Person("Velo Recycling Rheinau", "einkauf@velo-recycling.example"),
    mailbox="orders",
    language="en",
    client="webmail",
    charset="utf-8",
    steps=(
        Step(
            at="1h 20m",
            kind="in",
            body="Good afternoon,\n\nwe buy used wheels, also bent ones. May we send you a price list?\n\nVelo Recycling Rheinau",
        ),
    ),
)
