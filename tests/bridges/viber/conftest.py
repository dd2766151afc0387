"""What the tests of Viber share: a fake REST Bot API over real HTTP, a bot connected to it, and a door that it pushes to."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bridges.viber import channel
from bridges.viber.fake import FakeViber
from tests.flows.desk import mailbox
from tickets.actions.accounts import add_account
from tickets.channels import Limit, open_channel
from tickets.inbox.process import process_all
from tickets.models import Account

SAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("samples.json").read_text())
HEADER = "X-Viber-Content-Signature"


@pytest.fixture(autouse=True)
def any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a turn here."""
    monkeypatch.setattr(channel, "BOT_LIMIT", Limit("", 0.001, 10_000))
    monkeypatch.setattr(channel, "PERSON_LIMIT_BURST", 10_000)


@pytest.fixture
def viber() -> Iterator[FakeViber]:
    """A bot with its users, as Viber has it."""
    fake = FakeViber().start()
    yield fake
    fake.stop()


@pytest.fixture
def support(transactional_db: None) -> Account:
    """The mailbox that answers for the bot."""
    return mailbox(acknowledge=False)


@pytest.fixture
def bot(support: Account, viber: FakeViber) -> Account:
    """The bot, connected as `account add viber` does it."""
    return connected(viber)


def connected(viber: FakeViber, **config: str) -> Account:
    """A bot that is connected to a fake."""
    given = viber.connection() | config
    secrets = {"token": given.pop("token")}
    account = add_account("viber", "Shop", "shop", given, secrets)
    open_channel(account).connect()
    return account


def sign(token: str, body: bytes) -> str:
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def push(account: Account, body: bytes, signature: str) -> Any:
    """What the door answers to a callback."""
    address = f"/bridges/{account.public_id}/"
    return Client().post(address, body, content_type="application/json", headers={HEADER: signature})


@pytest.fixture
def arrive(bot: Account, viber: FakeViber) -> Callable[[], list[Any]]:
    """`arrive()`: all that waits at the vendor is pushed and filed; what the door answered."""

    def run() -> list[Any]:
        answers = []
        for event in viber.waiting[:]:
            body, headers = viber.signed([event])
            answers.append(push(bot, body, headers[HEADER]))
            assert answers[-1].status_code == 200
            viber.answered([event], answers[-1].content)
        viber.waiting.clear()
        process_all()
        return answers

    return run
