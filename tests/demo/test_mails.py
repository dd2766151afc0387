"""The demo's mails: real mail, as real mail programs write it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tickets.demo import mails, papers
from tickets.demo.clients import ATTRIBUTIONS, CLIENTS, DAYS, MONTHS, OUTLOOK_FIELDS
from tickets.demo.mails import Previous
from tickets.demo.script import AGENTS, LANGUAGES, Conversation, Person, Step, conversations, moment
from tickets.mime.parse import parse

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
STORY = conversations()
ZOE = Person("Zoe Lindqvist", "zoe@fjordmail.example")
OURS = Previous(
    "<1.2@harbourlane.example>", (), AGENTS["ben"], NOW, "Lights", "Bend the pin back.", "support+x@harbourlane.example"
)


def written_mails(conversation: Conversation) -> list[tuple[Step, bytes]]:
    """Every incoming mail of a conversation, each answering what came before it."""
    written: list[tuple[Step, bytes]] = []
    before: Previous | None = None
    for number, step in enumerate(conversation.steps):
        at = moment(step.at, NOW)
        if step.kind == "reply":
            before = Previous(
                f"<{number}@harbourlane.example>", (), AGENTS[step.by], at, conversation.subject, step.body
            )
        if step.is_incoming:
            written.append((step, mails.write(conversation, step, at, before)))
    return written


def standard(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def conversation(language: str = "en", client: str = "gmail", charset: str = "utf-8") -> Conversation:
    return Conversation("Lights", ZOE, "support", language, client, charset, ())


@pytest.mark.parametrize("conversation", STORY, ids=lambda conversation: conversation.subject)
def test_every_mail_parses_with_the_standard_library(conversation: Conversation) -> None:
    for step, raw in written_mails(conversation):
        mail = standard(raw)
        assert not mail.defects
        assert mail["From"].addresses[0].addr_spec == (step.sender or conversation.customer).address
        assert mail["Message-ID"]
        assert mail["Received"]
        assert "=?" not in raw.decode("latin-1").partition("In-Reply-To:")[2].partition("\r\n")[0]


@pytest.mark.parametrize("conversation", STORY, ids=lambda conversation: conversation.subject)
def test_holdfast_reads_in_each_mail_just_what_its_writer_wrote(conversation: Conversation) -> None:
    for step, raw in written_mails(conversation):
        if step.kind == "in":
            parsed = parse(raw)
            assert " ".join(parsed.reply.split()).startswith(" ".join(step.body.split())[:60])
            assert parsed.subject is not None
            assert parsed.subject.endswith(conversation.subject)
            assert parsed.from_ is not None
            assert parsed.from_.name == (step.sender or conversation.customer).name
            assert parsed.defects == []


def test_all_message_ids_differ_and_do_not_change() -> None:
    steps = [(told, step) for told in STORY for step in told.steps if step.is_incoming]
    ids = [mails.identifier(told, step) for told, step in steps]
    assert len(set(ids)) == len(ids)
    assert ids == [mails.identifier(told, step) for told, step in steps]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_names_and_quotes_what_it_answers(language: str, client: str) -> None:
    step = Step(at="1h", kind="in", body="Thank you")
    mail = standard(mails.write(conversation(language, client), step, NOW, OURS))
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Bend the pin back." in plain.get_content()
    assert mail["In-Reply-To"] == OURS.message_id
    assert mail["References"] == OURS.message_id
    assert mail["To"] == OURS.reply_to
    assert mail["Subject"] != OURS.subject


def test_references_keep_the_first_and_the_last_nine() -> None:
    chain = tuple(f"<{number}@a.example>" for number in range(20))
    before = Previous("<last@a.example>", chain, ZOE, NOW, "Lights", "…")
    mail = standard(mails.write(conversation(), Step(at="1h", kind="in", body="And?"), NOW, before))
    assert mail["References"].split() == [chain[0], *chain[-8:], "<last@a.example>"]


def test_japanese_mail_can_be_written_in_its_old_charset() -> None:
    step = Step(at="1h", kind="in", body="よろしくお願いいたします。")
    raw = mails.write(conversation("ja", "mutt", "iso-2022-jp"), step, NOW)
    assert b"iso-2022-jp" in raw
    assert raw.isascii()
    assert standard(raw).get_content().strip() == step.body


def test_pictures_in_the_text_are_named_by_it() -> None:
    step = Step(at="1h", kind="in", body="Look", inline=("rim.png",), files=("bill.pdf",))
    mail = standard(mails.write(conversation(), step, NOW))
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    page = mail.get_body(("html",))
    assert page is not None
    assert f"cid:{pictures[0]['Content-ID'].strip('<>')}" in page.get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["bill.pdf"]


def test_a_vacation_says_that_it_is_automatic() -> None:
    step = Step(at="1h", kind="vacation", body="I am away.")
    parsed = parse(mails.write(conversation(), step, NOW, OURS))
    assert parsed.kind == "auto-reply"
    assert mails.envelope_sender(conversation(), step) == ""


def test_a_bounce_is_a_report_about_our_mail() -> None:
    daemon = Person("Mail Delivery System", "MAILER-DAEMON@mx.harbourlane.example")
    step = Step(at="1h", kind="bounce", body="552 5.2.2 The mailbox is full", sender=daemon, client="system")
    parsed = parse(mails.write(conversation(), step, NOW, OURS))
    assert parsed.kind == "bounce"
    assert parsed.bounce is not None
    assert parsed.bounce.recipient == ZOE.address
    assert parsed.bounce.status == "5.2.2"
    assert parsed.bounce.original_message_id == OURS.message_id.strip("<>")


def test_every_language_has_its_words_for_days_months_and_fields() -> None:
    for language in LANGUAGES:
        assert len(DAYS[language].split()) == 7
        assert len(MONTHS[language].split()) == 12
        assert len(OUTLOOK_FIELDS[language]) == 4
        assert all(language in lines for lines in ATTRIBUTIONS.values())


@pytest.mark.parametrize(
    ("name", "start"), [("rim.png", b"\x89PNG\r\n"), ("bill.pdf", b"%PDF-1.4"), ("list.csv", b"article,")]
)
def test_files_are_what_their_names_say(name: str, start: bytes) -> None:
    data, kind = papers.content(name)
    assert data.startswith(start)
    assert kind.partition("/")[0] in {"image", "application", "text"}
