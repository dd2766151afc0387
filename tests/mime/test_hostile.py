"""Whatever the bytes are, reading gives a value: no exception, no NUL, no lone surrogate."""

# ruff: noqa: RUF005

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.html import display, from_text, sanitise, to_text
from tickets.mime.parse import Mail, attachment, parse
from tickets.mime.quotes import reply_of
from tickets.mime.words import base64_bytes, decode_words, header_text

PIECES = st.sampled_from(
    [
        b"From: a@b.example\n",
        b"Subject: =?utf-8?q?=C3=A4",
        b"?=",
        b"To: ",
        b"<",
        b">",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"--b\n",
        b"--b--\n",
        b"\x00",
    ]
    + [
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: text/html; charset=utf-7\n",
        b"Content-Type: message/delivery-status\n",
    ]
    + [
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Disposition: attachment; filename*0*=",
    ]
    + [
        b"Date: Tue, 44 Foo 20255 99:99:99 +9999\n",
        b"> ",
        b"On x wrote:\n",
        b"begin 644 x\n",
        b"<div>",
        b"</p>",
        b"&#xD800;",
        b"\xff\xfe",
        b"=00",
    ]
    + [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        b"Return-Path: <>\n",
        b"Final-Recipient: ;\n",
        b"((((",
        b'"',
    ]
)
MAILS = st.lists(PIECES | st.binary(max_size=20), max_size=40).map(b"".join)
LINES = st.sampled_from(
    [
        "> a",
        "On 3 Mar 2025, Ann wrote:",
        "From: a@b.example",
        "Sent: x",
        "To: y",
        "Subject: z",
        "-- ",
        "",
        "words",
        "_" * 20,
    ]
)
TEXTS = st.lists(LINES | st.text(max_size=20), max_size=30).map("\n".join)
TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<blockquote type=cite>",
        "</blockquote>",
        "<script>",
        "<img src=cid:x onerror=y>",
        "<a href=javascript:x>",
        "<p style='position:fixed'>",
    ]
)
HTML = st.lists(TAGS | st.text(max_size=20), max_size=30).map("".join)


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for field in fields(value) for text in strings(getattr(value, field.name))]  # type: ignore[arg-type]
    return []


def is_storable(text: str) -> bool:
    return "\x00" not in text and text.encode("utf-8").decode("utf-8") == text


@settings(max_examples=400, deadline=None)
@given(MAILS)
def test_any_bytes_give_a_mail_that_can_be_stored(raw: bytes) -> None:
    mail = parse(raw)
    assert isinstance(mail, Mail)
    assert all(is_storable(text) for text in strings(mail))
    assert all(is_storable(text) for _, text in mail.headers.items())
    assert [attachment(raw, file.part) for file in mail.attachments] == mail.attachments


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.none() | HTML)
def test_the_reply_is_made_of_lines_of_the_text(text: str, html: str | None) -> None:
    reply = reply_of(text, html)
    known = "".join(text.split())
    assert all("".join(line.split()) in known or not line.strip() for line in reply.split("\n") if line.isascii())
    assert bool(reply.strip()) == bool(text.strip()) or not text.isascii()


@settings(max_examples=200, deadline=None)
@given(HTML)
def test_sanitised_html_runs_nothing_and_stays_as_it_is_when_sanitised_again(html: str) -> None:
    safe = sanitise(html)
    assert "<script" not in safe
    assert "onerror=" not in safe.replace("&lt;", "<").split(">")[0] or "<img" not in safe
    assert "position" not in "".join(piece for piece in safe.split("<") if piece.startswith("p style"))
    assert sanitise(safe) == safe
    assert is_storable(to_text(html))
    assert "cid:" not in "".join(piece for piece in display(safe, {})[0].split("<") if piece.startswith("img"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=100))
def test_header_words_of_any_kind_become_one_line(raw: bytes, text: str) -> None:
    decoded = decode_words(header_text(raw + b"=?utf-8?b?" + raw))
    assert is_storable(decoded)
    assert "\n" not in decoded
    assert isinstance(base64_bytes(raw)[0], bytes)
    assert "<script" not in from_text(text + "<script>")


def test_nesting_a_thousand_deep_and_ten_thousand_parts_are_read() -> None:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1000))
    assert "nested deeper than 100" in parse(b"From: a@b.example\n" + opening + b"\nhello").defects
    parts = b"--b\nContent-Type: text/plain\n\nhello\n" * 10_000
    assert (
        parse(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--").text.count(
            "hello"
        )
        == 10_000
    )


def test_html_too_deep_to_parse_is_shown_as_its_words() -> None:
    assert sanitise("<div>" * 100_000 + "hello") == "<p>hello</p>"
    assert sanitise("<script>" * 100_000) == ""
    assert to_text("<b>" * 600 + "hello<script>bad()</script> you") == "hello you"


def test_twenty_thousand_alternatives_are_looked_at_once_each() -> None:
    head = b"From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n"
    strange = b"".join(b"--b\nContent-Type: text/x-%d\n\nhello\n" % number for number in range(19_000))
    assert parse(head + strange + b"--b\n\nhello you\n--b--").text == "hello you"
    plain = b"".join(b"--b\n\nhello %d\n" % number for number in range(19_000))
    assert parse(head + plain + b"--b--").text.count("hello") == 19_000


def test_html_of_which_the_end_is_left_out_says_so() -> None:
    head = b"From: a@b.example\nContent-Type: text/html\n\n"
    assert any("HTML" in defect for defect in parse(head + b"<p>hello</p>" * 300_000).defects)
    picture = b'<p>hello<img src="data:image/png;base64,' + b"QUJD" * 900_000 + b'"></p>'
    assert parse(head + picture).defects == []
