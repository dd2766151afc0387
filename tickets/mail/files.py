"""Mail in files: .eml, mbox, Maildir, and folders of them; read one mail at a time, whatever the size of the whole."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tickets.mime.dates import date
from tickets.mime.headers import looks_like_fields

_SEPARATOR = re.compile(rb"From .*\d:\d\d.*\d{4}\s*$")
_ESCAPED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class Found:
    """One mail: its bytes, when the file says that it came, and how many bytes of the file it takes."""

    raw: bytes
    came: datetime
    size: int


def mail_files(path: Path) -> list[Path]:
    """Return the files at or below `path` that may hold mail, in the order of their names; a Maildir's tmp is left out."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, subfolders, names in os.walk(path):
        if {"cur", "new"} <= set(subfolders):
            subfolders[:] = [name for name in subfolders if name != "tmp"]
        subfolders.sort()
        found += [Path(folder) / name for name in sorted(names)]
    return found


def kind_of(path: Path) -> str:
    """Return "mbox", "mail", or "" for what is neither, by the file's first bytes. Raises OSError."""
    with open(path, "rb") as file:
        start = file.read(1000)
    if start.startswith(b"From ") and path.suffix.lower() != ".eml":
        return "mbox"
    if path.suffix.lower() in (".eml", ".msg.eml") or looks_like_fields(start):
        return "mail"
    return ""


def mails(path: Path, kind: str) -> Iterator[Found]:
    """Yield the mails of one file. Raises OSError."""
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with open(path, "rb") as file:
        if kind == "mbox":
            yield from split_mbox(file, written)
        else:
            raw = file.read()
            yield Found(raw, written, len(raw))


def split_mbox(file: BinaryIO, written: datetime) -> Iterator[Found]:
    """Yield the mails of an mbox (RFC 4155). A separator stands at the beginning or after an empty line, and has a time."""
    lines: list[bytes] = []
    came, size, after_empty = written, 0, True
    for line in file:
        if after_empty and _SEPARATOR.match(line):
            if size:
                yield Found(_joined(lines), came, size)
            lines, size, came = [], len(line), _came(line) or written
        else:
            lines.append(line[1:] if _ESCAPED.match(line) else line)
            size += len(line)
        after_empty = line in (b"\n", b"\r\n")
    if size:
        yield Found(_joined(lines), came, size)


def _joined(lines: list[bytes]) -> bytes:
    """The mail without the empty line that belongs to the next separator."""
    return b"".join(lines[:-1] if lines and lines[-1] in (b"\n", b"\r\n") else lines)


def _came(separator: bytes) -> datetime | None:
    """The time of "From zoe@customer.example Tue Mar  4 10:00:00 2025", in UTC as the format has it."""
    words = separator.decode("ascii", "replace").split()
    found = date(" ".join(words[2:])) if len(words) > 2 else None
    return found if found and found.tzinfo else None
