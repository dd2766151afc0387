"""What the tests of WhatsApp share: a fake Cloud API over real HTTP, a number connected to it, and a door that it pushes to."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bridges.whatsapp import channel
from bridges.whatsapp.fake import FakeWhatsApp
from bridges.whatsapp.fake.push import sign
from tests.flows.desk import mailbox
from tickets.actions.accounts import add_account
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.models import Account

SECRETS = ("token", "app_secret")
SAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("samples.json").read_text())


@pytest.fixture(autouse=True)
def any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a turn here."""
    for name in ("NUMBER_LIMIT", "PERSON_LIMIT"):
        monkeypatch.setattr(channel, name, replace(getattr(channel, name), burst=10_000))


@pytest.fixture
def whatsapp() -> Iterator[FakeWhatsApp]:
    """A Cloud API with one number and its customers."""
    fake = FakeWhatsApp().start()
    yield fake
    fake.stop()


@pytest.fixture
def support(transactional_db: None) -> Account:
    """The mailbox that answers for the number."""
    return mailbox()


@pytest.fixture
def number(support: Account, whatsapp: FakeWhatsApp) -> Account:
    """The number +1 555-000-1111, connected as `account add whatsapp` does it."""
    return connected(whatsapp)


def connected(whatsapp: FakeWhatsApp, **config: str) -> Account:
    """A number that is connected to a fake."""
    given = whatsapp.connection() | config
    secrets = {name: given.pop(name) for name in SECRETS}
    account = add_account("whatsapp", "Shop", "shop", given, secrets)
    open_channel(account).connect()
    return account


def push(account: Account, body: bytes, secret: str, signature: str | None = None) -> Any:
    """What the door answers to a push."""
    headers = {"X-Hub-Signature-256": sign(secret, body) if signature is None else signature}
    address = f"/bridges/{account.public_id}/"
    return Client().post(address, body, content_type="application/json", headers=headers)


@pytest.fixture
def arrive(number: Account, whatsapp: FakeWhatsApp) -> Callable[..., None]:
    """`arrive()`: all that waits at the vendor is pushed, each by itself or `together`, and filed."""

    def run(together: int = 1) -> None:
        for body, headers in whatsapp.pushes(together):
            assert push(number, body, whatsapp.app_secret, headers["X-Hub-Signature-256"]).status_code == 200
        process_all()

    return run


def enveloped(value: Any, field: str = "messages") -> bytes:
    """A payload of one change."""
    entry = {"id": "102290129340398", "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
