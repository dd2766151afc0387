"""A zip file made while it is read: nothing is kept but the directory for its end, and that on the disk when it is large.

The format is PKWARE's APPNOTE 6.3.4: sizes follow each file's bytes (4.3.9), large archives have a zip64 end (4.3.14).
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile

LEVEL = 5
KEPT_IN_MEMORY = 4 * 1024 * 1024
SIZES_FOLLOW, UTF8 = 1 << 3, 1 << 11
DEFLATED = 8
LARGEST, MOST = 0xFFFFFFFF, 0xFFFF
READABLE = 0o100644 << 16
EARLIEST = (1980, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, datetime, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a zip archive of (name, time, pieces); a piece at a time is in memory."""
    with SpooledTemporaryFile(KEPT_IN_MEMORY) as directory:
        position = number = 0
        for name, at, pieces in files:
            entry = _Entry(name.encode(), _when(at), position)
            for piece in entry.write(pieces):
                position += len(piece)
                yield piece
            directory.write(entry.in_directory())
            number += 1
        size = directory.tell()
        directory.seek(0)
        yield from iter(lambda: directory.read(64 * 1024), b"")
        yield _end(number, size, position)


class _Entry:
    """One file of the archive."""

    def __init__(self, name: bytes, when: tuple[int, int], offset: int) -> None:
        self.name, self.when, self.offset = name, when, offset
        self.crc = self.size = self.packed = 0

    def write(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the head, the packed bytes, and their sizes."""
        head = (0x04034B50, 20, SIZES_FOLLOW | UTF8, DEFLATED, *self.when, 0, 0, 0, len(self.name), 0)
        yield struct.pack("<IHHHHHIIIHH", *head) + self.name
        squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        for piece in pieces:
            self.crc = zlib.crc32(piece, self.crc)
            self.size += len(piece)
            packed = squeeze.compress(piece)
            self.packed += len(packed)
            yield packed
        packed = squeeze.flush()
        self.packed += len(packed)
        yield packed + struct.pack("<IIII", 0x08074B50, self.crc, self.packed, self.size)

    def in_directory(self) -> bytes:
        """Return the line of the directory; the place beyond 4 GB stands in an extra field."""
        extra = struct.pack("<HHQ", 1, 8, self.offset) if self.offset >= LARGEST else b""
        version = 45 if extra else 20
        made_on_unix = (3 << 8) | version
        sizes = (self.crc, self.packed, self.size, len(self.name), len(extra), 0, 0, 0)
        where = (READABLE, min(self.offset, LARGEST))
        head = (0x02014B50, made_on_unix, version, SIZES_FOLLOW | UTF8, DEFLATED, *self.when, *sizes, *where)
        return struct.pack("<IHHHHHHIIIHHHHHII", *head) + self.name + extra


def _when(at: datetime) -> tuple[int, int]:
    """The time and day as MS-DOS had them: from 1980 on, in steps of two seconds."""
    year, month, day, hour, minute, second = at.timetuple()[:6] if at.year >= EARLIEST[0] else EARLIEST
    return hour << 11 | minute << 5 | second // 2, min(year - 1980, 127) << 9 | month << 5 | day


def _end(number: int, size: int, offset: int) -> bytes:
    end = b""
    if number >= MOST or size >= LARGEST or offset >= LARGEST:
        end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, number, number, size, offset)
        end += struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1)
    short = (min(number, MOST), min(number, MOST), min(size, LARGEST), min(offset, LARGEST))
    return end + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, *short, 0)
