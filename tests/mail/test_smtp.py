"""The listener: what it takes, what it refuses, and that a 250 means stored."""

import smtplib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.services.ports import free_port
from tickets.actions.accounts import add_account
from tickets.mime import identifiers
from tickets.models import Account, InboxItem
from tickets.models.keys import KEY_ID, signing_key
from tickets.record import spool

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

MAIL = (
    b"From: zoe@customer.example\r\nTo: support@desk.example\r\nSubject: Printer\r\n\r\nIt smokes.\r\n..dots\r\n.\r\n"
)
Listening = Callable[..., Any]


def raw_of(item: InboxItem) -> bytes:
    return spool.get(item.spool).raw


def test_a_mail_that_got_its_250_is_stored_byte_for_byte(listening: Listening, support: Account) -> None:
    with listening() as dial, dial() as client:
        client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)
        item = InboxItem.objects.get()
        assert raw_of(item) == MAIL
        assert item.account == support
        assert (item.source, item.key) == ("smtp", sha256(MAIL).hexdigest())
        assert item.envelope == {
            "from": "zoe@customer.example",
            "to": ["support@desk.example"],
            "peer": "127.0.0.1",
            "helo": item.envelope["helo"],
        }


def test_the_same_mail_sent_again_is_counted_and_not_doubled(listening: Listening, support: Account) -> None:
    with listening() as dial, dial() as client:
        for _ in range(2):
            client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)
    assert InboxItem.objects.get().seen_count == 2


def test_an_unknown_mailbox_is_refused_at_rcpt(listening: Listening, support: Account) -> None:
    with listening() as dial, dial() as client:
        client.ehlo()
        client.mail("zoe@customer.example")
        code, words = client.rcpt("nobody@desk.example")
        assert code == 550
        assert words.startswith(b"5.1.1")


def test_a_mailbox_takes_its_plus_and_signed_addresses(listening: Listening, support: Account) -> None:
    support.config = {"reply_pattern": "ticket-{token}@desk.example"}
    support.save()
    token = identifiers.reply_token(signing_key(), KEY_ID, "abcdefghijklmnop")
    signed = identifiers.reply_address("support@desk.example", token)
    pattern = identifiers.reply_address("support@desk.example", token, "ticket-{token}@desk.example")
    bounce = identifiers.bounce_address(signing_key(), KEY_ID, "support@desk.example", "abcdefghijklmnop")
    with listening() as dial, dial() as client:
        client.ehlo()
        client.mail("zoe@customer.example")
        for address in (signed.upper(), pattern, bounce, "support+x@desk.example", "SUPPORT@Desk.Example"):
            assert client.rcpt(address)[0] == 250, address
        assert client.rcpt("ticket-x@desk.example")[0] == 550


def test_a_fresh_start_takes_mail_for_any_address_until_a_mailbox_is_set_up(listening: Listening) -> None:
    with listening() as dial, dial() as client:
        client.sendmail("zoe@customer.example", ["first@try.example"], MAIL)
        assert InboxItem.objects.get().account.state == {"catch_all": True}
        client.sendmail("zoe@customer.example", ["second@try.example"], MAIL + b"again")
        assert InboxItem.objects.count() == 2
        assert Account.objects.count() == 1
        add_account("email", "Desk Support", "support@desk.example")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            while True:  # for two seconds the old answer stands
                client.sendmail("zoe@customer.example", ["third@try.example"], MAIL)
        client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)


def test_many_first_mails_at_once_make_one_mailbox(listening: Listening) -> None:
    refused: list[Exception] = []

    def write(number: int, dial: Callable[[], smtplib.SMTP]) -> None:
        try:
            with dial() as client:
                client.sendmail("zoe@customer.example", [f"try{number}@desk.example"], b"Subject: %d\r\n\r\n" % number)
        except smtplib.SMTPException as error:
            refused.append(error)

    with listening() as dial:
        writers = [threading.Thread(target=write, args=(number, dial)) for number in range(20)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    assert refused == []
    assert Account.objects.count() == 1
    assert InboxItem.objects.count() == 20


def test_one_mail_to_two_mailboxes_arrives_once_in_each(listening: Listening, support: Account) -> None:
    sales = add_account("email", "Sales", "sales@desk.example")
    with listening() as dial, dial() as client:
        to = ["support@desk.example", "sales@desk.example", "support+a@desk.example"]
        client.sendmail("zoe@customer.example", to, MAIL)
    by_account = {item.account_id: item.envelope["to"] for item in InboxItem.objects.all()}
    assert by_account == {
        support.pk: ["support@desk.example", "support+a@desk.example"],
        sales.pk: ["sales@desk.example"],
    }


def test_a_mail_over_the_limit_is_refused_and_the_next_is_taken(listening: Listening, support: Account) -> None:
    with listening(SMTP_MAX_BYTES=100_000) as dial, dial() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "100000"
        assert client.docmd("MAIL FROM:<zoe@customer.example> SIZE=100001")[0] == 552
        client.mail("zoe@customer.example")
        client.rcpt("support@desk.example")
        code, words = client.data(b"X: y\r\n\r\n" + b"z" * 1_000_000)
        assert code == 552
        assert words.startswith(b"5.3.4")
        client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)
    assert raw_of(InboxItem.objects.get()) == MAIL


def test_what_cannot_be_stored_is_answered_with_try_again(
    listening: Listening, support: Account, data_dir: Path
) -> None:
    with listening() as dial, dial() as client:
        (data_dir / "record").mkdir(exist_ok=True)
        (data_dir / "record" / "spool").write_text("a file where the folder should be")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)
        assert refused.value.smtp_code == 451
        (data_dir / "record" / "spool").unlink()
        client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)
    assert InboxItem.objects.count() == 1


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\r\n",
        b".\r\n..\r\n.",
        b"Subject: long line\r\n\r\n" + b"x" * 700_000 + b"\r\n",
        b"Subject: \xff\x00 bytes\r\n\r\nbare\nline\rends\r\n",
    ],
    ids=["empty", "one line end", "dots", "long line", "odd bytes"],
)
def test_any_bytes_come_through_as_they_were(listening: Listening, support: Account, mail: bytes) -> None:
    with listening() as dial, dial() as client:
        client.ehlo()
        client.mail("zoe@customer.example")
        client.rcpt("support@desk.example")
        client.docmd("DATA")
        stuffed = (b"." if mail.startswith(b".") else b"") + mail.replace(b"\r\n.", b"\r\n..")
        ending = b"" if mail.endswith(b"\r\n") or not mail else b"\r\n"
        client.send(stuffed + ending + b".\r\n")
        assert client.getreply()[0] == 250
    assert raw_of(InboxItem.objects.get()) == mail + ending


def test_commands_may_be_sent_without_waiting_for_answers(
    listening: Listening, support: Account, settings: Any
) -> None:
    with listening() as dial:
        with dial() as client:
            client.ehlo()
            assert {"pipelining", "8bitmime", "smtputf8", "size"} <= set(client.esmtp_features)
            assert "auth" not in client.esmtp_features
        with socket.create_connection(("127.0.0.1", settings.SMTP_PORT), timeout=10) as wire:
            letter = b"MAIL FROM:<>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\nSubject: %d\r\n\r\nHello\r\n.\r\n"
            wire.sendall(b"EHLO me\r\n" + letter % 1 + letter % 2 + b"QUIT\r\n")
            answers = b""
            while chunk := wire.recv(4096):
                answers += chunk
    assert answers.count(b"250 2.6.0") == 2
    assert [item.envelope["from"] for item in InboxItem.objects.all()] == ["", ""]


def test_an_address_beyond_ascii_is_taken(listening: Listening) -> None:
    add_account("email", "Пошта", "пошта@desk.example")
    with listening() as dial, dial() as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        client.docmd("MAIL FROM:<zoë@customer.example> SMTPUTF8 BODY=8BITMIME")
        assert client.docmd("RCPT TO:<пошта@desk.example>")[0] == 250


def test_starttls_is_offered_with_a_certificate(listening: Listening, support: Account, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    with listening(SMTP_TLS_CERT=str(cert), SMTP_TLS_KEY=str(key)) as dial, dial() as client:
        context = ssl.create_default_context(cafile=str(cert))
        context.check_hostname = False
        client.starttls(context=context)
        client.sendmail("zoe@customer.example", ["support@desk.example"], MAIL)
    assert raw_of(InboxItem.objects.get()) == MAIL


def test_lmtp_answers_for_every_recipient(listening: Listening, support: Account, settings: Any) -> None:
    with listening(LMTP_PORT=free_port()), smtplib.LMTP("127.0.0.1", settings.LMTP_PORT) as client:
        client.ehlo()
        client.mail("zoe@customer.example")
        assert client.rcpt("support@desk.example")[0] == 250
        assert client.rcpt("nobody@desk.example")[0] == 550
        assert client.rcpt("support+a@desk.example")[0] == 250
        client.docmd("DATA")
        client.send(MAIL.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert [client.getreply()[0], client.getreply()[0]] == [250, 250]
        assert client.noop()[0] == 250
    assert InboxItem.objects.get().source == "lmtp"


def test_many_connections_at_once_lose_nothing(listening: Listening, support: Account) -> None:
    def write(number: int, dial: Callable[[], smtplib.SMTP]) -> None:
        with dial() as client:
            for count in range(10):
                client.sendmail(
                    "zoe@customer.example", ["support@desk.example"], b"Subject: %d-%d\r\n\r\n" % (number, count)
                )

    with listening() as dial:
        writers = [threading.Thread(target=write, args=(number, dial)) for number in range(20)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    assert InboxItem.objects.count() == 200
