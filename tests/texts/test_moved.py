"""A configuration in the record of before accounts had hours and texts by language is read as one of today."""

import json

import pytest

from tests.flows.desk import mailbox
from tickets.actions.accounts import add_account
from tickets.models import Account
from tickets.record import config
from tickets.record.store import store

HOURS = {"hours": "sat 10:00-14:00", "days_off": "2026-12-25 2027-01-01", "time_zone": "Europe/Kyiv"}


@pytest.mark.django_db(transaction=True)
def test_an_older_configuration_comes_back_with_its_words_among_the_texts_and_its_hours() -> None:
    home = mailbox(language="de", footer="Blaues Rad")
    bot = add_account("pigeon", "Loft", "loft", mailbox=home)
    today = config.snapshot()
    for row in today:
        fields = row["fields"]
        fields.pop("texts", None)
        if fields.get("address") == "loft":
            for name in ("hours", "days_off", "time_zone"):
                del fields[name]
            fields["config"] = {"greet": "yes", "greeting": "Hallo $name", "away": ""} | HOURS
        elif fields.get("address"):
            fields["acknowledgement"] = "Danke, $name. Nummer $number."
    store().write(f"{config.FOLDER}/2999-01-01T000000.000000.json", json.dumps(today).encode())
    config.restore()
    home.refresh_from_db()
    bot.refresh_from_db()
    assert home.texts == {"acknowledgement": {"de": "Danke, {name}. Nummer {number}."}}
    assert (bot.texts, bot.config) == ({"greeting": {"de": "Hallo {name}"}}, {"greet": "yes"})
    assert (bot.hours, bot.time_zone) == ({"sat": [["10:00", "14:00"]]}, "Europe/Kyiv")
    assert [day["day"] for day in bot.days_off] == ["2026-12-25", "2027-01-01"]
    assert Account.objects.exclude(acknowledgement="").count() == 0


@pytest.mark.django_db(transaction=True)
def test_texts_are_configuration_and_come_back_from_the_record() -> None:
    texts = {"greeting": {"uk": "Вітаємо[, {name}]."}}
    home = mailbox(texts=texts)
    Account.objects.update(texts={})
    config.restore()
    home.refresh_from_db()
    assert home.texts == texts
