"""Providers push mail through anymail's own doors: each signs in its own way, and what is signed wrongly is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from anymail.signals import inbound
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client

from tickets.mail import webhook
from tickets.models import Account, InboxItem
from tickets.record import spool

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

MAIL = "From: Zoë <zoe@customer.example>\r\nTo: support@desk.example\r\nSubject: Printer\r\n\r\nIt smokes – badly.\r\n"


@pytest.fixture(autouse=True)
def connected() -> Iterator[None]:
    webhook.connect()
    yield
    inbound.disconnect(dispatch_uid="holdfast")


@pytest.fixture
def providers(settings: Any) -> Any:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun key", "WEBHOOK_SECRET": "postmark:secret"}
    return settings


def mailgun(
    mail: str, recipient: str = "support@desk.example", key: str = "mailgun key", token: str = "t1"
) -> HttpResponse:
    signature = hmac.new(key.encode(), f"1700000000{token}".encode(), hashlib.sha256).hexdigest()
    form = {"timestamp": "1700000000", "token": token, "signature": signature, "recipient": recipient}
    form |= {"sender": "zoe@customer.example", "body-mime": mail}
    return Client(headers=basic()).post("/anymail/mailgun/inbound_mime/", form)


def basic() -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(b"postmark:secret").decode()}


def stored() -> tuple[InboxItem, bytes]:
    item = InboxItem.objects.get()
    return item, spool.get(item.spool).raw


def test_mailgun_signs_with_an_hmac(support: Account, providers: Any) -> None:
    assert mailgun(MAIL).status_code == 200
    item, raw = stored()
    assert raw == MAIL.encode()
    assert (item.source, item.key, item.account) == ("webhook", "Mailgun:t1", support)
    assert item.envelope == {"from": "zoe@customer.example", "to": ["support@desk.example"]}


def test_the_same_event_again_is_counted_and_not_doubled(support: Account, providers: Any) -> None:
    mailgun(MAIL)
    mailgun(MAIL)
    assert stored()[0].seen_count == 2


def test_a_wrong_signature_is_refused(support: Account, providers: Any) -> None:
    assert mailgun(MAIL, key="somebody else's").status_code == 400
    assert not InboxItem.objects.exists()


def test_postal_signs_with_rsa(support: Account, settings: Any) -> None:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings.ANYMAIL = {"POSTAL_WEBHOOK_KEY": base64.b64encode(public).decode()}
    event = {"id": 7, "rcpt_to": "support+x@desk.example", "mail_from": "zoe@customer.example", "base64": True}
    body = json.dumps({**event, "message": base64.b64encode(MAIL.encode()).decode()}).encode()

    def post(signed: bytes) -> HttpResponse:
        signature = base64.b64encode(key.sign(signed, padding.PKCS1v15(), hashes.SHA1()))
        headers = {"X-Postal-Signature": signature.decode()}
        return Client(headers=headers).post("/anymail/postal/inbound/", body, content_type="application/json")

    assert post(b"something else").status_code == 400
    assert post(body).status_code == 200
    item, raw = stored()
    assert raw == MAIL.encode()
    assert item.key == "Postal:7"


def test_postmark_signs_in_with_a_password(support: Account, providers: Any) -> None:
    event = {
        "MessageID": "p1",
        "FromFull": {"Email": "zoe@customer.example", "Name": "Zoë"},
        "ToFull": [{"Email": "support@desk.example", "Name": ""}],
        "OriginalRecipient": "support@desk.example",
        "Subject": "Printer",
        "TextBody": "It smokes – badly.",
        "Headers": [
            {"Name": "Return-Path", "Value": "<zoe@customer.example>"},
            {"Name": "Message-ID", "Value": "<1@c>"},
        ],
        "Attachments": [{"Name": "a.bin", "Content": "AAEC", "ContentType": "application/octet-stream"}],
    }
    wrong = Client().post("/anymail/postmark/inbound/", json.dumps(event), content_type="application/json")
    assert wrong.status_code == 400
    right = Client(headers=basic()).post(
        "/anymail/postmark/inbound/", json.dumps(event), content_type="application/json"
    )
    assert right.status_code == 200
    item, raw = stored()
    assert item.envelope["from"] == "zoe@customer.example"
    assert b"Message-ID: <1@c>" in raw


def test_a_provider_that_signs_nothing_needs_a_secret(support: Account, settings: Any) -> None:
    settings.ANYMAIL = {}
    event = {"MessageID": "p1", "Subject": "x", "RawEmail": MAIL}
    refused = Client().post("/anymail/postmark/inbound/", json.dumps(event), content_type="application/json")
    assert refused.status_code == 403
    assert not InboxItem.objects.exists()


def test_mandrill_signs_the_form(support: Account, settings: Any) -> None:
    settings.ANYMAIL = {"MANDRILL_WEBHOOK_KEY": "mandrill key"}
    events = json.dumps([{"event": "inbound", "ts": 1, "msg": {"raw_msg": MAIL, "email": "support@desk.example"}}])
    url = "http://testserver/anymail/mandrill/"
    signature = base64.b64encode(
        hmac.new(b"mandrill key", f"{url}mandrill_events{events}".encode(), hashlib.sha1).digest()
    )
    client = Client(headers={"X-Mandrill-Signature": signature.decode()})
    assert client.post("/anymail/mandrill/", {"mandrill_events": events}).status_code == 200
    item, raw = stored()
    assert raw == MAIL.encode()
    assert item.key == hashlib.sha256(raw).hexdigest()


def test_a_mail_of_fifty_megabytes_comes_through(support: Account, providers: Any) -> None:
    large = MAIL + ("x" * 76 + "\r\n") * (49 * 1024 * 1024 // 78)
    assert mailgun(large).status_code == 200
    assert stored()[1] == large.encode()


def test_mail_for_nobody_known_is_kept_where_somebody_sees_it(support: Account, providers: Any) -> None:
    strange = MAIL.replace("support@", "nobody@")
    assert mailgun(strange, recipient="nobody@desk.example").status_code == 200
    item, raw = stored()
    assert item.account.state == {"catch_all": True}
    assert item.envelope["to"] == ["nobody@desk.example"]
    assert raw == strange.encode()


def test_what_cannot_be_stored_is_sent_again_by_the_provider(support: Account, providers: Any) -> None:
    with mock.patch.object(webhook, "accept", side_effect=DatabaseError("away")):
        with pytest.raises(DatabaseError):
            mailgun(MAIL)
        client = Client(headers=basic(), raise_request_exception=False)
        form = {"timestamp": "1", "token": "t", "signature": "x"}
        assert client.post("/anymail/mailgun/inbound_mime/", form).status_code == 400
    assert mailgun(MAIL).status_code == 200
    assert InboxItem.objects.count() == 1
