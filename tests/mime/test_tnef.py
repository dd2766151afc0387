"""The files in Outlook's winmail.dat come out as attachments of their own."""

import struct

from tickets.mime.parse import attachment, parse

HEAD = b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def winmail(*files: tuple[bytes, bytes]) -> bytes:
    body = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    for name, content in files:
        body += (
            attribute(2, 0x00069002, bytes(14))
            + attribute(2, 0x00018010, name + b"\0")
            + attribute(2, 0x0006800F, content)
        )
    return body


def test_the_files_in_a_winmail_dat_are_attachments() -> None:
    raw = HEAD + winmail((b"offer.pdf", b"%PDF"), (b"photo.jpg", b"jpg"))
    files = parse(raw).attachments
    assert [(file.filename, file.content) for file in files[1:]] == [("offer.pdf", b"%PDF"), ("photo.jpg", b"jpg")]
    assert files[0].filename == "winmail.dat"
    assert attachment(raw, files[2].part) == files[2]


def test_a_broken_winmail_dat_is_kept_whole() -> None:
    for content in (
        winmail((b"offer.pdf", b"%PDF"))[:40],
        b"\x78\x9f\x3e\x22",
        winmail() + attribute(1, 1, b"") * 5000,
    ):
        assert parse(HEAD + content).attachments[0].filename == "winmail.dat"
