"""Words of an account's own: by text and language, above the defaults, and never worse than them."""

from typing import Any

import pytest

from tickets.models import Account
from tickets.texts import own
from tickets.texts.choose import choose, language_of
from tickets.texts.languages import spoken
from tickets.texts.older import carried_over, rewritten
from tickets.texts.words import BY_NAME


def account(**fields: Any) -> Account:
    return Account(channel="email", name="Help", address="help@desk.example", **fields)


def test_own_words_hold_for_their_language_and_the_default_for_all_others() -> None:
    shop = account(texts={"greeting": {"de": "Moin[ {name}]"}})
    assert own.words(shop, "greeting", "de", {"name": "Zoe"}) == "Moin Zoe"
    assert own.words(shop, "greeting", "fr", {}).startswith("Bonjour,")


def test_own_words_without_their_one_value_give_way_to_the_default() -> None:
    shop = account(texts={"away": {"en": "Back {opens}."}})
    assert own.words(shop, "away", "en", {"opens": "on Monday at 9:00"}) == "Back on Monday at 9:00."
    assert own.words(shop, "away", "en", {"opens": ""}).startswith("Nobody is here just now. We have your message")
    split = account(texts={"away": {"en": "[Back {opens}.|Away.]"}})
    assert own.words(split, "away", "en", {}) == "Away."


def test_the_footer_is_the_accounts_own_one_where_a_language_has_none() -> None:
    shop = account(footer="Blue Bicycle Ltd", texts={"footer": {"de": "Blaues Rad GmbH\nwww.rad.example"}})
    assert own.footer(shop, "de") == "Blaues Rad GmbH\nwww.rad.example"
    assert own.footer(shop, "uk") == "Blue Bicycle Ltd"
    assert own.footer(account(), "uk") == ""


@pytest.mark.parametrize(
    "odd", [[], {"greeting": "x"}, {"greeting": {"en": 7}}, {"nothing": {}}, {"quoted": {"en": "x"}}]
)
def test_what_makes_no_sense_among_the_texts_counts_as_none(odd: Any) -> None:
    assert own.words(account(texts=odd), "greeting", "en", {}).startswith("Hello,")
    assert own.words(account(texts=odd), "quoted", "en", {"when": "then", "writer": ""}) == "On then, somebody wrote:"


def test_an_empty_text_goes_back_to_the_default_and_leaves_nothing_behind() -> None:
    texts = own.with_words({}, "away", "de", " Bald wieder da. ")
    assert texts == {"away": {"de": "Bald wieder da."}}
    assert own.with_words(texts, "away", "de", "  ") == {}


def test_a_mail_of_its_own_has_a_subject_on_one_line() -> None:
    assert own.subject("request-new-link", "de", {"number": "7\n8"}) == "Ihr Link zu Ihrer Anfrage 7 8"
    assert own.subject("request-new-link", "fr", {}) == "Votre lien vers votre demande"


def test_the_line_with_the_link_to_your_request() -> None:
    link = "https://desk.example/r/abc"
    assert own.words(account(), "request-link", "pt", {"link": link, "until": "3 de março de 2026"}) == (
        f"Ler esta conversa e responder (até 3 de março de 2026): {link}"
    )
    assert (
        own.words(account(), "request-link", "en", {"link": link}) == f"Read this conversation and answer here: {link}"
    )


def test_the_language_is_theirs_then_their_apps_then_that_of_the_mailbox(settings: Any) -> None:
    home = account(language="de")
    bot = Account(channel="pigeon", name="Loft", mailbox=home, language="en")
    assert choose(bot, "Hello, where is my parcel?", reported="fr").language == "en"
    assert choose(bot, "ok", reported="uk").language == "uk"
    assert choose(bot, "ok", reported="tlh").language == "de"
    assert choose(home, "4711", "Réclamation concernant ma commande").language == "fr"
    settings.LANGUAGE_CODE = "it"
    assert language_of(account(language="ja")) == "en"
    assert [spoken(code) for code in ("pt-BR", "uk_UA", "zh-hans", "")] == ["pt", "uk", "", ""]


def test_a_template_of_old_says_the_same_in_the_form_of_today() -> None:
    assert rewritten("Hi $name, [#$number] of ${mailbox}: $$5") == "Hi {name}, (#{number}) of {mailbox}: $5"
    assert rewritten("Hi $name, write {name} or } anywhere") == "Hi {name}, write (name) or ) anywhere"
    before = {"acknowledgement": "Danke $name", "config": {"greet": "yes", "greeting": "Hi $name", "away": " "}}
    assert carried_over(before, "de") == {
        "acknowledgement": "",
        "config": {"greet": "yes"},
        "texts": {"acknowledgement": {"de": "Danke {name}"}, "greeting": {"de": "Hi {name}"}},
    }
    today = {"acknowledgement": "", "config": {}, "texts": {"away": {"en": "x"}}}
    assert carried_over(today, "en") == today


def test_only_what_an_account_may_change_is_editable() -> None:
    assert [text.name for text in BY_NAME.values() if not text.is_editable] == [
        "confirm",
        "no-mail",
        "quoted",
        "subject",
    ]
