"""Variables in saved replies: {contact.name} and the like. What has no value stays as it stands, and stops sending."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tickets.models import Account, Agent, Ticket


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a text is about. `name`: the customer's; a message to a new address has no ticket yet."""

    agent: Agent
    name: str = ""
    ticket: Ticket | None = None
    mailbox: Account | None = None


def first_name(name: str) -> str:
    """Return what a person is called by those who write to them; of "Reed, Zoe" and "Zoe Reed" it is Zoe."""
    last, comma, first = name.partition(",")
    words = (first if comma and first.strip() else last).split()
    return words[0] if words else ""


VALUES: dict[str, Callable[[About], str]] = {
    "contact.name": lambda about: about.name,
    "contact.first_name": lambda about: first_name(about.name),
    "ticket.number": lambda about: str(about.ticket.number) if about.ticket else "",
    "ticket.subject": lambda about: about.ticket.subject if about.ticket else "",
    "agent.name": lambda about: about.agent.name,
    "agent.first_name": lambda about: first_name(about.agent.name),
    "mailbox.name": lambda about: about.mailbox.name if about.mailbox else "",
    "mailbox.address": lambda about: about.mailbox.address if about.mailbox else "",
}
_KNOWN = re.compile(rf"\{{({'|'.join(map(re.escape, VALUES))})\}}")
_ANY = re.compile(r"\{((?:contact|ticket|agent|mailbox)\.[\w.]*)\}")


def fill(text: str, about: About) -> str:
    """Return `text` with each variable replaced by its value; one without a value stays. What is put in is not read again."""
    return _KNOWN.sub(lambda match: VALUES[match[1]](about) or match[0], text)


def left_in(text: str) -> list[str]:
    """Return the variables that still stand in a text, each once, in their braces."""
    return list(dict.fromkeys(match[0] for match in _KNOWN.finditer(text)))


def unknown_in(text: str) -> list[str]:
    """Return what looks like a variable and is none, each once, in its braces."""
    return list(dict.fromkeys(match[0] for match in _ANY.finditer(text) if match[1] not in VALUES))
