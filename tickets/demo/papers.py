"""The files that people of the demo attach: small pictures, PDFs and tables, drawn here so that none need be stored."""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

WIDTH, HEIGHT = 320, 210
Colour = tuple[int, int, int]


@lru_cache(maxsize=64)
def content(name: str) -> tuple[bytes, str]:
    """The bytes of the attachment with this file name, and its content type; the same name gives the same bytes."""
    make, kind = MAKERS[name.rpartition(".")[2]]
    return make(name), kind


def _title(name: str) -> str:
    return name.rpartition(".")[0].replace("-", " ").replace("_", " ").capitalize()


def _picture(name: str) -> bytes:
    """A PNG of a wheel, in colours and with a number of spokes that follow from the name."""
    seed = hashlib.sha256(name.encode()).digest()
    rows = b"".join(b"\0" + bytes(_row(y, seed)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _row(y: int, seed: bytes) -> list[int]:
    """Three values a pixel. A wheel with an even number of spokes is its own mirror image: half of it is worked out."""
    half = [_pixel(x + 0.5, y - HEIGHT / 2, seed) for x in range(WIDTH // 2)]
    return [value for pixel in (*reversed(half), *half) for value in pixel]


def _pixel(x: float, y: float, seed: bytes) -> Colour:
    radius, spokes = math.hypot(x, y), 14 + 2 * (seed[3] % 5)
    if 82 < radius < 92:
        return (38, 38, 42)
    if 75 < radius <= 82:
        return (176, 180, 186)
    if radius < 11:
        return (seed[0], seed[1] // 2, seed[2] // 2)
    if radius <= 75 and abs(math.sin(math.atan2(y, x) * spokes / 2)) * radius * 2 / spokes < 0.8:
        return (120, 124, 130)
    shade = 205 + int(y) // 5
    return (shade, min(255, shade + seed[4] % 24), min(255, shade + seed[5] % 24))


def _pdf(name: str) -> bytes:
    """A PDF of one page that says what it is."""
    text = f"BT /F1 22 Tf 72 740 Td (Harbour Lane) Tj 0 -40 Td /F1 14 Tf ({_title(name)}) Tj ET".encode(
        "latin-1", "replace"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _numbered(objects)


def _numbered(objects: list[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    return body + head + table + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))


def _table(name: str) -> bytes:
    """A CSV of order lines."""
    seed = hashlib.sha256(name.encode()).digest()
    parts = ("Inner tube 28 inch", "Brake pads", "Chain 11-speed", "Front light", "Pannier 20 l", "Bell, brass")
    lines = [
        f"{4000 + number},{part},{1 + number % 3},{price / 10:.2f}"
        for number, part, price in zip(seed, parts, seed[6:], strict=False)
    ]
    return ("article,name,pieces,price\r\n" + "\r\n".join(lines) + "\r\n").encode()


def _log(name: str) -> bytes:
    """A text file as the display of an electric bicycle saves it."""
    lines = [
        f"{minute:02}:{minute * 7 % 60:02} assist=3 battery={88 - minute}% E{9 if minute % 4 else 0}10"
        for minute in range(12)
    ]
    return (f"{_title(name)}\n" + "\n".join(lines) + "\n").encode()


def _calendar(name: str) -> bytes:
    """An invitation without a date of its own."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VTODO",
        f"SUMMARY:{_title(name)}",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode()


MAKERS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "png": (_picture, "image/png"),
    "pdf": (_pdf, "application/pdf"),
    "csv": (_table, "text/csv"),
    "txt": (_log, "text/plain"),
    "ics": (_calendar, "text/calendar"),
}
