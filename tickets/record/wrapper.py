"""How an entry travels in a mailbox: as it is, else as a file attached to a mail of our own, and back again byte for byte.

An IMAP server keeps lines, not bytes: what it hands out has CRLF at every line's end, whatever it was given. The size and
the digest in the trace tell which line ends there were; a mail that they cannot tell for is wrapped.
"""

import email
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from tickets.mime.addresses import Mailbox
from tickets.mime.build import File, build
from tickets.record import trace
from tickets.record.glance import glance
from tickets.record.trace import BadEntry

MARK = b"Helpdesk-Copy:"  # the first field of a mail of our own; the file of an entry begins with Helpdesk-Format
WRAPPED, MISSING = "wrapped", "missing"
OURS = Mailbox("Holdfast record", "record@helpdesk.invalid")
_LONE_CR = re.compile(rb"\r(?!\n)")
_CONFIG = re.compile(r"config/[0-9T.:-]{10,40}\.json")


@dataclass(frozen=True, slots=True)
class Copied:
    """What a mail of a mirror stands for: a file of the record by its name; `words` say why it is not there."""

    name: str
    data: bytes = b""
    words: str = ""


def with_crlf(data: bytes) -> bytes:
    """Return `data` with CRLF at the end of each line, as a mail travels (RFC 9051 §4.3)."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def why_not_plain(data: bytes) -> str:
    """Say why the file of an entry cannot be kept as a mail of its own without changing it; "" when it can."""
    if b"\0" in data:
        return "It contains NUL bytes, and no IMAP server takes those."
    if _LONE_CR.search(data) or as_written(with_crlf(data)) != data:
        return "Its line ends are of more than one kind, and an IMAP server makes them all alike."
    return ""


def as_written(mail: bytes) -> bytes | None:
    """Return the file of an entry as it was before its line ends became CRLF; None when it is not the one that was written."""
    for data in (mail, mail.replace(b"\r\n", b"\n")):
        try:
            glance(data)
            return data
        except BadEntry:
            continue
    return None


def wrap(name: str, data: bytes, why: str, at: datetime, number: int = 0, chain: str = "", erased: int = 0) -> bytes:
    """Return a mail that carries a file of the record in base64, and says in plain words why it does."""
    subject = f"Entry {number} of the record" if number else "Configuration of the helpdesk"
    file = File(filename=name.rsplit("/", 1)[-1].split(":")[0], content_type="application/octet-stream", content=data)
    text = f"{why}\n\nThe attached file is what the record holds, byte for byte."
    return _marked(WRAPPED, name, number, chain, erased) + _mail(subject, text, at, (file,))


def missing(name: str, why: str, at: datetime, number: int, chain: str) -> bytes:
    """Return a mail that stands in the place of an entry which the server does not take in any form."""
    text = f"Entry {number} of the record is not in this copy: the server does not take it.\n\nIt said: {why}"
    return _marked(MISSING, name, number, chain) + _mail(f"Entry {number} of the record is missing here", text, at, ())


def _marked(form: str, name: str, number: int, chain: str, erased: int = 0) -> bytes:
    lines = [f"{MARK.decode()} {form}", f"Helpdesk-File: {name}"]
    lines += [f"Helpdesk-Entry: {number}", f"Helpdesk-Chain: {chain}"] if number else []
    lines += [f"Helpdesk-Erased: {erased}"] if erased else []
    return "".join(f"{line}\r\n" for line in lines).encode()


def _mail(subject: str, text: str, at: datetime, files: Sequence[File]) -> bytes:
    digest = hashlib.sha256(b"".join([subject.encode(), at.isoformat().encode(), *(file.content for file in files)]))
    ident = f"{digest.hexdigest()[:32]}@record.helpdesk.invalid"
    return build(from_=OURS, to=[OURS], subject=subject, text=text, message_id=ident, date=at, files=files)


def restore(mail: bytes) -> Copied | None:
    """Return what a mail of a mirror stands for; None when it is not one of ours. Raises BadEntry for one that was changed."""
    if mail.startswith(MARK):
        return _unwrapped(email.message_from_bytes(mail))
    if not mail.startswith(b"Helpdesk-Format:"):
        return None
    data = as_written(mail)
    if data is None:
        raise BadEntry("it is not the one that was written")
    return Copied(name_in(data), data)


def _unwrapped(mail: Message) -> Copied:
    name = str(mail["Helpdesk-File"])
    parts = [part for part in mail.walk() if part.get_content_disposition() == "attachment"]
    if str(mail[MARK.decode().rstrip(":")]).strip() == MISSING or not parts:
        texts = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/plain"]
        words = b"".join(text for text in texts if isinstance(text, bytes)).decode("utf-8", "replace")
        return Copied(name, words=" ".join(words.split()))
    content = parts[0].get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    return Copied(name if _CONFIG.fullmatch(name) else name_in(data), data)


def name_in(data: bytes) -> str:
    """Return the name that the file of an entry has in the record, by its own trace. Raises BadEntry."""
    said = glance(data)
    return trace.name_of(said.number, said.month, said.chain)
