"""How large a picture is, from its first bytes. Telegram refuses photos that are too large or too narrow."""

import struct

_STANDALONE = {0x01, *range(0xD0, 0xDA)}  # JPEG markers without a length
_NO_FRAME = {0xC4, 0xC8, 0xCC}


def pixels(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, JPEG, GIF or WebP picture; None for anything else."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _pair(">II", content, 16)
        if content[:6] in (b"GIF87a", b"GIF89a"):
            return _pair("<HH", content, 6)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
        return _jpeg(content) if content.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return None


def _pair(layout: str, content: bytes, at: int) -> tuple[int, int]:
    width, height = struct.unpack_from(layout, content, at)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = _pair(">HH", content, at + 5)
            return width, height
        at += 2 if marker in _STANDALONE else 2 + struct.unpack_from(">H", content, at + 2)[0]
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = _pair("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", content, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    return None
