"""The formats: mbox, a zip of .eml files, and a Maildir; written aside and renamed when whole."""

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tickets.record.export.mails import Exported
from tickets.record.export.zipping import zipped

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
PIECE = 256 * 1024


def as_mbox(mails: Iterable[Exported]) -> Iterator[bytes]:
    """Yield an mbox (RFC 4155) with mboxrd's quoting, which a reader can undo; its lines end in LF, as the format has it."""
    for mail in mails:
        sender = "".join(mail.sender.split()) or "MAILER-DAEMON"
        stamp = time.asctime(mail.at.utctimetuple())
        raw = _FROM.sub(rb">\1", mail.raw.replace(b"\r\n", b"\n"))
        yield f"From {sender} {stamp}\n".encode("utf-8", "replace") + raw + (b"\n" if raw.endswith(b"\n") else b"\n\n")


def as_zip(mails: Iterable[Exported]) -> Iterator[bytes]:
    """Yield a zip of .eml files, byte for byte, in a folder for each month."""
    return zipped((f"{mail.at:%Y-%m}/{mail.name}.eml", mail.at, [mail.raw]) for mail in mails)


STREAMED = {"mbox": as_mbox, "zip": as_zip}


class Taken(Exception):
    """There is a file or folder of this name already; the text says so."""


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that is there when it is whole and not before. Raises Taken, OSError."""
    aside = _aside(path)
    try:
        with open(aside, "xb") as file:
            for piece in gathered(pieces):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _settle(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def write_maildir(folder: Path, mails: Iterable[Exported]) -> None:
    """Write a Maildir, byte for byte, each file dated as its mail. Raises Taken, OSError."""
    aside = _aside(folder)
    try:
        for part in ("cur", "new", "tmp"):
            (aside / part).mkdir(parents=True)
        for mail in mails:
            seconds = mail.at.timestamp()
            file = aside / "cur" / f"{max(0, int(seconds))}.{mail.name}.holdfast:2,S"
            file.write_bytes(mail.raw)
            os.utime(file, (seconds, seconds))
        os.sync()  # one wait for all of them
        _settle(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def gathered(pieces: Iterable[bytes], size: int = PIECE) -> Iterator[bytes]:
    """Yield the same bytes in pieces of at least `size`, so that a mail is not a write of its own."""
    held: list[bytes] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    yield b"".join(held)


def _aside(path: Path) -> Path:
    """A name beside `path` that nobody takes for the finished export; what an interrupted one left there is removed."""
    if path.exists():
        raise Taken(f"{path} is there already. Name another place, or move it away.")
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.part")
    if aside.is_dir():
        shutil.rmtree(aside)
    with suppress(FileNotFoundError):
        aside.unlink()
    return aside


def _settle(aside: Path, path: Path) -> None:
    os.rename(aside, path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
