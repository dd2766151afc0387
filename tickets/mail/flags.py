"""The marks that mail programs leave on a mail, under the names that an import knows: answered, flagged, draft, deleted."""

from collections.abc import Iterable
from pathlib import Path

from tickets.mime.headers import Headers

LEFT_OUT = {
    "draft": "a draft, never sent",
    "deleted": "deleted, not yet removed",
    "spam": "spam",
    "trash": "in the bin",
}
_MAILDIR = {
    "R": "answered",
    "F": "flagged",
    "D": "draft",
    "T": "deleted",
}  # S (seen) and P (passed on) say nothing here
_STATUS = {"A": "answered", "F": "flagged", "T": "draft", "D": "deleted"}  # mbox: Status and X-Status
_MOZILLA = {0x0002: "answered", 0x0004: "flagged", 0x0008: "deleted"}  # Thunderbird: X-Mozilla-Status
_IMAP = {"\\answered": "answered", "\\flagged": "flagged", "\\draft": "draft", "\\deleted": "deleted"}
_LABELS = {"drafts": "draft", "spam": "spam", "trash": "trash", "starred": "flagged"}  # X-Gmail-Labels of an export
_NOISE = {"nonjunk", "notjunk", "junk", "forwarded", "redirected", "inbox", "sent", "opened", "unread", "archived"}
MOST = 10  # words of one mail


def of_file(path: Path, head: Headers) -> list[str]:
    """Return the marks of a mail in a file: in a Maildir's file name, else in its fields."""
    name = path.name
    if path.parent.name in ("cur", "new") and ":2," in name:
        return [_MAILDIR[letter] for letter in name.rpartition(":2,")[2] if letter in _MAILDIR]
    letters = f"{head.get('x-status') or ''}{head.get('status') or ''}"
    found = [_STATUS[letter] for letter in letters if letter in _STATUS]
    found += [word for bit, word in _MOZILLA.items() if _number(head.get("x-mozilla-status")) & bit]
    labels = [label.strip().lower() for value in head.get_all("x-gmail-labels") for label in value.split(",")]
    words = [word for value in head.get_all("x-keywords") for word in value.replace(",", " ").split()]
    return [*found, *(_LABELS[label] for label in labels if label in _LABELS), *_words(words)]


def _number(text: str | None) -> int:
    try:
        return int(text or "0", 16)
    except ValueError:
        return 0


def of_imap(flags: Iterable[bytes]) -> list[str]:
    """Return the marks of a mail on an IMAP server (RFC 9051 §2.3.2); keywords are words that people chose."""
    names = [flag.decode("utf-8", "replace").lower() for flag in flags]
    return [*(_IMAP[name] for name in names if name in _IMAP), *_words(names)]


def _words(names: Iterable[str]) -> list[str]:
    """Keywords that mean something to people: not those of programs ("$Forwarded", "NonJunk")."""
    lowered = (name.strip().lower() for name in names)
    return [name for name in lowered if name and name[0] not in "$\\" and name not in _NOISE][:MOST]
