"""A glance at one file of the record: is it byte for byte what was written, by its own account? Cheap, a million times over.

trace.py reads a trace for its meaning; here every byte of it must be vouched for, and nothing of it is understood.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from tickets.record import trace

_LAST = re.compile(r"Helpdesk-Chain: ([0-9a-f]{64})\nHelpdesk-Original: size=(\d+); sha256=([0-9a-f]{64})\n")
_LAST_CHARACTERS = 240  # more than the two last lines of a trace can be long
_FIRST = re.compile(
    r"Helpdesk-Format: \d+\nHelpdesk-Entry: (\d+)\nHelpdesk-Kind: ([^\n]+)\nHelpdesk-Time: (\d{4}-\d\d)[^\n]*\n"
)
_ERASED = re.compile(r"\nHelpdesk-Erased: (\d+)\nHelpdesk-Digest: ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Glance:
    """What a file says of itself."""

    number: int
    kind: str
    month: str
    chain: str
    digest: str  # of its trace and its mail; of a tombstone the one that it hands down
    erased: int  # number of the erasure that a tombstone names, else 0


def glance(data: bytes) -> Glance:
    """Return what a file says. Raises BadEntry with the reason when its bytes are not as they were written."""
    start = data.find(b"\n", data.find(trace.LAST_FIELD) + 1) + 1
    head = data[:start]
    crlf = data.find(b"\r\n", start, start + 4096) >= 0 or b"\nHelpdesk-Erased: " in head
    if head.count(b"\r\n") != (head.count(b"\n") if crlf else 0):
        raise trace.BadEntry("the line ends of its trace were changed")
    text = head.decode("latin-1").replace("\r\n", "\n")
    last = _LAST.search(text, max(0, len(text) - _LAST_CHARACTERS))
    if last is None or last.end() != len(text):
        raise trace.BadEntry("it does not begin with the trace of an entry")
    chain, size, digest = last.groups()
    body = memoryview(data)[start:]
    if len(body) != int(size) or sha256(body).hexdigest() != digest:
        was = (
            "bytes were changed"
            if len(body) == int(size)
            else f"{len(body)} bytes are there, not the {size} that were written"
        )
        raise trace.BadEntry(f"its mail was changed: {was}")
    return _said(text[: last.start()], chain, f"{size} {digest}")


def _said(lines: str, chain: str, original: str) -> Glance:
    first = _FIRST.match(lines)
    if first is None:
        raise trace.BadEntry("the first lines of its trace are not those of an entry")
    number, kind, month = first.groups()
    erased = _ERASED.search(lines)
    if erased is None:
        return Glance(int(number), kind, month, chain, sha256((lines + original).encode("latin-1")).hexdigest(), 0)
    return Glance(int(number), kind, month, chain, erased[2], int(erased[1]))
