"""Read a mail: any bytes in, a `Mail` out. This is the only reader; live mail, the record and `parsemail` all come through here."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tickets.mime.addresses import Mailbox, mailboxes
from tickets.mime.automatic import Bounce, classify
from tickets.mime.body import Attachment, Body, attachment_of, read_body
from tickets.mime.charsets import clean
from tickets.mime.dates import date
from tickets.mime.headers import Headers
from tickets.mime.html import LONGEST_ROUGH, from_text, is_cut, sanitise, to_text
from tickets.mime.html_text import text_of_clean
from tickets.mime.machine_words import NO_HTML
from tickets.mime.parts import Part, split
from tickets.mime.quotes import reply_from
from tickets.mime.words import decode_words

__all__ = ["Attachment", "Headers", "Mail", "Mailbox", "attachment", "parse"]

_ID = re.compile(r"<([^<>]{1,2000})>")
_SPACE = re.compile(r"\s+")
FOLDED = 1_000_000
LONGEST_EXCUSE = 300


@dataclass(slots=True)
class Mail:
    """A mail as a person would read it. The keys are those of interfaces.md §1; ids are without angle brackets."""

    message_id: str | None
    in_reply_to: str | None
    references: list[str]
    date: datetime | None
    from_: Mailbox | None
    reply_to: list[Mailbox]
    to: list[Mailbox]
    cc: list[Mailbox]
    subject: str | None
    text: str
    html: str | None
    reply: str
    attachments: list[Attachment]
    kind: str
    bounce: Bounce | None
    defects: list[str]
    digest: str
    language: str | None
    headers: Headers


def parse(raw: bytes) -> Mail:
    """Read any bytes as a mail. Never raises; what was wrong and was mended or given up on stands in `defects`."""
    root = split(raw)
    headers = root.headers
    body = read_body(root)
    html = _html(body)
    clean_html = sanitise(html) if html is not None else None
    text = _text(body, clean_html or "")
    kind, bounce = classify(root, text)
    references = ids(headers, "references")
    return Mail(
        message_id=next(iter(ids(headers, "message-id")), None),
        in_reply_to=next(iter(ids(headers, "in-reply-to")), None),
        references=references,
        date=next((found for text in headers.get_all("date") if (found := date(text))), None),
        from_=sender(headers),
        reply_to=_boxes(headers, "reply-to"),
        to=_boxes(headers, "to"),
        cc=_boxes(headers, "cc"),
        subject=headers.get("subject"),
        text=text,
        html=clean_html,
        reply=reply_from(text, clean_html),
        attachments=body.attachments,
        kind=kind,
        bounce=bounce,
        defects=_defects(root, html or ""),
        digest=_digest(text, body.attachments),
        language=_language(headers),
        headers=headers,
    )


def attachment(raw: bytes, part: int) -> Attachment | None:
    """One attachment of a mail by its number, or None; the others are not decoded."""
    return attachment_of(split(raw), part)


def ids(headers: Headers, name: str) -> list[str]:
    """The message ids of a field, without brackets, in order, each once (RFC 5322 §3.6.4). A bare id without brackets counts."""
    found: dict[str, None] = {}
    for raw in headers.raw(name):
        text = (
            raw.decode("utf-8", "replace")
            if b"=?" not in raw
            else decode_words(" ".join(raw.decode("utf-8", "replace").split()))
        )
        matches = _ID.findall(text)
        if not matches and "<" not in text:
            matches = [word for word in text.split() if "@" in word or name == "message-id"][:1000]
        for match in matches:
            identifier = clean(_SPACE.sub("", match))
            if identifier:
                found[identifier] = None
    return list(found)


def sender(headers: Headers) -> Mailbox | None:
    """Who wrote it: From, else Sender, Reply-To, Return-Path. With several From fields the first that has an address."""
    for name in ("from", "sender", "reply-to", "return-path"):
        found = _boxes(headers, name)
        if found:
            return found[0]
    return None


def _boxes(headers: Headers, name: str) -> list[Mailbox]:
    return [box for text in headers.texts(name) for box in mailboxes(text)]


def _text(body: Body, clean_html: str) -> str:
    """The plain parts joined; the HTML as text when they say nothing; both when HTML parts stand beside plain ones and say more."""
    text = "\n".join(piece.rstrip() if len(body.plain) > 1 else piece for piece in body.plain if piece.strip())
    if not text or _is_excuse(text, body, clean_html):
        text = text_of_clean(clean_html) or text
    elif body.lonely_html:
        words, known = set(text_of_clean(clean_html).split()), set(text.split())
        if len(words - known) > len(words) // 2:
            text = "\n".join(to_text(piece) if kind == "html" else piece.rstrip() for kind, piece in body.shown)
    return _without_blank_end(text)


def _is_excuse(text: str, body: Body, clean_html: str) -> bool:
    """Does the plain text only say that one needs a client that shows HTML?"""
    if not clean_html or body.lonely_html or len(text) > LONGEST_EXCUSE or not NO_HTML.search(text):
        return False
    words, known = set(text.lower().split()), set(text_of_clean(clean_html).lower().split())
    return len(words & known) * 2 < len(words)


def _without_blank_end(text: str) -> str:
    kept = text.rstrip(" \t\n\xa0")
    end = text.find("\n", len(kept))
    return text[:end] if kept and end >= 0 else text if kept else ""


def _html(body: Body) -> str | None:
    if not body.html:
        return None
    if len(body.shown) < 2:
        return body.html[0]
    return "\n".join(piece if kind == "html" else from_text(piece) for kind, piece in body.shown if piece.strip())


def _digest(text: str, attachments: list[Attachment]) -> str:
    """What makes two mails with one Message-ID the same mail: their words and their files."""
    lines = [" ".join(text[:FOLDED].split()), text[FOLDED:], *sorted(file.sha256 for file in attachments)]
    return sha256("\n".join(lines).encode()).hexdigest()


def _language(headers: Headers) -> str | None:
    value = headers.get("content-language")
    return value.split(",")[0].strip()[:35] or None if value else None


def _defects(root: Part, html: str) -> list[str]:
    found = list(root.defects)
    if is_cut(html):
        found.append(f"the HTML is read up to its character {LONGEST_ROUGH}; the rest is in the original only")
    for leaf in root.leaves():
        if leaf is not root:
            found.extend(leaf.defects)
    if len(root.headers.raw("from")) > 1:
        found.append("more than one From field")
    return list(dict.fromkeys(found))[:50]
