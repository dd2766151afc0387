"""What of a mail is read as its text, what as its HTML, and what is a file that came with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import escape
from urllib.parse import quote

from tickets.mime.calendar_text import calendar_text
from tickets.mime.charsets import codec, decode
from tickets.mime.flowed import unflowed
from tickets.mime.parts import Part
from tickets.mime.tnef import is_tnef, tnef_files, tnef_text
from tickets.mime.uuencode import blocks

MEMBER = 100_000
_META = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w.:-]{2,40})", re.I)
_CID = re.compile(r"cid:([^\s\"'<>)]{1,500})")
_ENRICHED = re.compile(r"(<)<|<(?:param>[^<]{0,200}</param|/?[A-Za-z-]{1,40})>")
_MACHINE_PARTS = ("message/", "text/rfc822-headers", "text/rfc822", "text/rtf")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail. `part` is its number in the mail (stable: `parse.attachment(raw, part)` reads it back)."""

    part: int
    filename: str | None
    content_type: str
    size: int
    sha256: str
    content_id: str | None
    inline: bool
    content: bytes = field(repr=False, compare=False)


@dataclass(slots=True)
class Body:
    """The readable body: plain text parts, HTML parts, and the same in one order for mails that mix them."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)
    lonely_html: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # the plain texts, to find one again among thousands


def read_body(root: Part) -> Body:
    """Sort the leaves of a mail into text, HTML and attachments, decoded."""
    body = Body()
    for leaf in root.leaves():
        kind = _shown_as(leaf)
        if kind == "":
            body.attachments.extend(files_of(leaf))
        elif kind == "calendar":
            body.attachments.extend(files_of(leaf))
            if not body.plain and not body.html:
                body.plain.append(calendar_text(text_of(leaf)))
        elif kind == "html":
            _add_html(body, leaf)
        elif kind == "plain":
            _add_plain(body, leaf)
    if not body.html and not any(text.strip() for text in body.plain):
        body.plain.extend(_text_in_tnef(body.attachments))
    shown = _shown_ids(body.html)
    body.attachments = [_as_shown(file, shown) for file in body.attachments]
    return body


def _text_in_tnef(files: list[Attachment]) -> list[str]:
    """The words of a mail that Outlook has put into its winmail.dat as a whole."""
    return [
        text
        for file in files
        if file.part < MEMBER
        and is_tnef(file.content_type, file.filename, file.content)
        and (text := tnef_text(file.content))
    ]


def _shown_ids(html: list[str]) -> set[str]:
    """The content ids whose pictures the HTML shows, in lower case (RFC 2392)."""
    return {name for text in html if "cid:" in (lower := text.lower()) for name in _CID.findall(lower)}


def _as_shown(file: Attachment, shown: set[str]) -> Attachment:
    """`file` is inline if the HTML shows it by its content id, whatever its disposition says."""
    if not file.content_id or file.inline:
        return file
    names = (file.content_id, quote(file.content_id), escape(file.content_id))
    return replace(file, inline=any(name.lower() in shown for name in names))


def _add_html(body: Body, leaf: Part) -> None:
    text = text_of(leaf)
    body.html.append(text)
    body.shown.append(("html", text))
    if leaf.parent is not None and not _within(leaf, "multipart/alternative"):
        body.lonely_html = True


def _add_plain(body: Body, leaf: Part) -> None:
    text = text_of(leaf)
    if "begin " in text and text.count("\n") > 2:
        text, files = _without_uuencoded(leaf, text)
        body.attachments.extend(files)
    if leaf.parent is not None and leaf.parent.content_type == "multipart/alternative" and text in body.known:
        return  # some programs offer the same words twice
    body.plain.append(text)
    body.known.add(text)
    if not _within(leaf, "multipart/alternative"):
        body.shown.append(("plain", text))


def _shown_as(leaf: Part) -> str:
    """plain, html, calendar, hidden (an alternative that nobody sees), or "" for an attachment."""
    kind = leaf.content_type
    if leaf.disposition == "attachment" or (leaf.filename and not _may_be_named(leaf)):
        return ""
    if kind.startswith("multipart/"):
        return "plain" if leaf.parent is None else ("hidden" if leaf.start >= leaf.end else "")
    if not kind.startswith("text/") or kind.startswith(_MACHINE_PARTS):
        return ""
    if kind == "text/calendar":
        return "calendar" if _within(leaf, "multipart/alternative") or leaf.parent is None else ""
    if (
        leaf.parent is not None
        and leaf.parent.content_type == "multipart/report"
        and leaf.parent.children[0] is not leaf
    ):
        return ""
    if kind == "text/html":
        return "html"
    if kind != "text/plain" and leaf.parent is not None and leaf.parent.content_type == "multipart/alternative":
        return "hidden" if leaf.parent.offers_text else "plain"
    return "plain"


def _may_be_named(leaf: Part) -> bool:
    """Some programs name the alternatives of the body ("body.html"), which makes no files of them; and every invitation has a name."""
    kind = leaf.content_type
    if kind == "text/calendar":
        return True
    above = leaf.parent
    if above is not None and above.content_type == "multipart/related" and above.children[0] is leaf:
        above = above.parent
    return above is not None and above.content_type == "multipart/alternative" and kind in ("text/plain", "text/html")


def _within(leaf: Part, kind: str) -> bool:
    part = leaf.parent
    while part is not None:
        if part.content_type == kind:
            return True
        part = part.parent
    return False


def text_of(leaf: Part) -> str:
    """The characters of a text part, lines ending in \\n."""
    raw = leaf.content()
    charset = leaf.parameters.get("charset")
    if (
        leaf.content_type == "text/html"
        and (meta := _META.search(raw, 0, 4096))
        and (not charset or codec(charset) is None)
    ):
        charset = meta[1].decode("ascii")
    text = decode(raw, charset)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if leaf.content_type in ("text/enriched", "text/richtext"):
        text = _ENRICHED.sub(lambda found: found[1] or "", text)  # RFC 1896: commands in angle brackets
    if leaf.parameters.get("format", "").lower() == "flowed" and leaf.content_type == "text/plain":
        text = unflowed(text, delsp=leaf.parameters.get("delsp", "").lower() == "yes")
    return text


def files_of(leaf: Part) -> Iterator[Attachment]:
    """The attachment that a leaf is; the files in a winmail.dat follow it."""
    content = leaf.content()
    shown = leaf.disposition == "inline"
    yield _attachment(leaf.number, leaf.filename, leaf.content_type, content, leaf.content_id, shown)
    if is_tnef(leaf.content_type, leaf.filename, content):
        for member, file in enumerate(tnef_files(content), 1):
            number = leaf.number + MEMBER * member
            yield _attachment(number, file.name, file.content_type, file.content, file.content_id, False)


def _attachment(
    part: int, name: str | None, kind: str, content: bytes, content_id: str | None, inline: bool
) -> Attachment:
    return Attachment(part, name, kind, len(content), sha256(content).hexdigest(), content_id, inline, content)


def _without_uuencoded(leaf: Part, text: str) -> tuple[str, list[Attachment]]:
    """`text` without its uuencoded blocks, and these as files."""
    found, kept, at = [], [], 0
    for member, (start, end, name, data) in enumerate(blocks(text), 1):
        number = leaf.number + MEMBER * member
        found.append(_attachment(number, name or None, "application/octet-stream", data, None, False))
        kept.append(text[at:start])
        at = end
    return "".join([*kept, text[at:]]), found


def attachment_of(root: Part, number: int) -> Attachment | None:
    """The attachment with this number, without decoding the others."""
    for leaf in root.leaves():
        if leaf.number == number % MEMBER:
            found = list(files_of(leaf))
            if number > MEMBER and _shown_as(leaf) == "plain":
                found = _without_uuencoded(leaf, text_of(leaf))[1]
            html = [text_of(other) for other in root.leaves() if _shown_as(other) == "html"]
            return next((_as_shown(file, _shown_ids(html)) for file in found if file.part == number), None)
    return None
