"""The parts of a mail (RFC 2046): one pass over the bytes, boundaries however broken, nothing copied until it is wanted."""

import binascii
import re
from collections.abc import Iterator

from tickets.mime.headers import Headers, looks_like_fields
from tickets.mime.parameters import file_name, value_and_parameters
from tickets.mime.uuencode import uudecoded
from tickets.mime.words import base64_bytes

DEEPEST = 100
MOST_PARTS = 20_000
MOST_DELIMITERS = 500_000
_BODY_STARTS = re.compile(rb"(?m)^(?![!-9;-~]{1,200}[ \t]*:|[ \t]|=\?|>?From |$)")
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(?:!doctype html|html|head|body)\b", re.I
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BASE64_ENDS = re.compile(rb"\n[ \t]*\r?\n(?=[^\n]*[^A-Za-z0-9+/=\s])")
_ENCODING = re.compile(r"[\w-]+(?: printable)?")
_BLANK = re.compile(rb"\n\r?(?=\n)|\r(?=\r)")
_SOFT_SPACE = re.compile(rb"=[ \t]+(?=\r?\n)")
_GUESSED = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,100}?)[ \t]*\r?\n(?=[!-9;-~]{1,60}:)")
_MBOX = re.compile(rb"(?:>?From (?![ \t]*:)[^\r\n]{0,500}\r?\n|\r?\n)+")

# A block without any of these is no header of a mail.
_KNOWN = frozenset(
    "from to cc bcc subject date message-id received return-path content-type mime-version reply-to sender in-reply-to references "
    "content-transfer-encoding delivered-to x-mailer content-disposition importance x-priority user-agent".split()
)


class Part:
    """One part: its header fields and where its content lies. A leaf has no children; `number` counts the leaves from 1."""

    __slots__ = (
        "_offers_text",
        "children",
        "content_type",
        "defects",
        "disposition",
        "end",
        "headers",
        "number",
        "parameters",
        "parent",
        "raw",
        "start",
    )

    def __init__(self, raw: bytes, headers: Headers, start: int, parent: "Part | None") -> None:
        self.raw, self.headers, self.start, self.end = raw, headers, start, len(raw)
        self.parent, self.number = parent, 0
        self.children: list[Part] = []
        self.defects: list[str] = []
        self._offers_text: bool | None = None
        self.content_type: str
        kind, self.parameters = value_and_parameters(_content_type(headers))
        digest = parent is not None and parent.content_type == "multipart/digest"
        self.content_type = kind if "/" in kind else ("message/rfc822" if digest else "text/plain")
        self.disposition, disposition = value_and_parameters(headers.text("content-disposition"))
        name = disposition.get("filename") or disposition.get("name")
        if name:
            self.parameters = self.parameters | {"filename": name}

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    @property
    def offers_text(self) -> bool:
        """Is one of the children plain text or HTML? Asked by each of them, and there may be thousands."""
        if self._offers_text is None:
            self._offers_text = any(child.content_type in ("text/plain", "text/html") for child in self.children)
        return self._offers_text

    @property
    def filename(self) -> str | None:
        return file_name(self.parameters, self.parameters)

    @property
    def content_id(self) -> str | None:
        value = self.headers.get("content-id")
        return value.strip().strip("<>").strip() or None if value else None

    @property
    def encoding(self) -> str:
        """The transfer encoding in lower case, without what some programs write around it."""
        match = _ENCODING.search((self.headers.text("content-transfer-encoding") or "").lower())
        return match[0] if match else ""

    def content(self) -> bytes:
        """The content with its transfer encoding undone; what was mended is added to `defects`."""
        body = self.raw[self.start : self.end]
        encoding = self.encoding
        if encoding == "base64":
            if self.content_type == "message/rfc822" and looks_like_fields(body[:300]):
                return body  # labelled base64 against RFC 2046 §5.2.1, and not even encoded
            end = (
                _BASE64_ENDS.search(body) if b"\n\n" in body or b"\n\r\n" in body else None
            )  # a list has put its footer behind it
            decoded, fine = base64_bytes(body[: end.start()] if end else body)
            if not fine:
                self.defects.append(f"bad base64 in part {self.number}")
            return decoded
        if encoding in ("quoted-printable", "quoted printable", "quotedprintable", "qp"):
            return binascii.a2b_qp(_SOFT_SPACE.sub(b"=", body))
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return uudecoded(body)[1]
        return body

    def leaves(self) -> Iterator["Part"]:
        """All parts without children, in the order of the mail."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.children:
                waiting.extend(reversed(part.children))
            else:
                yield part


def _content_type(headers: Headers) -> str | None:
    values = headers.raw("content-type")
    if len(values) > 1:  # a second, empty or senseless field must not hide a good one
        return next((text for text in headers_text(headers) if "/" in text), None)
    return headers.text("content-type")


def headers_text(headers: Headers) -> list[str]:
    """Every Content-Type field of a block that has several."""
    return headers.get_all("content-type")


def head_of(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The header block that begins at `start`, and where the body after it begins."""
    if raw[start : start + 1] == b"\n":
        return Headers(), start + 1
    if raw[start : start + 2] == b"\r\n":
        return Headers(), start + 2
    if not looks_like_fields(raw[start : start + 300]):
        return Headers(), start
    blank = _BLANK.search(raw, start, end)
    if not blank:
        body = _BODY_STARTS.search(raw, start, end)
        body_at = body.start() if body else end
        return Headers(raw[start:body_at]), body_at
    return Headers(raw[start : blank.end()]), blank.end() + 1


def split(raw: bytes) -> Part:
    """The tree of parts of a whole mail. The root is the mail itself. Never fails; what was wrong stands in the root's `defects`."""
    raw = _with_line_ends(raw)
    start = envelope.end() if (envelope := _MBOX.match(raw)) else 0
    headers, body = head_of(raw, start, len(raw))
    if not _KNOWN.intersection(headers.names()):
        headers, body = Headers(), start  # "Dear Ann: …" looks like a field as well
    root = Part(raw, headers, body, None)
    if not headers.names():
        root.defects.append("no header fields")
        root.content_type = _kind_of(raw[start : start + 4096])
    elif "content-type" not in headers and _MARKUP.match(raw, body, body + 2000):
        root.content_type = "text/html"
    elif root.content_type == "application/octet-stream" and not (root.disposition or root.filename):
        root.content_type = _kind_of(root.content()[:4096])  # who names neither a kind nor a file wrote words
    if root.is_multipart:
        _unwrap(root)
        _Splitter(root.raw, root).run()
    leaves = list(root.leaves())
    for number, leaf in enumerate(leaves, 1):
        leaf.number = number
    headers.charset = next((leaf.parameters["charset"] for leaf in leaves[:5] if "charset" in leaf.parameters), None)
    return root


def _with_line_ends(raw: bytes) -> bytes:
    """`raw` without a byte order mark, and with line breaks that are line breaks: bare CR is one, CR CR LF is one and not two."""
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    first = raw[:2000]
    if b"\r\r\n" in first:
        return raw.replace(b"\r\r\n", b"\r\n")
    return raw.replace(b"\r", b"\n") if b"\r" in first and b"\n" not in raw else raw


def _kind_of(start: bytes) -> str:
    """What a file without any header field is: a page, words, or something that is no mail at all."""
    if _MARKUP.match(start):
        return "text/html"
    return "application/octet-stream" if len(_BINARY.findall(start)) * 20 > len(start) else "text/plain"


def _unwrap(root: Part) -> None:
    """A multipart that is encoded as a whole, against RFC 2045 §6.4: the parts are found in what was encoded."""
    boundary = (root.parameters.get("boundary") or "").encode("utf-8", "replace")
    if boundary and root.encoding in ("base64", "quoted-printable") and root.raw.find(b"--" + boundary, root.start) < 0:
        content = root.content()
        if b"--" + boundary in content:
            root.raw, root.start, root.end = b"\n" + content, 1, len(content) + 1
            root.defects.append("a multipart was encoded as a whole")


class _Splitter:
    """Walks over the lines that start with two hyphens and keeps the boundaries that are open at that point."""

    def __init__(self, raw: bytes, root: Part) -> None:
        self.raw, self.root = raw, root
        self.open: list[tuple[bytes, Part]] = []
        self.names: set[bytes] = set()
        self.current: Part | None = None
        self.count = 1
        self.closed = False
        self.enter(root)

    def run(self) -> None:
        raw, at = self.raw, max(0, self.root.start - 1)
        for _ in range(MOST_DELIMITERS):
            at = raw.find(b"\n--", at)
            if at < 0 or not self.open:
                break
            stop = raw.find(b"\n", at + 1, at + 1000)
            line = raw[at + 3 : stop if stop >= 0 else min(len(raw), at + 1000)].rstrip(b" \t\r")
            at = self.line(line, at, stop + 1 if stop >= 0 else len(raw)) if line else at + 1
        self.close(len(raw))
        if not self.closed:
            self.root.defects.append("the last boundary is missing")

    def line(self, line: bytes, at: int, following: int) -> int:
        """A line with two hyphens (taken off) at `at`: perhaps a delimiter. Returns where to look for the next one."""
        if line not in self.names and line[:-2] not in self.names:
            return max(at + 1, following - 1)
        for level in range(len(self.open) - 1, -1, -1):
            boundary, parent = self.open[level]
            if line == boundary:
                self.close(at)
                self.leave(level + 1)
                return self.begin(parent, following)
            if line == boundary + b"--":
                self.close(at)
                # Closed for good only if the same boundary may still be meant one level up; else parts may follow in spite of it.
                self.leave(level or 1)
                self.closed = level == 0
                return max(at + 1, following - 1)
        return max(at + 1, following - 1)

    def begin(self, parent: Part, start: int) -> int:
        if self.count >= MOST_PARTS:
            self.root.defects.append(f"more than {MOST_PARTS} parts; the rest was left in the last one")
            self.open = []
            return len(self.raw)
        limit = self.raw.find(b"\n--", max(0, start - 1))
        headers, body = head_of(self.raw, start, limit + 1 if limit >= 0 else len(self.raw))
        part = Part(self.raw, headers, body, parent)
        parent.children.append(part)
        self.current, self.count = part, self.count + 1
        if part.is_multipart:
            self.enter(part)
        return max(start, body) - 1

    def enter(self, part: Part) -> None:
        """A multipart begins: its boundary is open from here on."""
        if len(self.open) >= DEEPEST:
            self.root.defects.append(f"nested deeper than {DEEPEST}")
            part.content_type = "application/octet-stream"
            return
        boundary = (part.parameters.get("boundary") or "").rstrip().encode("utf-8", "replace")
        if not boundary or (self.count < 100 and self.raw.find(b"--" + boundary, part.start) < 0):
            guessed = _GUESSED.search(self.raw, part.start, part.start + 100_000)
            self.root.defects.append("the boundary is missing" if not boundary else "the boundary never appears")
            boundary = guessed[1] if guessed else boundary
        if boundary:
            self.open.append((boundary, part))
            self.names.add(boundary)

    def leave(self, level: int) -> None:
        """The multiparts from this level on are over."""
        if level < len(self.open):
            del self.open[level:]
            self.names = {boundary for boundary, _ in self.open}

    def close(self, at: int) -> None:
        """The part that is being read ends before the line break at `at`."""
        if self.current is not None:
            end = at - 1 if 0 < at < len(self.raw) and self.raw[at - 1] == 13 else at
            self.current.end = max(self.current.start, end)
        self.current = None
