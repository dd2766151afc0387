"""What stands in the places of a text: which there are, how a value is made harmless, and samples for the preview.

Whoever writes to us chooses their name and the subject, and the answer goes where the mail says it came from. So a name must
not carry a message of its own to a third person: what is no name counts as missing.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

LONGEST_NAME = 60
LONGEST_LINE = 200
_NO_NAME = re.compile(r"[@/\\<>|{}\[\]]|\w\.\w{2,}|\d{4,}")  # an address, a link, a number to call


def line(value: str, longest: int = LONGEST_LINE) -> str:
    """Return a value as one line without anything that steers how it is shown: controls, bidi marks, invisible letters."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in value)
    shown = "".join(c for c in visible if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    words = " ".join(shown.split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def person(value: str) -> str:
    """Return a person's name; "" for what is none: an address, a link, something long or without letters."""
    name = line(value, LONGEST_LINE).strip(" \"'“”„«».,;:")
    is_name = len(name) <= LONGEST_NAME and any(c.isalpha() for c in name) and not _NO_NAME.search(name)
    return name if is_name else ""


def link(value: str) -> str:
    """Return an address of a page, which must not be cut."""
    return line(value, 4000)


@dataclass(frozen=True, slots=True)
class Value:
    """What may stand in a place."""

    help: str
    sample: str
    clean: Callable[[str], str] = line


VALUES: Mapping[str, Value] = {
    "name": Value(gettext_noop("the customer's name; missing when it is not known"), "Zoe Reed", person),
    "number": Value(gettext_noop("the number of the conversation"), "1042"),
    "subject": Value(gettext_noop("the subject that the customer gave"), "Printer"),
    "mailbox": Value(gettext_noop("the name of the mailbox"), "Blue Bicycle Help"),
    "opens": Value(gettext_noop("when somebody is here next; missing when that is unknown"), ""),
    "link": Value(gettext_noop("the link"), "https://help.example.org/r/8fK2", link),
    "until": Value(gettext_noop("the day until which the link works"), ""),
    "channel": Value(gettext_noop("the messenger that they write by"), "Chatter"),
    "day": Value(gettext_noop("the day on which they wrote there last; missing when they never did"), ""),
    "address": Value(gettext_noop("the email address that they named"), "zoe@customer.example"),
    "code": Value(gettext_noop("the code that is to be typed into the chat"), "482915"),
    "open": Value(
        gettext_noop("the link that opens the chat; missing where the messenger has none"),
        "https://chatter.example/shop?start=8fK2",
        link,
    ),
    "chat": Value(gettext_noop("a standing link to your messenger"), "https://chat.example.org/bluebicycle", link),
    "not_me": Value(gettext_noop("the link to “this was not me”"), "https://help.example.org/not-me/8fK2/", link),
    "writer": Value(gettext_noop("who wrote the quoted message"), "Zoe Reed"),
    "when": Value(gettext_noop("when the quoted message was written"), ""),
}


def cleaned(values: Mapping[str, object]) -> dict[str, str]:
    """Return values as they may stand in a text."""
    return {
        name: VALUES[name].clean(str(value)) if name in VALUES else line(str(value)) for name, value in values.items()
    }
