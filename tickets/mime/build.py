"""Write a mail. The same arguments always give the same bytes: nothing here asks a clock, a host name or for randomness."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256

from tickets.mime import fields
from tickets.mime.addresses import Mailbox

_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}", re.ASCII)
_NAME = re.compile(r"[!-9;-~]{1,70}")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
LONGEST_LINE = 990


@dataclass(frozen=True)
class File:
    """A file to send along. `inline` with a `content_id` means a picture that the HTML shows as cid:content_id."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True)
class _Entity:
    """A finished part: its own header fields and its body, both CRLF."""

    head: bytes
    body: bytes


def build(
    *,
    from_: Mailbox,
    to: Sequence[Mailbox],
    cc: Sequence[Mailbox] = (),
    bcc: Sequence[Mailbox] = (),
    reply_to: Sequence[Mailbox] = (),
    subject: str,
    text: str,
    html: str | None = None,
    message_id: str,
    date: datetime,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    files: Sequence[File] = (),
    headers: Mapping[str, str] = {},
) -> bytes:
    """A whole mail (RFC 5322, CRLF). Ids come without brackets, `date` is aware. ASCII, unless an address needs SMTPUTF8.

    A Bcc field is written only if `bcc` is given: the record wants it, what is sent leaves it out.
    Raises ValueError for a name in `headers` that is no field name.
    """
    lines = [fields.address_field("From", [from_])]
    for name, boxes in (("To", to), ("Cc", cc), ("Bcc", bcc), ("Reply-To", reply_to)):
        if boxes:
            lines.append(fields.address_field(name, boxes))
    lines.append(fields.field("Subject", subject))
    lines += _trace(message_id, date, in_reply_to, references) + _extra(headers)
    return _mail(lines, _content(text, html, files, message_id))


def report(
    *,
    from_: Mailbox,
    to: Sequence[Mailbox],
    subject: str,
    text: str,
    message_id: str,
    date: datetime,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    original_message_id: str | None = None,
    recipients: Sequence[tuple[str, str, str, str | None]] = (),
    returned: File | None = None,
    reporting: str = "holdfast",
    headers: Mapping[str, str] = {},
) -> bytes:
    """A delivery status notification (RFC 3464). Each of `recipients` is (address, action, status, diagnostic or None).

    The third part is `returned` (what was sent), else the Message-ID of the original message alone.
    """
    groups = [f"Reporting-MTA: dns; {fields.one_line(reporting)}\r\n"]
    for address, action, status, diagnostic in recipients:
        group = f"Final-Recipient: rfc822; {fields.address_spec(address)}\r\n"
        group += f"Action: {fields.one_line(action)}\r\nStatus: {fields.one_line(status)}\r\n"
        groups.append(group + (fields.field("Diagnostic-Code", f"smtp; {diagnostic}") if diagnostic else ""))
    parts = [
        _text("plain", text),
        _Entity(b"Content-Type: message/delivery-status\r\n", "\r\n".join(groups).encode("utf-8")),
    ]
    if returned:
        parts.append(_file(returned))
    elif original_message_id:
        original = fields.id_field("Message-ID", [original_message_id]).encode("utf-8")
        parts.append(_Entity(b"Content-Type: text/rfc822-headers\r\n", original))
    lines = [
        fields.address_field("From", [from_]),
        fields.address_field("To", to) if to else "",
        fields.field("Subject", subject),
    ]
    lines += _trace(message_id, date, in_reply_to, references) + _extra(headers)
    return _mail(lines, _multipart("report", parts, message_id, "; report-type=delivery-status"))


build_report = report


def _trace(message_id: str, date: datetime, in_reply_to: str | None, references: Sequence[str]) -> list[str]:
    lines = [f"Date: {format_datetime(date)}\r\n", fields.id_field("Message-ID", [message_id])]
    if in_reply_to:
        lines.append(fields.id_field("In-Reply-To", [in_reply_to]))
    if references:
        lines.append(fields.id_field("References", references))
    return lines


def _extra(headers: Mapping[str, str]) -> list[str]:
    for name in headers:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a header field")
    return [fields.field(name, value) for name, value in headers.items()]


def _mail(lines: Sequence[str], content: _Entity) -> bytes:
    return b"".join(["".join(lines).encode("utf-8"), b"MIME-Version: 1.0\r\n", content.head, b"\r\n", content.body])


def _content(text: str, html: str | None, files: Sequence[File], seed: str) -> _Entity:
    """text, or alternative(text, html), or alternative(text, related(html, pictures)); in mixed(…, files) when there are files."""
    content = _text("plain", text)
    pictures = [file for file in files if html is not None and file.inline and file.content_id]
    if html is not None:
        shown = _text("html", html)
        if pictures:
            shown = _multipart("related", [shown, *map(_file, pictures)], seed, '; type="text/html"')
        content = _multipart("alternative", [content, shown], seed)
    others = [file for file in files if file not in pictures]
    return _multipart("mixed", [content, *map(_file, others)], seed) if others else content


def _text(kind: str, text: str) -> _Entity:
    """A text part: as it is when its lines are short ASCII, else quoted-printable, which no relay will touch."""
    raw = (_LINE_ENDS.sub("\r\n", text.rstrip("\r\n")) + "\r\n").encode("utf-8", "replace")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: "
    plain = raw.isascii() and b"\x00" not in raw and max(map(len, raw.split(b"\n"))) < LONGEST_LINE
    if plain and b"\nFrom " not in b"\n" + raw and b" \r\n" not in raw.replace(b"\r\n-- \r\n", b""):
        return _Entity(f"{head}7bit\r\n".encode(), raw)
    return _Entity(f"{head}quoted-printable\r\n".encode(), binascii.b2a_qp(raw, istext=True))


def _file(file: File) -> _Entity:
    kind = file.content_type if _TYPE.fullmatch(file.content_type) else "application/octet-stream"
    head = f"Content-Type: {kind}\r\n"
    if file.content_id:
        head += fields.id_field("Content-ID", [file.content_id])
    head += "Content-Disposition: " + ("inline" if file.inline else "attachment")
    head += (fields.parameter("filename", file.filename) if file.filename else "") + "\r\n"
    if kind.startswith(("message/", "multipart/")) and kind != "message/external-body":
        if kind.startswith("multipart/") or max(map(len, file.content.split(b"\n"))) > 998:
            head = head.replace(kind, "application/octet-stream", 1)
        else:  # RFC 2046 §5.2.1: an attached mail is never encoded again
            return _Entity(
                f"{head}Content-Transfer-Encoding: {'7bit' if file.content.isascii() else '8bit'}\r\n".encode(),
                file.content,
            )
    encoded = base64.encodebytes(file.content).replace(b"\n", b"\r\n")
    return _Entity(f"{head}Content-Transfer-Encoding: base64\r\n".encode(), encoded)


def _multipart(kind: str, parts: Sequence[_Entity], seed: str, more: str = "") -> _Entity:
    """Parts under one boundary, which is made from the Message-ID and stands in none of them."""
    number = 0
    while True:
        boundary = b"=_" + sha256(f"{seed}:{kind}:{number}".encode("utf-8", "replace")).hexdigest()[:24].encode()
        if not any(boundary in part.body for part in parts):
            break
        number += 1
    body = b"".join(b"--" + boundary + b"\r\n" + part.head + b"\r\n" + part.body + b"\r\n" for part in parts)
    head = f'Content-Type: multipart/{kind}{more};\r\n boundary="{boundary.decode()}"\r\n'
    return _Entity(head.encode(), body + b"--" + boundary + b"--\r\n")
