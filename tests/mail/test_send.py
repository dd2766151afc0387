"""The way out: what the mail looks like that is really sent, and that its fate is known at every step."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.flows.desk import arrive, mail, settle
from tests.services import smtp
from tests.services.ports import free_port
from tests.services.smtp import Sink
from tickets.actions import reply as replies
from tickets.actions.accounts import add_account
from tickets.channels import BUG, CONTACT_BLOCKED, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, UNCERTAIN, NotSent, Outgoing
from tickets.mail.channel import Email, way_out
from tickets.mail.replies import DATA, RECIPIENT, SENDER, SIGN_IN, kind_of
from tickets.mail.submit import submit, wire_address, wire_data
from tickets.mail.ways import way_of
from tickets.mime import identifiers
from tickets.mime.build import File
from tickets.mime.parse import parse
from tickets.models import Account, Agent, Delivery, DeliveryState, Message
from tickets.models.keys import signing_keys
from tickets.record import read
from tickets.texts.wording import Wording

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

ZOE = {"name": "Zoe Customer", "address": "zoe@customer.example"}


@pytest.fixture
def desk(transactional_db: None, smtp_sink: Sink) -> Account:
    """A mailbox that sends through the sink and takes plus addresses."""
    place = {"smtp_host": smtp_sink.host, "smtp_port": smtp_sink.port}
    return add_account(
        "email",
        "Desk Support",
        "support@desk.example",
        place,
        acknowledge=False,
        reply_style="plus",
        signature="{agent}, Desk\nOpen 9 to 5",
    )


def asked(desk: Account, **more: Any) -> Message:
    found = arrive(desk, mail("It smokes.\n\nPlease help.", subject="Printer", **more))
    assert found
    return found


def answered(desk: Account, ann: Agent, text: str = "Unplug it.", **more: Any) -> Message:
    question = asked(desk)
    said = replies.reply(question.ticket, text, ann, to=[ZOE], **more)
    settle()
    return said


def outgoing(said: Message) -> Outgoing:
    deliveries = list(said.deliveries.all())
    return Outgoing(said, said.ticket.mailbox, deliveries, read.original(said.entry))


def test_a_reply_threads_and_comes_back_to_its_ticket(desk: Account, ann: Agent, smtp_sink: Sink) -> None:
    said = answered(desk, ann)
    letter = smtp_sink.to("zoe@customer.example")[-1]
    sent, question = letter.message, Message.objects.get(direction="in")
    assert sent["From"] == "Desk Support <support@desk.example>"
    assert sent["Message-ID"] == f"<{said.message_id}>"
    assert sent["In-Reply-To"] == f"<{question.message_id}>"
    assert sent["References"].split() == [f"<{question.message_id}>"]
    assert sent["Subject"] == "Re: Printer"
    address = parse(letter.raw).reply_to[0].address
    assert identifiers.read_reply_address(signing_keys(), address) == said.public_id
    assert identifiers.read_bounce_address(signing_keys(), letter.sender) == said.deliveries.get().public_id
    delivery = said.deliveries.get()
    assert delivery.state == DeliveryState.SENT
    assert delivery.remote_ids == ["250 OK"]


def test_signature_and_quoted_history_stand_below_in_text_and_html(desk: Account, ann: Agent, smtp_sink: Sink) -> None:
    answered(desk, ann, "Unplug <it>.")
    sent = smtp_sink.to("zoe@customer.example")[-1].message
    text = sent.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith("Unplug <it>.\n\n-- \nAnn Admin, Desk\nOpen 9 to 5\n\nOn ")
    assert text.rstrip().endswith("Zoe Customer wrote:\n> It smokes.\n>\n> Please help.")
    page = sent.get_body(("html",)).get_content()
    assert "Unplug &lt;it&gt;." in page
    assert '<blockquote type="cite"' in page
    assert "Please help." in page


def test_the_same_message_is_always_rendered_to_the_same_bytes(desk: Account, ann: Agent) -> None:
    said = answered(desk, ann, files=[File("a.txt", "text/plain", b"words")])
    first = Email(desk).render(outgoing(said))
    arrive(desk, mail("Thanks!", subject="Re: Printer", answers=said.message_id))
    assert Email(desk).render(outgoing(Message.objects.get(pk=said.pk))) == first


def test_a_plain_mailbox_threads_by_a_signed_tag(desk: Account, ann: Agent, smtp_sink: Sink) -> None:
    desk.reply_style = "plain"
    desk.save()
    said = answered(desk, ann)
    letter = smtp_sink.to("zoe@customer.example")[-1]
    assert identifiers.read_subject_tag(signing_keys(), letter.message["Subject"]) == said.ticket.number
    assert letter.message["Reply-To"] is None
    assert letter.sender == "support@desk.example"


def test_files_and_pictures_go_along_and_hidden_recipients_stay_hidden(
    desk: Account, ann: Agent, smtp_sink: Sink
) -> None:
    boss = {"name": "", "address": "boss@customer.example"}
    answered(
        desk,
        ann,
        bcc=[boss],
        files=[File("плян.pdf", "application/pdf", b"%PDF"), File("x.eml", "message/rfc822", b"A: b\r\n\r\n.\r\n")],
    )
    letter = smtp_sink.to("boss@customer.example")[-1]
    assert sorted(letter.recipients) == ["boss@customer.example", "zoe@customer.example"]
    assert b"boss" not in letter.raw
    assert [(a.filename, a.content) for a in parse(letter.raw).attachments] == [
        ("плян.pdf", b"%PDF"),
        ("x.eml", b"A: b\r\n\r\n.\r\n"),
    ]


def test_an_acknowledgement_leaves_with_the_null_sender_and_says_that_it_is_automatic(
    desk: Account, smtp_sink: Sink
) -> None:
    question = asked(desk)
    replies.acknowledge(question, Wording("We have it.", ("acknowledgement",), "en", "why"), "zoe@customer.example")
    settle()
    letter = next(found for found in smtp_sink.to("zoe@customer.example") if b"We have it." in found.raw)
    assert letter.sender in ("", "<>")
    assert letter.message["Auto-Submitted"] == "auto-replied"
    assert letter.message["X-Auto-Response-Suppress"] == "All"


def test_a_refused_recipient_does_not_hold_up_the_others(desk: Account, ann: Agent, smtp_sink: Sink) -> None:
    smtp_sink.refuse["gone@customer.example"] = "550 5.1.1 No such user"
    said = answered(desk, ann, cc=[{"name": "", "address": "gone@customer.example"}])
    states = {d.recipient: (d.state, d.reason) for d in said.deliveries.all()}
    assert states["zoe@customer.example"][0] == DeliveryState.SENT
    assert states["gone@customer.example"] == (DeliveryState.FAILED, "550 5.1.1 No such user")


def test_a_server_that_takes_the_mail_and_says_nothing_leaves_it_uncertain(
    desk: Account, ann: Agent, smtp_sink: Sink
) -> None:
    smtp_sink.hang_up_after_data = True
    said = answered(desk, ann)
    assert said.deliveries.get().state == DeliveryState.UNCERTAIN
    assert len(smtp_sink.to("zoe@customer.example")) == 1


def test_a_server_that_refuses_the_signed_return_path_gets_the_plain_one(
    desk: Account, ann: Agent, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def owned_only(*given: Any) -> str:
        envelope, address = given[-3], given[-2]
        if "+" in address:
            return "553 5.7.1 Sender address is not owned by user"
        envelope.mail_from = address
        return "250 OK"

    monkeypatch.setattr(type(smtp_sink), "handle_MAIL", owned_only, raising=False)
    with smtp.running() as strict:
        desk.config = {"smtp_host": strict.host, "smtp_port": strict.port}
        desk.save()
        said = answered(desk, ann)
        assert said.deliveries.get().state == DeliveryState.SENT
        assert [letter.sender for letter in strict.letters] == ["support@desk.example"]


def test_without_a_way_out_mail_waits_in_a_maildir_and_the_account_says_so(
    ann: Agent, transactional_db: None, data_dir: Path
) -> None:
    desk = add_account("email", "Desk", "support@desk.example", acknowledge=False)
    said = answered(desk, ann)
    assert said.deliveries.get().state == DeliveryState.SENT
    kept = list((data_dir / "outgoing" / "support@desk.example" / "new").iterdir())
    assert [parse(file.read_bytes()).message_id for file in kept] == [said.message_id]
    assert "reaches nobody" in way_out(desk)


def test_the_default_way_out_is_that_of_the_settings(
    ann: Agent, transactional_db: None, smtp_sink: Sink, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_sink.host, smtp_sink.port
    desk = add_account("email", "Desk", "support@desk.example")
    answered(desk, ann)
    assert smtp_sink.to("zoe@customer.example")
    assert str(smtp_sink.port) in way_out(desk)
    assert Email(desk).probe().health == "working"


def test_a_probe_names_the_fault_in_words(transactional_db: None) -> None:
    desk = add_account("email", "Desk", "support@desk.example", {"smtp_host": "127.0.0.1", "smtp_port": free_port()})
    found = Email(desk).probe()
    assert found.health == "degraded"
    assert "nothing listens on that port" in found.reason


# --- A server that breaks off where it is told to ---------------------------------------------------------------------


@contextmanager
def scripted(**says: str) -> Iterator[int]:
    """A server on a port: `says` maps a command to its answer, "" hangs up. "body" is the answer to the final dot."""
    answers = {
        "greet": "220 hi",
        "EHLO": "250 me",
        "AUTH": "235 ok",
        "MAIL": "250 ok",
        "RCPT": "250 ok",
        "DATA": "354 go",
    }
    answers |= {"body": "250 kept", "QUIT": "221 bye", "RSET": "250 ok"} | says
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        wire, _ = door.accept()
        with suppress(ConnectionError), wire, wire.makefile("rb") as lines:
            said, in_body = answers["greet"], False
            while said:
                wire.sendall(said.replace("\n", "\r\n").encode() + b"\r\n")
                line = lines.readline()
                while in_body and line not in (b".\r\n", b""):
                    if answers.get("midway") == "":
                        return
                    line = lines.readline()
                if not line:
                    return
                command = "body" if in_body else line[:4].decode().upper()
                said = answers.get(command, "250 ok")
                in_body = command == "DATA" and said.startswith("354")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield door.getsockname()[1]
    door.close()
    thread.join(5)


def fate(port: int, mail_bytes: bytes = b"A: b\r\n\r\nhello\r\n", **config: Any) -> tuple[str, str]:
    """How one send over a scripted server ends: the kind of NotSent ("sent" when it went out), and the words."""
    desk = Account(
        channel="email",
        name="Desk",
        address="support@desk.example",
        config={"smtp_host": "127.0.0.1", "smtp_port": port, **config},
    )
    desk.secrets = {"smtp_password": "secret"}
    delivery = Delivery(recipient="zoe@customer.example", public_id="abcdefghijklmnop")
    sent: list[str] = []
    carried = Outgoing(Message(automatic=False), desk, [delivery], b"")
    try:
        refused = Email(desk).send(carried, mail_bytes, lambda d, part, remote: sent.append(remote))
    except NotSent as error:
        assert not sent
        return error.kind, error.reason
    return (refused[0][1].kind, refused[0][1].reason) if refused else ("sent", sent[0])


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ({}, "sent"),
        ({"greet": ""}, TEMPORARY),
        ({"greet": "421 busy"}, TEMPORARY),
        ({"greet": "554 no service for you"}, CUT_OFF),
        ({"EHLO": ""}, TEMPORARY),
        ({"MAIL": ""}, TEMPORARY),
        ({"MAIL": "530 5.7.0 authentication required"}, CUT_OFF),
        ({"MAIL": "552 5.3.4 too large"}, BUG),
        ({"RCPT": "450 4.2.1 later"}, TEMPORARY),
        ({"RCPT": "550 5.1.1 unknown"}, CONTACT_GONE),
        ({"RCPT": "550 5.7.1 not from you"}, CONTACT_BLOCKED),
        ({"RCPT": "554 5.7.1 relay access denied"}, CUT_OFF),
        ({"RCPT": "552 5.2.2 mailbox full"}, TEMPORARY),
        ({"RCPT": ""}, TEMPORARY),
        ({"DATA": ""}, TEMPORARY),
        ({"DATA": "451 later"}, TEMPORARY),
        ({"body": ""}, UNCERTAIN),
        ({"body": "451 4.3.0 try again"}, TEMPORARY),
        ({"body": "421 4.7.0 too many messages"}, RATE),
        ({"body": "550 5.1.1 unknown"}, CONTACT_GONE),
        ({"body": "554 5.7.1 spam"}, BUG),
        ({"body": "552 5.3.4 too large"}, BUG),
        ({"QUIT": ""}, "sent"),
    ],
    ids=str,
)
def test_the_fate_of_a_mail_is_known_at_every_step(says: dict[str, str], kind: str) -> None:
    with scripted(**says) as port:
        assert fate(port)[0] == kind


def test_a_break_before_the_final_dot_means_certainly_not_sent() -> None:
    with scripted(midway="") as port:
        assert fate(port, b"A: b\r\n\r\n" + b"x" * 70 * 1024 * 1024)[0] == TEMPORARY


def test_a_wrong_password_cuts_the_account_off() -> None:
    with scripted(EHLO="250-me\n250 AUTH PLAIN LOGIN", AUTH="535 5.7.8 wrong") as port:
        kind, words = fate(port, smtp_user="support@desk.example")
    assert kind == CUT_OFF
    assert words == "535 5.7.8 wrong"


def test_a_check_says_what_a_refused_password_means_and_what_to_do() -> None:
    with scripted(EHLO="250-me\n250 AUTH PLAIN LOGIN", AUTH="535 5.7.8 wrong") as port:
        config = {"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_user": "support@desk.example"}
        with pytest.raises(NotSent) as caught:
            way_of(Account(address="support@desk.example", config=config)).probe()
    assert str(caught.value) == (
        f"127.0.0.1:{port} did not accept the user support@desk.example or the password: 535 5.7.8 wrong. Enter them anew."
    )
    assert caught.value.kind == CUT_OFF


def test_nothing_listening_is_temporary_and_said_in_words() -> None:
    kind, words = fate(free_port())
    assert kind == TEMPORARY
    assert "nothing listens on that port" in words


def test_starttls_that_is_wanted_and_not_offered_is_said() -> None:
    with scripted() as port:
        kind, words = fate(port, smtp_security="starttls")
    assert kind == CUT_OFF
    assert "STARTTLS" in words


def test_replies_are_sorted_by_stage_and_enhanced_code() -> None:
    assert kind_of(550, "5.7.30 Basic authentication is not supported", SIGN_IN) == CUT_OFF
    assert kind_of(553, "5.7.1 not owned by user", SENDER) == CUT_OFF
    assert kind_of(550, "no such user", RECIPIENT) == CONTACT_GONE
    assert kind_of(550, "no such user", DATA) == CONTACT_GONE
    assert kind_of(452, "4.5.3 too many recipients", RECIPIENT) in (RATE, TEMPORARY)


def test_the_wire_form_of_addresses_and_bodies() -> None:
    assert wire_address("zoe@bücher.example") == "zoe@xn--bcher-kva.example"
    assert wire_data(b".a\r\n..b\nc\rd") == b"..a\r\n...b\r\nc\r\nd\r\n"
    assert callable(submit)
