"""The webhook: verified, stored, answered with nothing; whatever comes, Telegram never has to repeat what is stored."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from bridges.telegram.channel import Telegram
from bridges.telegram.fake import FakeTelegram
from bridges.telegram.poll import poll
from tickets.actions.accounts import add_account, remove_account
from tickets.channels import NotConnected, open_channel
from tickets.inbox.process import process_all
from tickets.models import Account, InboxItem, Message

pytestmark = [pytest.mark.django_db(transaction=True)]
UPDATE = {"update_id": 9, "message": {"message_id": 1, "date": 1790000000, "chat": {"id": 42, "type": "private"},
          "from": {"id": 42, "first_name": "Ann"}, "text": "hi"}}  # fmt: skip


@pytest.fixture
def pushed(support: Account, telegram: FakeTelegram) -> Account:
    """A bot that Telegram pushes to."""
    config = {"api_url": telegram.url, "receive": "webhook"}
    account = add_account("telegram", "Shop bot", "shop bot", config, {"token": telegram.token})
    open_channel(account).connect()
    return account


def push(account: Account, body: bytes, secret: str | None = None) -> Any:
    known = secret if secret is not None else Telegram(account).webhook_secret
    headers = {"X-Telegram-Bot-Api-Secret-Token": known}
    return Client().post(f"/bridges/{account.public_id}/", body, content_type="application/json", headers=headers)


def test_connecting_sets_the_webhook_with_a_secret(pushed: Account, telegram: FakeTelegram, settings: Any) -> None:
    assert telegram.webhook["url"] == f"{settings.SITE_URL}/bridges/{pushed.public_id}/"
    assert telegram.webhook["secret_token"] == Telegram(pushed).webhook_secret
    assert open_channel(pushed).probe().health == "working"


def test_an_update_is_stored_once_and_answered_with_nothing(pushed: Account) -> None:
    body = json.dumps(UPDATE).encode()
    answers = [push(pushed, body), push(pushed, body)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b""), (200, b"")]
    process_all()
    assert Message.objects.get().text == "hi"
    assert InboxItem.objects.get().seen_count == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_what_cannot_be_read_is_stored_and_shown(pushed: Account, body: bytes) -> None:
    assert push(pushed, body).status_code == 200
    process_all()
    assert "cannot be shown yet" in Message.objects.get().text


@pytest.mark.parametrize("secret", ["", "wrong", "schlüssel"])
def test_who_does_not_know_the_secret_is_refused_and_counted(pushed: Account, secret: str) -> None:
    for _ in range(10):
        assert push(pushed, b"{}", secret.encode().decode("latin-1")).status_code == 403
    assert InboxItem.objects.count() == 0
    pushed.refresh_from_db()
    assert (pushed.health, pushed.state["refused"]["count"]) == ("degraded", 10)


def test_other_methods_and_accounts_that_are_not_there(pushed: Account) -> None:
    secret = {"X-Telegram-Bot-Api-Secret-Token": Telegram(pushed).webhook_secret}
    assert Client().get(f"/bridges/{pushed.public_id}/", headers=secret).status_code == 405
    assert Client().post("/bridges/nobody/", headers=secret).status_code == 404
    remove_account(pushed, None)
    assert push(pushed, b"{}").status_code == 404


def test_a_bot_that_is_connected_already_is_named(pushed: Account, telegram: FakeTelegram) -> None:
    twin = add_account("telegram", "Again", "again", {"api_url": telegram.url}, {"token": telegram.token})
    with pytest.raises(NotConnected, match="help_bot is connected already"):
        open_channel(twin).connect()


def test_the_server_itself_pushes(
    support: Account, telegram: FakeTelegram, live_url: str, transactional_db: None
) -> None:
    config = {"api_url": telegram.url, "receive": "webhook"}
    account = add_account("telegram", "Shop bot", "shop bot", config, {"token": telegram.token})
    open_channel(account).connect()
    telegram.write(42, "one")
    telegram.write(42, "two")
    assert telegram.deliver() == [200, 200]
    process_all()
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["one", "two"]


def test_the_press_of_a_button_is_heard_whichever_way_it_comes(pushed: Account, telegram: FakeTelegram) -> None:
    """By the webhook in the answer to the push, by polling with a call of its own that nobody waits for."""
    press = {"id": "99", "from": {"id": 42, "first_name": "Ann"}, "data": "yes", "chat_instance": "1"}
    body = json.dumps({"update_id": 10, "callback_query": press}).encode()
    answer = push(pushed, body)
    assert json.loads(answer.content) == {"method": "answerCallbackQuery", "callback_query_id": "99"}
    stops = iter([False, True])
    telegram.webhook = {}
    telegram.allowed = []
    telegram.push({"callback_query": press | {"id": "100"}})
    telegram.plan("answerCallbackQuery", 400, "Bad Request: query is too old")
    poll(pushed, telegram.token, telegram.url, lambda: next(stops, True))
    over = time.monotonic() + 10
    while ("answercallbackquery", {"callback_query_id": "100"}) not in telegram.calls and time.monotonic() < over:
        time.sleep(0.02)
    assert ("answercallbackquery", {"callback_query_id": "100"}) in telegram.calls
    process_all()
    assert list(Message.objects.values_list("text", flat=True)) == ["Pressed a button: yes"] * 2
