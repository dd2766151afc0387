"""What is built is read back as it was meant, and is the same bytes every time."""

# ruff: noqa: E501

from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.addresses import Mailbox
from tickets.mime.build import File, build, report
from tickets.mime.parse import parse

NOON = datetime(2026, 1, 2, 12, 0, 30, tzinfo=UTC)
ANN = Mailbox("Ann Öak, Ltd", "ann@desk.example")
ZOE = Mailbox("Zoe", "zoe@x.example")

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], include_characters=" "), max_size=120
).map(lambda text: " ".join(text.split()))
BODIES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=400).map(
    lambda text: "Hello\n" + text + "\nend"
)
IDS = st.from_regex(r"[A-Za-z0-9.$_=-]{1,90}@[a-z0-9.-]{1,40}", fullmatch=True)
NAMES = st.from_regex(r"[\w äßж'()%*;,=+-]{1,80}\.[a-z]{3}", fullmatch=True).map(lambda name: " ".join(name.split()))
FILES = st.lists(st.builds(File, NAMES, st.just("application/pdf"), st.binary(max_size=300)), max_size=3)


def plain(**more: object) -> bytes:
    given = {
        "from_": ANN,
        "to": [ZOE],
        "subject": "Printer",
        "text": "Hello",
        "message_id": "1.a@desk.example",
        "date": NOON,
    }
    return build(**(given | more))  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, BODIES, IDS, st.lists(IDS, max_size=6, unique=True), FILES)
def test_a_built_mail_is_read_back(
    name: str, subject: str, text: str, identifier: str, references: list[str], files: list[File]
) -> None:
    raw = plain(
        to=[Mailbox(name, "zoe@x.example"), ZOE],
        subject=subject,
        text=text,
        message_id=identifier,
        references=references,
        files=files,
    )
    mail = parse(raw)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert mail.to == [Mailbox(name, "zoe@x.example"), ZOE]
    assert (mail.subject or "") == subject
    assert (mail.message_id, mail.references) == (identifier, references)
    assert mail.text == text
    assert [(file.filename, file.content) for file in mail.attachments] == [
        (file.filename, file.content) for file in files
    ]
    assert mail.defects == []


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert plain(html="<p>Hi</p>") == plain(html="<p>Hi</p>")
    assert plain(html="<p>Hi</p>") != plain(html="<p>Hi</p>", message_id="2.a@desk.example")


def test_long_ids_are_never_folded_into_encoded_words() -> None:
    long = "AM0PR04MB" + "1234567890" * 9 + "@AM0PR04MB.eurprd04.prod.outlook.example"
    raw = plain(in_reply_to=long, references=[long, "a@b.example"])
    assert b"In-Reply-To: <" + long.encode() + b">\r\n" in raw
    assert message_from_bytes(raw)["references"].split() == [f"<{long}>", "<a@b.example>"]


def test_no_value_can_start_a_field_of_its_own() -> None:
    raw = plain(subject="Hi\r\nBcc: all@x.example", to=[Mailbox("Zoe\nBcc: x", "zoe@x.example\r\nBcc: y@x.example")])
    assert message_from_bytes(raw)["bcc"] is None
    with pytest.raises(ValueError, match="header field"):
        plain(headers={"Bcc: x\r\nTo": "x"})


def test_bcc_stands_in_the_mail_only_when_it_is_given() -> None:
    assert b"Bcc" not in plain()
    assert b"Bcc: Zoe <zoe@x.example>\r\n" in plain(bcc=[ZOE])


def test_inline_pictures_are_related_to_the_html_and_files_are_mixed_in() -> None:
    picture = File("p.png", "image/png", b"png", "p1@desk", inline=True)
    message = message_from_bytes(
        plain(html='<img src="cid:p1@desk">', files=[picture, File("a.pdf", "application/pdf", b"pdf")])
    )
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf",
    ]  # fmt: skip


def test_an_address_beyond_ascii_stays_and_its_domain_is_punycode() -> None:
    raw = plain(to=[Mailbox("", "zoë@köln.example")])
    assert "To: zoë@xn--kln-sna.example\r\n".encode() in raw


def test_an_attached_mail_is_not_encoded_again() -> None:
    inner = plain(subject="inner")
    mail = parse(plain(files=[File("inner.eml", "message/rfc822", inner)]))
    assert mail.attachments[0].content == inner


def test_a_report_is_read_back_as_a_bounce() -> None:
    raw = report(
        from_=ANN, to=[ZOE], subject="Not delivered", text="Sorry", message_id="3@desk.example", date=NOON, original_message_id="1.a@desk.example",
        recipients=[("zoe@x.example", "failed", "5.1.1", "550 5.1.1 nobody here")],
    )  # fmt: skip
    mail = parse(raw)
    assert mail.kind == "bounce"
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.status, mail.bounce.permanent) == ("zoe@x.example", "5.1.1", True)
    assert (mail.bounce.diagnostic, mail.bounce.original_message_id) == ("550 5.1.1 nobody here", "1.a@desk.example")
