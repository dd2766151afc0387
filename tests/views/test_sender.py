"""On the message: is the sender who the mail says, where do answers go, is it signed or encrypted?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail
from tickets.models import Account, Agent, Message
from tickets.record import read

Enter = Callable[[Agent], Client]
MESSAGES = Path(__file__).parent.parent / "messages"


def page(client: Client, message: Message) -> str:
    return client.get(f"/tickets/{message.ticket.number}/").content.decode()


def border(results: str) -> bytes:
    return f"Authentication-Results: mx.desk.example; {results}\r\n".encode()


def test_who_signed_a_mail_is_said_with_who_found_that_out(
    support: Account, ann: Agent, enter: Enter, settings: Any
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"
    message = arrive(support, border("dmarc=pass header.from=customer.example") + mail())
    assert message
    assert "signed by customer.example (checked by mx.desk.example)" in page(enter(ann), message)


def test_a_forged_sender_is_marked_with_the_borders_words(
    support: Account, ann: Agent, enter: Enter, settings: Any
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"
    message = arrive(
        support, border("spf=fail smtp.mailfrom=customer.example; dmarc=fail header.from=customer.example") + mail()
    )
    assert message
    text = page(enter(ann), message)
    assert "sender not genuine" in text
    assert "this mail is not from customer.example: spf=fail, dmarc=fail" in text


def test_an_answer_that_nothing_proves_says_so(message: Message, ann: Agent, enter: Enter, support: Account) -> None:
    arrive(support, mail("And?", answers=message.message_id))
    assert "sender not verified" in page(enter(ann), message)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ({"problem": "unsigned"}, "there is no signature of customer.example"),
        (
            {"problem": "stranger", "detail": "list.example"},
            "signed by list.example, which does not speak for customer.example",
        ),
        ({"problem": "silent"}, "the check failed: DNS gave no answer in time"),
        ({"problem": "broken"}, "the signature of customer.example does not match"),
        ({"problem": "unreadable", "detail": "what is this"}, "the check failed: what is this"),
    ],
)
def test_what_hindered_a_proof_is_said(
    message: Message, ann: Agent, enter: Enter, problem: dict[str, str], words: str
) -> None:
    Message.objects.update(verified="unknown", trust={"by": "dns", "domain": "customer.example"} | problem)
    text = page(enter(ann), message)
    assert words in text
    assert "checked here, by DNS" in text


def test_answers_that_would_go_elsewhere_are_marked(support: Account, ann: Agent, enter: Enter) -> None:
    elsewhere = arrive(support, mail(headers={"Reply-To": "Boss <boss@elsewhere.example>"}))
    same = arrive(support, mail("Hm", subject="Other", headers={"Reply-To": "ZOE@customer.example"}))
    assert elsewhere
    assert same
    assert "answers go to boss@elsewhere.example" in page(enter(ann), elsewhere)
    assert "answers go to" not in page(enter(ann), same)


MIME_SIGNED = b"""Content-Type: multipart/signed; protocol="%s"; boundary=b

--b
Content-Type: text/plain

Signed words.
--b
Content-Type: %s; name=signature

AAAA
--b--
"""


SMIME = b"Content-Type: application/%s; smime-type=%s; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAAA\n"
PGP_INLINE = b"\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
PGP_CLEAR = (
    b"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n"
    b"-----BEGIN PGP SIGNATURE-----\n\nAA\n-----END PGP SIGNATURE-----\n"
)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (MIME_SIGNED % ((b"application/pgp-signature",) * 2), "pgp-signed", "signed with PGP"),
        (MIME_SIGNED % ((b"application/pkcs7-signature",) * 2), "smime-signed", "signed with S/MIME"),
        (SMIME % (b"pkcs7-mime", b"enveloped-data"), "smime-encrypted", "encrypted with S/MIME: kept whole"),
        (SMIME % (b"x-pkcs7-mime", b"signed-data"), "smime-signed", "signed with S/MIME"),
        (PGP_INLINE, "pgp-encrypted", "encrypted with PGP: kept whole"),
        (PGP_CLEAR, "pgp-signed", "signed with PGP"),
        (b"\nI wrote about -----BEGIN PGP MESSAGE----- once.\n", "", "I wrote about"),
    ],
    ids=["pgp/mime", "s/mime", "s/mime encrypted", "s/mime opaque", "pgp inline", "pgp clear-signed", "words"],
)
def test_signed_and_encrypted_mail_is_kept_whole_and_said_to_be_so(
    support: Account, ann: Agent, enter: Enter, body: bytes, kind: str, words: str
) -> None:
    raw = b"From: zoe@customer.example\nTo: support@desk.example\nSubject: secret\nMessage-ID: <s@customer.example>\nMIME-Version: 1.0\n"
    message = arrive(support, raw + body)
    assert message
    assert message.protection == kind
    assert words in page(enter(ann), message)


def test_an_encrypted_mail_of_the_corpus_is_recognised(support: Account, ann: Agent, enter: Enter) -> None:
    message = arrive(support, (MESSAGES / "encrypted-mail-is-kept.eml").read_bytes())
    assert message
    assert message.protection == "pgp-encrypted"
    assert "encrypted with PGP: kept whole" in page(enter(ann), message)
    assert read.original(message.entry) == (MESSAGES / "encrypted-mail-is-kept.eml").read_bytes()
