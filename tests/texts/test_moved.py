"""Templates of before there were texts by language: a configuration in the record that is older is read as one of today."""

import json

import pytest

from tests.flows.desk import mailbox
from tickets.actions.accounts import add_account
from tickets.models import Account
from tickets.record import config
from tickets.record.store import store


@pytest.mark.django_db(transaction=True)
def test_an_older_configuration_comes_back_with_its_words_among_the_texts() -> None:
    home = mailbox(language="de", footer="Blaues Rad")
    bot = add_account("pigeon", "Loft", "loft", mailbox=home)
    today = config.snapshot()
    for row in today:
        fields = row["fields"]
        fields.pop("texts", None)
        if fields.get("address") == "loft":
            fields["config"] = {"greet": "yes", "greeting": "Hallo $name", "away": ""}
        elif fields.get("address"):
            fields["acknowledgement"] = "Danke, $name. Nummer $number."
    store().write(f"{config.FOLDER}/2999-01-01T000000.000000.json", json.dumps(today).encode())
    config.restore()
    home.refresh_from_db()
    bot.refresh_from_db()
    assert home.texts == {"acknowledgement": {"de": "Danke, {name}. Nummer {number}."}}
    assert (bot.texts, bot.config) == ({"greeting": {"de": "Hallo {name}"}}, {"greet": "yes"})
    assert Account.objects.exclude(acknowledgement="").count() == 0


@pytest.mark.django_db(transaction=True)
def test_texts_are_configuration_and_come_back_from_the_record() -> None:
    texts = {"greeting": {"uk": "Вітаємо[, {name}]."}}
    home = mailbox(texts=texts)
    Account.objects.update(texts={})
    config.restore()
    home.refresh_from_db()
    assert home.texts == texts
