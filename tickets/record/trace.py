"""The trace: the Helpdesk-* fields that stand in front of a mail in the record, and what they say.

Only fields above the line `Helpdesk-Original:` count; live mail that carries such fields is ordinary mail.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tickets.models import Entry

FORMAT = 1
LAST_FIELD = b"\nHelpdesk-Original:"  # folded lines begin with a space: no value can look like it


class BadEntry(Exception):
    """A file of the record cannot be read as an entry; the text says why."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the trace of one file says."""

    number: int
    kind: str
    at: str
    fields: dict[str, Any]
    account: str
    ticket: int | None
    random: str
    chain: str
    size: int
    sha256: str
    digest: str  # of the trace without its chain line; of an erased entry the one it had
    erased: int | None = None  # the number of the erasure that put a tombstone in its place


def _folded(name: str, value: str) -> Iterator[str]:
    """Fold at spaces (RFC 5322 §2.2.3), so that taking the line ends out gives the value back."""
    line = f"{name}:"
    for word in value.split(" "):
        if len(line) > len(name) + 1 and len(line) + len(word) > 76:
            yield line
            line = ""
        line += f" {word}"
    yield line


def _data(fields: dict[str, Any]) -> str:
    """A JSON text in ASCII has no line end of its own; a space stands only after "," and ":" or inside a string."""
    return json.dumps(fields, sort_keys=True, ensure_ascii=True)


def lines_of(entry: Entry) -> list[str]:
    """Return the lines of a numbered entry's trace up to its chain."""
    pairs = [
        ("Helpdesk-Format", str(FORMAT)),
        ("Helpdesk-Entry", str(entry.number)),
        ("Helpdesk-Kind", entry.kind),
        ("Helpdesk-Time", entry.at.isoformat()),
        ("Helpdesk-Account", entry.account.public_id if entry.account else ""),
        ("Helpdesk-Ticket", str(entry.ticket_number or "")),
        ("Helpdesk-Random", entry.random),
        ("Helpdesk-Data", _data(entry.fields)),
    ]
    return [line for name, value in pairs if value for line in _folded(name, value)]


def digest(entry: Entry, lines: list[str] | None = None) -> str:
    """Return the sha256 of a numbered entry's trace (without chain) and original; the chain is made of these.

    `lines`: those of the trace when they are at hand.
    """
    return _digest(lines or lines_of(entry), entry.original_size, entry.original_sha256)


def _digest(lines: list[str], size: int, sha256: str) -> str:
    return hashlib.sha256("\n".join([*lines, f"{size} {sha256}"]).encode()).hexdigest()


def link(previous: str, entry_digest: str) -> str:
    """Return the chain value that follows `previous`."""
    return hashlib.sha256(f"{previous}{entry_digest}".encode()).hexdigest()


def render(entry: Entry, original: bytes, lines: list[str] | None = None) -> bytes:
    """Return the file of a numbered entry: trace with the mail's own line ends, then the original byte for byte."""
    lines = [
        *(lines or lines_of(entry)),
        f"Helpdesk-Chain: {entry.chain}",
        f"Helpdesk-Original: size={entry.original_size}; sha256={entry.original_sha256}",
    ]
    end = b"\r\n" if b"\r\n" in original[:4096] else b"\n"
    return b"".join([end.join(line.encode() for line in lines), end, original])


def tombstone(said: Trace, erasure: int, fields: dict[str, Any], body: bytes) -> bytes:
    """Return the file that takes the place of an erased entry `said`: its place in the chain stays, its words are gone.

    What stood there is vouched for by its digest alone, which tells nothing: 128 random bits went into it.
    """
    pairs = [
        ("Helpdesk-Format", str(FORMAT)),
        ("Helpdesk-Entry", str(said.number)),
        ("Helpdesk-Kind", said.kind),
        ("Helpdesk-Time", said.at),
        ("Helpdesk-Account", said.account),
        ("Helpdesk-Ticket", str(said.ticket or "")),
        ("Helpdesk-Data", _data(fields)),
        ("Helpdesk-Erased", str(erasure)),
        ("Helpdesk-Digest", said.digest),
        ("Helpdesk-Chain", said.chain),
    ]
    lines = [line for name, value in pairs if value for line in _folded(name, value)]
    lines.append(f"Helpdesk-Original: size={len(body)}; sha256={hashlib.sha256(body).hexdigest()}")
    return b"".join(line.encode() + b"\r\n" for line in lines) + body


def path_of(entry: Entry) -> str:
    """Return the name of a numbered entry's file: number and hash only, in the month's Maildir."""
    return name_of(entry.number or 0, f"{entry.at:%Y-%m}", entry.chain)


def name_of(number: int, month: str, chain: str) -> str:
    """Return the name of the file with this number, month and chain value."""
    return f"{month}/cur/{number:010d}.{chain[:16]}:2,S"


def split(data: bytes) -> tuple[bytes, bytes]:
    """Return (trace, original) of a file of the record. Raises BadEntry."""
    start = data.find(LAST_FIELD)
    end = data.find(b"\n", start + 1)
    if start < 0 or end < 0:
        raise BadEntry("it has no Helpdesk-Original line")
    return data[: end + 1], data[end + 1 :]


def read(trace: bytes) -> Trace:
    """Return what a trace says. Raises BadEntry."""
    lines = trace.decode("ascii", "replace").replace("\r\n", "\n").splitlines()
    named = [line for line in lines if not line.startswith(("Helpdesk-Chain:", "Helpdesk-Original:"))]
    values = dict(_unfolded(lines))
    try:
        size, sha256 = _original(values["Helpdesk-Original"])
        ticket = values.get("Helpdesk-Ticket")
        erased = int(values["Helpdesk-Erased"]) if "Helpdesk-Erased" in values else None
        return Trace(
            number=int(values["Helpdesk-Entry"]),
            kind=values["Helpdesk-Kind"],
            at=values["Helpdesk-Time"],
            fields=json.loads(values.get("Helpdesk-Data", "{}")),
            account=values.get("Helpdesk-Account", ""),
            ticket=int(ticket) if ticket else None,
            random="" if erased else values["Helpdesk-Random"],
            chain=values["Helpdesk-Chain"],
            size=size,
            sha256=sha256,
            digest=values["Helpdesk-Digest"] if erased else _digest(named, size, sha256),
            erased=erased,
        )
    except (KeyError, ValueError) as error:
        raise BadEntry(f"its trace cannot be read ({error!r})") from error


def _unfolded(lines: list[str]) -> Iterator[tuple[str, str]]:
    name, value = "", ""
    for line in lines:
        if line.startswith(" "):
            value += line
            continue
        if name:
            yield name, value
        name, _, value = line.partition(": ")
    if name:
        yield name, value


def _original(value: str) -> tuple[int, str]:
    pairs = dict(part.strip().split("=", 1) for part in value.split(";"))
    return int(pairs["size"]), pairs["sha256"]
