"""The files in Outlook's winmail.dat come out as attachments of their own."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.parse import attachment, parse
from tickets.mime.tnef import tnef_files

HEAD = b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n"
MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")
RENDERING = 0x00069002


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def stream(*attributes: bytes, code_page: int = 1252) -> bytes:
    version = attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + version
        + attribute(1, 0x00069007, struct.pack("<II", code_page, 0))
        + b"".join(attributes)
    )


def title(name: bytes) -> bytes:
    return attribute(2, 0x00018010, name + b"\0")


def data(content: bytes) -> bytes:
    return attribute(2, 0x0006800F, content)


def begin() -> bytes:
    return attribute(2, RENDERING, bytes(14))


def padded(value: bytes) -> bytes:
    return struct.pack("<I", len(value)) + value + bytes(-len(value) % 4)


def number(name: int, value: int) -> bytes:
    return struct.pack("<HHI", 3, name, value)


def text(name: int, value: str) -> bytes:
    return struct.pack("<HHI", 0x1F, name, 1) + padded((value + "\0").encode("utf-16-le"))


def narrow(name: int, value: bytes) -> bytes:
    return struct.pack("<HHI", 0x1E, name, 1) + padded(value + b"\0")


def binary(name: int, value: bytes) -> bytes:
    return struct.pack("<HHI", 0x102, name, 1) + padded(value)


def embedded(inner: bytes) -> bytes:
    return struct.pack("<HHI", 0x0D, 0x3701, 1) + padded(MESSAGE_INTERFACE + inner)


def named(name: str, value: str) -> bytes:
    label = padded((name + "\0").encode("utf-16-le"))
    return (
        struct.pack("<HH", 0x1F, 0x8001)
        + bytes(16)
        + struct.pack("<I", 1)
        + label
        + struct.pack("<I", 1)
        + padded((value + "\0").encode("utf-16-le"))
    )


def numbered() -> bytes:
    return struct.pack("<HH", 3, 0x8002) + bytes(16) + struct.pack("<II", 0, 33) + struct.pack("<I", 7)


def several_numbers() -> bytes:
    return struct.pack("<HHIIII", 0x1003, 0x6001, 3, 1, 2, 3)


def moment() -> bytes:
    return struct.pack("<HHQ", 0x40, 0x3007, 1)


def properties(*values: bytes) -> bytes:
    return attribute(2, 0x00069005, struct.pack("<I", len(values)) + b"".join(values))


def winmail(*files: tuple[bytes, bytes]) -> bytes:
    return stream(*(begin() + title(name) + data(content) for name, content in files))


def names(content: bytes) -> list[tuple[str | None, bytes]]:
    return [(file.name, file.content) for file in tnef_files(content)]


def test_the_files_in_a_winmail_dat_are_attachments() -> None:
    raw = HEAD + winmail((b"offer.pdf", b"%PDF"), (b"photo.jpg", b"jpg"))
    files = parse(raw).attachments
    assert [(file.filename, file.content) for file in files[1:]] == [("offer.pdf", b"%PDF"), ("photo.jpg", b"jpg")]
    assert files[0].filename == "winmail.dat"
    assert attachment(raw, files[2].part) == files[2]


def test_a_long_name_in_unicode_stands_over_the_short_one() -> None:
    known = properties(number(0x3705, 1), moment(), text(0x3707, "Größe und Länge.pdf"), text(0x3704, "GRSSE~1.PDF"))
    assert names(stream(begin(), title(b"GRSSE~1.PDF"), data(b"%PDF"), known)) == [("Größe und Länge.pdf", b"%PDF")]


def test_a_name_in_bytes_is_read_in_the_code_page_of_the_stream() -> None:
    content = stream(begin(), title("Заявка.doc".encode("cp1251")), data(b"doc"), code_page=1251)
    assert names(content) == [("Заявка.doc", b"doc")]
    known = properties(narrow(0x3707, "Заявка на ремонт.doc".encode("cp1251")))
    assert names(stream(begin(), data(b"doc"), known, code_page=1251)) == [("Заявка на ремонт.doc", b"doc")]


def test_named_and_multiple_properties_before_the_name_do_no_harm() -> None:
    known = properties(named("x", "y"), numbered(), several_numbers(), text(0x3707, "a.pdf"))
    assert names(stream(begin(), title(b"A.PDF"), data(b"%PDF"), known)) == [("a.pdf", b"%PDF")]


def test_the_content_may_stand_among_the_properties() -> None:
    assert names(stream(begin(), properties(text(0x3707, "a.pdf"), binary(0x3701, b"%PDF")))) == [("a.pdf", b"%PDF")]


def test_kind_and_content_id_of_a_picture_are_kept() -> None:
    known = properties(text(0x370E, "image/png"), text(0x3712, "pic@1"), text(0x3707, "pic"))
    file = tnef_files(stream(begin(), data(b"PNG"), known))[0]
    assert (file.name, file.content_type, file.content_id) == ("pic", "image/png", "pic@1")


def test_the_files_of_an_attached_mail_come_out_as_well() -> None:
    inner = winmail((b"inner.pdf", b"%PDF"))
    outer = stream(
        begin(), properties(text(0x3001, "Re: offer"), embedded(inner)), begin(), title(b"outer.txt"), data(b"txt")
    )
    assert names(outer) == [("Re: offer", inner), ("inner.pdf", b"%PDF"), ("outer.txt", b"txt")]


def test_attachments_without_their_rendering_data_are_still_told_apart() -> None:
    content = stream(title(b"a.txt"), data(b"a"), title(b"b.txt"), data(b"b"))
    assert names(content) == [("a.txt", b"a"), ("b.txt", b"b")]


def test_a_winmail_dat_under_another_name_is_opened() -> None:
    raw = b"From: a@b.example\nContent-Type: application/octet-stream; name=ATT0001.dat\n\n" + winmail((b"a.txt", b"a"))
    assert [file.filename for file in parse(raw).attachments] == ["ATT0001.dat", "a.txt"]


def test_a_mail_whose_words_are_all_in_its_winmail_dat_is_read() -> None:
    words = "Der Drucker ist kaputt.\r\nGrüße"
    in_bytes = stream(attribute(1, 0x0002800C, words.encode("cp1252") + b"\0"))
    listed = struct.pack("<I", 2) + number(0x0E08, 7) + text(0x1000, words)
    for content in (in_bytes, stream(attribute(1, 0x00069003, listed))):
        assert parse(HEAD + content).text == "Der Drucker ist kaputt.\nGrüße"


def test_a_broken_winmail_dat_is_kept_whole() -> None:
    for content in (
        winmail((b"offer.pdf", b"%PDF"))[:40],
        b"\x78\x9f\x3e\x22",
        winmail() + attribute(1, 1, b"") * 5000,
    ):
        assert parse(HEAD + content).attachments[0].filename == "winmail.dat"


def test_the_file_that_is_cut_off_is_given_as_far_as_it_goes() -> None:
    whole = winmail((b"a.txt", b"a"), (b"b.txt", b"0123456789"))
    assert names(whole[:-7]) == [("a.txt", b"a"), ("b.txt", b"01234")]


def test_a_mail_attached_in_itself_a_hundred_times_ends() -> None:
    inner = winmail((b"a.txt", b"a"))
    for _ in range(100):
        inner = stream(begin(), properties(embedded(inner)))
    assert len(tnef_files(inner)) == 11


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.binary(max_size=40) | st.just(begin()) | st.just(title(b"x")) | st.just(data(b"y")), max_size=8),
    st.binary(max_size=60),
)
def test_whatever_stands_in_a_winmail_dat_gives_files_or_none(pieces: list[bytes], listed: bytes) -> None:
    for file in tnef_files(stream(*pieces, attribute(2, 0x00069005, listed))):
        assert isinstance(file.content, bytes)
