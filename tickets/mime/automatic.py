"""Machines' mail: bounces, delivery reports, receipts, complaints, automatic replies; and whether a mail may be answered by one."""

from dataclasses import dataclass, field
from typing import Protocol

from tickets.mime.headers import Headers
from tickets.mime.parts import Part


class Answerable(Protocol):
    """What `may_answer` looks at: a `parse.Mail` has it."""

    headers: Headers
    kind: str



@dataclass(slots=True)
class Recipient:
    """One address a report speaks of. `permanent` is None if it cannot be told."""

    recipient: str | None
    status: str | None = None
    permanent: bool | None = None
    diagnostic: str | None = None


@dataclass(slots=True)
class Bounce:
    """What a report of failed or delayed delivery says (interfaces.md §1)."""

    recipient: str | None
    status: str | None
    permanent: bool | None
    diagnostic: str | None
    original_message_id: str | None
    recipients: list[Recipient] = field(default_factory=list)


def classify(root: Part, text: str) -> tuple[str, Bounce | None]:
    """`kind` and `bounce` of interfaces.md §1 for a mail whose parts are `root` and whose readable text is `text`."""
    return "message", None


def may_answer(mail: Answerable, envelope_sender: str | None = None) -> tuple[bool, str]:
    """May an automatic mail answer this one? (channels.md §7.2, RFC 3834 §2). The text is the reason, for people."""
    return True, "written by a person"
