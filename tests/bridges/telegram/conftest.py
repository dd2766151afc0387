"""What the tests of Telegram share: a fake Bot API over real HTTP, and a bot connected to it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import connection

from bridges.telegram import channel
from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import mailbox
from tickets.actions.accounts import add_account
from tickets.channels import open_channel
from tickets.models import Account

Polling = Callable[[Callable[[], bool]], None]


@pytest.fixture(autouse=True)
def any_pace(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Nobody waits for a turn here, but in the tests marked `pace`."""
    if not request.node.get_closest_marker("pace"):
        for name in ("BOT_LIMIT", "CHAT_LIMIT", "GROUP_LIMIT"):
            monkeypatch.setattr(channel, name, replace(getattr(channel, name), burst=10_000))


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """A Bot API server with one bot and its customers; it refuses what Telegram would quietly ignore."""
    fake = FakeTelegram(is_strict=True).start()
    yield fake
    fake.stop()


@pytest.fixture
def support(transactional_db: None) -> Account:
    """The mailbox that answers for the bot."""
    return mailbox()


@pytest.fixture
def bot(support: Account, telegram: FakeTelegram) -> Account:
    """The bot @help_bot, connected as `account add telegram` does it."""
    account = add_account("telegram", "Shop bot", "shop bot", {"api_url": telegram.url}, {"token": telegram.token})
    open_channel(account).connect()
    return account


@pytest.fixture
def poll_until(bot: Account) -> Polling:
    """`poll_until(condition)`: poll as the mail part does, in a thread, until the condition holds."""

    def run(condition: Callable[[], bool]) -> None:
        stop, errors = threading.Event(), []

        def poll() -> None:
            try:
                open_channel(Account.objects.get(pk=bot.pk)).poll(stop.is_set)
            except BaseException as error:
                errors.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=poll, daemon=True)
        thread.start()
        over = time.monotonic() + 20
        while not condition() and not errors and time.monotonic() < over:
            time.sleep(0.05)
        stop.set()
        thread.join(10)
        assert not errors, errors
        assert condition(), "it did not come about within 20 s"

    return run
