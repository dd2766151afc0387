"""The door: the challenge, the signature on the raw bytes, and what is stored or parked. A dead token changes nothing of it."""

import json
from typing import Any

import pytest
from django.test import Client

from bridges.whatsapp.channel import WhatsApp
from bridges.whatsapp.fake import FakeWhatsApp
from bridges.whatsapp.fake.push import sign
from tests.bridges.whatsapp.conftest import SAMPLES, connected, enveloped, push
from tickets.actions.accounts import add_account
from tickets.actions.deliver import recheck
from tickets.channels import NotConnected, open_channel
from tickets.inbox.process import process_all
from tickets.models import Account, InboxItem, Message

pytestmark = [pytest.mark.django_db(transaction=True)]
TEXT = enveloped(SAMPLES["text"])


def challenge(account: Account, **query: str) -> Any:
    given = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": WhatsApp(account).verify_token}
    return Client().get(
        f"/bridges/{account.public_id}/", given | {f"hub.{name}": value for name, value in query.items()}
    )


def test_the_vendor_asks_whether_the_address_is_ours_and_is_answered_with_its_challenge(number: Account) -> None:
    answer = challenge(number)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"1158201444", "text/plain")


@pytest.mark.parametrize("query", [{"verify_token": "wrong"}, {"verify_token": ""}, {"mode": "unsubscribe"}])
def test_a_challenge_with_another_token_is_refused(number: Account, query: dict[str, str]) -> None:
    assert challenge(number, **query).status_code == 403
    assert InboxItem.objects.count() == 0


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "schlüssel"])
def test_a_push_with_a_bad_signature_is_answered_403_and_stored_nowhere(number: Account, signature: str) -> None:
    for _ in range(10):
        assert push(number, TEXT, "", signature.encode().decode("latin-1")).status_code == 403
    assert InboxItem.objects.count() == 0
    number.refresh_from_db()
    assert (number.health, number.state["refused"]["count"]) == ("degraded", 10)


def test_the_signature_is_of_the_app_secret_and_of_these_very_bytes(number: Account, whatsapp: FakeWhatsApp) -> None:
    assert push(number, TEXT, whatsapp.token).status_code == 403
    spaced = json.dumps(json.loads(TEXT), indent=1).encode()
    assert push(number, spaced, "", sign(whatsapp.app_secret, TEXT)).status_code == 403
    assert push(number, TEXT, whatsapp.app_secret).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"entry": 1}', b"null"])
def test_a_good_push_with_unreadable_content_is_answered_200_and_parked(
    number: Account, whatsapp: FakeWhatsApp, body: bytes
) -> None:
    assert push(number, body, whatsapp.app_secret).status_code == 200
    process_all()
    item = InboxItem.objects.get()
    assert (item.state, Message.objects.count()) == ("parked", 0)
    assert "It could not be read" in item.reason


def test_what_is_pushed_twice_alone_or_in_a_batch_is_one_message(number: Account, whatsapp: FakeWhatsApp) -> None:
    assert [push(number, TEXT, whatsapp.app_secret).status_code for _ in range(2)] == [200, 200]
    assert InboxItem.objects.get().seen_count == 2
    value = json.loads(json.dumps(SAMPLES["text"]))
    value["messages"].append(value["messages"][0] | {"id": "wamid.Z", "text": {"body": "and more"}})
    assert push(number, enveloped(value), whatsapp.app_secret).status_code == 200
    process_all()
    assert sorted(Message.objects.values_list("text", flat=True)) == ["and more", "hi"]


def test_a_token_that_no_longer_sends_never_stops_receiving(number: Account, whatsapp: FakeWhatsApp) -> None:
    whatsapp.closed = "expired"
    Account.objects.filter(pk=number.pk).update(health="cut_off")
    recheck()
    for count in range(3):
        whatsapp.write(42, f"Still here {count}")
    for body, headers in whatsapp.pushes():
        assert push(number, body, "", headers["X-Hub-Signature-256"]).status_code == 200
    process_all()
    number.refresh_from_db()
    assert (number.health, Message.objects.count()) == ("cut_off", 3)


def test_connecting_makes_the_vendor_push_here_and_names_what_is_wrong(
    number: Account, support: Account, whatsapp: FakeWhatsApp, settings: Any
) -> None:
    assert whatsapp.webhook["url"] == f"{settings.SITE_URL}/bridges/{number.public_id}/"
    assert (number.address, number.mailbox, number.health) == ("15550001111", support, "working")
    assert "quality: green" in open_channel(number).way_out()
    with pytest.raises(NotConnected, match="is connected already"):
        connected(whatsapp)
    given = whatsapp.connection()
    secrets = {name: given.pop(name) for name in ("token", "app_secret")}
    for wrong, words in (
        ({"token": "EAAother"}, "Invalid OAuth access token"),
        ({"business_id": "1"}, "does not exist"),
        ({"phone_number_id": "2"}, "does not exist"),
        ({"api_url": ""}, "WhatsApp"),
    ):
        if "api_url" in wrong:
            continue
        account = add_account("whatsapp", "Other", f"other {wrong}", given | {k: v for k, v in wrong.items() if k != "token"},
                              secrets | {k: v for k, v in wrong.items() if k == "token"})  # fmt: skip
        with pytest.raises(NotConnected, match=words):
            open_channel(account).connect()
    open_channel(number).disconnect()
    assert whatsapp.webhook == {}
    assert open_channel(number).probe().health == "degraded"


def test_the_vendor_itself_asks_pushes_and_repeats(
    support: Account, whatsapp: FakeWhatsApp, live_url: str, transactional_db: None
) -> None:
    whatsapp.is_verifying = True
    connected(whatsapp)
    whatsapp.write(42, "one")
    whatsapp.write(42, "two")
    whatsapp.write(42, "three")
    assert whatsapp.deliver(2) == [200, 200]
    process_all()
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["one", "two", "three"]
