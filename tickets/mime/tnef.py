"""Outlook's winmail.dat (application/ms-tnef): the files in it."""

import logging
from mimetypes import MimeTypes

from tickets.mime.charsets import clean
from tickets.mime.parameters import file_name

LARGEST = 30_000_000
MOST_ATTRIBUTES = 3_000
_TYPES = MimeTypes()  # the table of the standard library alone: the same on every machine
_SIGNATURE = b"\x78\x9f\x3e\x22"
logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


def is_tnef(content_type: str, filename: str | None) -> bool:
    return (
        content_type in ("application/ms-tnef", "application/vnd.ms-tnef") or (filename or "").lower() == "winmail.dat"
    )


def tnef_files(content: bytes) -> list[tuple[str | None, str, bytes]]:
    """Name, content type and bytes of each file in a winmail.dat; empty if it cannot be read."""
    if not content.startswith(_SIGNATURE) or len(content) > LARGEST or not _is_sane(content):
        return []
    from tnefparse import TNEF  # noqa: PLC0415  seldom needed, and slow to load

    try:
        return [_file(found) for found in TNEF(content, do_checksum=False).attachments]
    except Exception:
        return []


def _is_sane(content: bytes) -> bool:
    """Are there no more attributes than a mail program would write? (MS-OXTNEF §2.1.3.1: level, id, length, data, checksum)"""
    at, count = 6, 0
    while at + 9 <= len(content) and count <= MOST_ATTRIBUTES:
        at += 11 + int.from_bytes(content[at + 5 : at + 9], "little")
        count += 1
    return count <= MOST_ATTRIBUTES


def _file(found: object) -> tuple[str | None, str, bytes]:
    name = getattr(found, "long_filename", None)
    name = name() if callable(name) else (name or getattr(found, "name", ""))
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")
    data = getattr(found, "data", b"") or b""
    return (
        file_name({"filename": clean(text)}, {}),
        _TYPES.guess_type(text)[0] or "application/octet-stream",
        bytes(data),
    )
