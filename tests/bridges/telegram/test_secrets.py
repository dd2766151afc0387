"""The token of a bot is seen by Telegram alone: no log, page, reason, file or row shows it."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.out.test_out import PICTURE
from tests.flows.desk import settle
from tickets.actions.accounts import change_account
from tickets.actions.correct import edit_message
from tickets.actions.deliver import recheck
from tickets.actions.reply import reply
from tickets.channels import NotConnected, open_channel
from tickets.inbox.fetch import fetch_all
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, InboxItem, Message, Ticket
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
ANN = 42
NEW = "123456:AAF-renewed-token-of-nobody"


def a_day_with(bot: Account, telegram: FakeTelegram, poll_until: Callable[..., None], ben: Agent) -> Ticket:
    """All that makes a call, and much that goes wrong: files, answers, refusals, silence, a token that is revoked."""
    telegram.write(ANN, "Hello there, Shop", name="Ann Lee")
    telegram.attach(ANN, "lamp.png", PICTURE)
    poll_until(lambda: InboxItem.objects.count() == 2)
    process_all()
    telegram.plan("getFile", 500, "Internal Server Error")
    fetch_all()
    ticket = Ticket.objects.get()
    telegram.plan("sendMessage", 400, f"Bad Request: strange bot{telegram.token}")
    telegram.plan_silence("sendMessage")
    for words in ("one", "two", "three"):
        reply(ticket, words, ben)
        settle()
    edit_message(Message.objects.get(text="three"), "four", ben)
    settle()
    bot.config["api_url"] = "http://127.0.0.1:9"  # nobody listens there
    bot.save(update_fields=["config"])
    reply(ticket, "five", ben)
    settle()
    recheck([bot])
    with pytest.raises(NotConnected) as told:
        open_channel(bot).probe()
    assert telegram.token not in str(told.value)
    return ticket


def test_nothing_shows_the_token(
    bot: Account,
    telegram: FakeTelegram,
    poll_until: Callable[..., None],
    ann: Agent,
    ben: Agent,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    ticket = a_day_with(bot, telegram, poll_until, ben)
    change_account(bot, ann, secrets={"token": NEW})
    write_config()
    for command in (["account", "list"], ["account", "show", bot.name], ["ticket", "show", str(ticket.number)]):
        try:
            call_command(*command)
        except (SystemExit, Exception) as error:
            assert_hidden(str(error))
    client.force_login(ann)
    urls = ["/accounts/", f"/accounts/{bot.public_id}/", f"/tickets/{ticket.number}/", "/parked/", "/healthz"]
    urls += [f"/messages/{one}/original/" for one in Message.objects.values_list("public_id", flat=True)]
    pages = [client.get(url).content.decode() for url in urls]
    assert "Shop bot" in pages[0]
    assert "strange bot" in pages[2]
    assert_hidden(*pages, caplog.text, *capsys.readouterr(), *map(str, stored()), *written())


def assert_hidden(*texts: str) -> None:
    for text in texts:
        for token in ("AAF-fake-token-of-nobody", NEW.partition(":")[2]):
            assert token not in text, text[max(0, text.index(token) - 300) : text.index(token) + 100]


def stored() -> list[Any]:
    """Every value of every row, as the database holds it."""
    found: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += cursor.fetchall()
    assert len(found) > 20
    return found


def written() -> list[str]:
    """What lies in the record and the spool."""
    files = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file() and path.suffix not in (".sqlite3",)]
    assert len(files) > 5
    return [path.read_bytes().decode("latin-1") for path in files]
