"""Outlook's winmail.dat (application/ms-tnef): the files in it (MS-OXTNEF §2.1.3; the properties of §2.1.3.4 in tnef_properties.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from mimetypes import MimeTypes
from struct import Struct, error

from tickets.mime.charsets import clean, decode
from tickets.mime.parameters import file_name
from tickets.mime.tnef_properties import Properties, properties

MOST_ATTRIBUTES = 3_000
MOST_FILES = 1_000
DEEPEST = 10
_TYPES = MimeTypes()  # the table of the standard library alone: the same on every machine
_SIGNATURE = b"\x78\x9f\x3e\x22"
_ATTRIBUTE = Struct("<BII")
# Identifiers of attributes (§2.1.3.2); their upper half only repeats the type of the value.
_CODE_PAGE, _MESSAGE, _BODY = 0x9007, 0x9003, 0x800C
_BEGINS, _TITLE, _DATA, _PROPERTIES, _TRANSPORT_NAME = 0x9002, 0x8010, 0x800F, 0x9005, 0x9001
# Properties of an attachment (MS-OXPROPS)
_LONG_NAME, _NAME, _DISPLAY_NAME, _CONTENT, _MIME, _CONTENT_ID, _EXTENSION = (
    0x3707,
    0x3704,
    0x3001,
    0x3701,
    0x370E,
    0x3712,
    0x3703,
)


_BODY_TEXT = 0x1000


@dataclass(frozen=True, slots=True)
class TnefFile:
    """One file of a winmail.dat."""

    name: str | None
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(slots=True)
class _Found:
    """What the attributes have told of one attachment so far."""

    title: bytes = b""
    data: bytes | None = None
    properties: Properties | None = None


def is_tnef(content_type: str, filename: str | None, content: bytes) -> bool:
    """By its label, its name or its first bytes: relays rename it and call it an octet stream."""
    labelled = content_type in (
        "application/ms-tnef",
        "application/vnd.ms-tnef",
        "application/x-ms-tnef",
        "application/x-tnef",
    )
    return labelled or content.startswith(_SIGNATURE) or (filename or "").lower() in ("winmail.dat", "win.dat")


def tnef_files(content: bytes) -> list[TnefFile]:
    """The files in a winmail.dat; those of a mail attached in it follow it. As far as it can be read; empty if it is none."""
    return list(_files(content, 0))[:MOST_FILES]


def tnef_text(content: bytes) -> str:
    """The plain words of the mail that a winmail.dat holds; "" if it has none."""
    start = content.find(_SIGNATURE, 0, 1024)
    if start < 0:
        return ""
    code_page, words, known = "cp1252", b"", Properties()
    for level, name, value in _attributes(content, start + 6):
        if name == _CODE_PAGE:
            code_page = f"cp{int.from_bytes(value[:4], 'little')}"
        elif level == 1 and name == _BODY:
            words = value
        elif level == 1 and name == _MESSAGE:
            known = properties(value)
    text = known.text(_BODY_TEXT, code_page) or decode(words.split(b"\0", 1)[0], code_page)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _files(content: bytes, depth: int) -> Iterator[TnefFile]:
    start = content.find(_SIGNATURE, 0, 1024)
    if start < 0 or depth > DEEPEST:
        return
    code_page, found = _attachments(content, start + 6)
    for attachment in found[:MOST_FILES]:
        yield from _file(attachment, code_page, depth)


def _attachments(content: bytes, at: int) -> tuple[str, list[_Found]]:
    """The code page of the stream, and its attachments. An attachment begins with its rendering data, or where a value comes twice."""
    code_page, found = "cp1252", [_Found()]
    for level, name, value in _attributes(content, at):
        if name == _CODE_PAGE and len(value) >= 4:
            code_page = f"cp{int.from_bytes(value[:4], 'little')}"
        elif level != 2:
            continue
        elif name == _BEGINS:
            found.append(_Found())
        elif name in (_TITLE, _TRANSPORT_NAME):
            if found[-1].title and name == _TITLE and found[-1].data is not None:
                found.append(_Found())
            found[-1].title = found[-1].title if name == _TRANSPORT_NAME and found[-1].title else value
        elif name == _DATA:
            if found[-1].data is not None:
                found.append(_Found())
            found[-1].data = value
        elif name == _PROPERTIES:
            found[-1].properties = properties(value)
    return code_page, [one for one in found if one.data is not None or one.properties is not None]


def _attributes(content: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """Level, identifier and value of each attribute: level, id, length, data, checksum. One that is cut off is given as far as it goes."""
    for _ in range(MOST_ATTRIBUTES):
        try:
            level, name, length = _ATTRIBUTE.unpack_from(content, at)
        except error:
            return
        if level not in (1, 2):
            return
        at += _ATTRIBUTE.size
        yield level, name & 0xFFFF, content[at : at + length]
        at += length + 2


def _file(found: _Found, code_page: str, depth: int) -> Iterator[TnefFile]:
    known = found.properties or Properties()
    nested = known.embedded(_CONTENT)
    data = nested if nested is not None else known.binary(_CONTENT) if not found.data else found.data
    if data is None:
        if found.data is None:
            return
        data = found.data
    title = decode(found.title.split(b"\0", 1)[0], code_page)
    name = (
        known.text(_LONG_NAME, code_page)
        or title
        or known.text(_NAME, code_page)
        or known.text(_DISPLAY_NAME, code_page)
    )
    if nested is not None and nested.startswith(_SIGNATURE):
        yield TnefFile(_clean_name(name or "message"), "application/ms-tnef", data)
        yield from _files(nested, depth + 1)
        return
    extension = known.text(_EXTENSION, code_page)
    if name and extension and "." not in name:
        name += extension
    kind = known.text(_MIME, code_page).lower()
    kind = kind if "/" in kind else _TYPES.guess_type(name)[0] or "application/octet-stream"
    yield TnefFile(_clean_name(name), kind, data, known.text(_CONTENT_ID, code_page).strip("<> ") or None)


def _clean_name(name: str) -> str | None:
    return file_name({"filename": clean(name)}, {})
