"""The texts of an account on the screen: changed by language, previewed as they are typed, refused with a gap, taken back."""

from collections.abc import Callable

import pytest
from django.test import Client

from tickets.actions.accounts import add_account
from tickets.actions.configuration import log_of
from tickets.models import Account, Agent


@pytest.fixture
def page(support: Account) -> str:
    return f"/accounts/{support.public_id}/texts/acknowledgement/de/"


def test_the_screen_opens_at_the_first_text_in_the_accounts_language(
    support: Account, ann: Agent, enter: Callable[..., Client]
) -> None:
    Account.objects.update(language="uk")
    answer = enter(ann).get(f"/accounts/{support.public_id}/texts/", follow=True)
    shown = answer.content.decode()
    assert answer.redirect_chain[-1][0].endswith("/texts/acknowledgement/uk/")
    assert "Дякуємо за Ваше повідомлення." in shown
    assert 'lang="uk" dir="ltr"' in shown
    assert "Добрий день, Zoe Reed." in shown
    assert "Добрий день.<br>" in shown
    assert "greeting/uk" not in shown


def test_a_messenger_has_the_texts_of_conversations(ann: Agent, support: Account, enter: Callable[..., Client]) -> None:
    bot = add_account("telegram", "Bot", "bot")
    answer = enter(ann).get(f"/accounts/{bot.public_id}/texts/", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/texts/greeting/en/")
    assert enter(ann).get(f"/accounts/{bot.public_id}/texts/acknowledgement/en/").status_code == 404
    assert enter(ann).get(f"/accounts/{bot.public_id}/texts/away/it/").status_code == 404
    assert enter(ann).get(f"/accounts/{bot.public_id}/texts/quoted/en/").status_code == 404


def test_own_words_are_stored_by_language_logged_with_their_author_and_taken_back(
    support: Account, ann: Agent, page: str, enter: Callable[..., Client]
) -> None:
    client = enter(ann)
    shown = client.post(page, {"template": "Moin[ {name}],\r\nNummer {number}."}, follow=True).content.decode()
    support.refresh_from_db()
    assert support.texts == {"acknowledgement": {"de": "Moin[ {name}],\nNummer {number}."}}
    assert "Moin Zoe Reed,<br>Nummer 1042." in shown
    assert "Moin,<br>Nummer 1042." in shown
    entry = log_of(support).get()
    assert (entry.fields["by"], entry.fields["changes"][0]["name"]) == (ann.public_id, "acknowledgement (de)")
    client.post(page, {"template": ""})
    support.refresh_from_db()
    assert support.texts == {}
    assert log_of(support).count() == 2


def test_the_default_saved_as_it_stands_is_not_stored(
    support: Account, ann: Agent, page: str, enter: Callable[..., Client]
) -> None:
    client = enter(ann)
    default = client.get(page).context["form"]["template"].value()
    client.post(page, {"template": default.replace("\n", "\r\n")})
    support.refresh_from_db()
    assert support.texts == {}


def test_a_place_that_nothing_fills_is_named_and_not_stored(
    support: Account, ann: Agent, page: str, enter: Callable[..., Client]
) -> None:
    answer = enter(ann).post(page, {"template": "Hallo {nmae} } und Grüße"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing fills {nmae}. There are: {name}, {number}, {subject}, {mailbox}." in shown
    assert "A brace stands alone." in shown
    assert "Hallo {nmae} } und Grüße" in shown
    support.refresh_from_db()
    assert support.texts == {}


def test_the_preview_shows_what_is_typed_and_what_it_falls_back_to(
    support: Account, ann: Agent, page: str, enter: Callable[..., Client]
) -> None:
    client = enter(ann)
    shown = client.post(page + "preview/", {"template": "Hallo {name}, <b>ja</b>"}).content.decode()
    assert "Hallo Zoe Reed, &lt;b&gt;ja&lt;/b&gt;" in shown
    assert "Hallo, &lt;b&gt;ja&lt;/b&gt;" in shown
    closed = page.replace("acknowledgement", "acknowledgement-closed") + "preview/"
    shown = client.post(closed, {"template": "Wir sind {opens} da."}).content.decode()
    assert "When {opens} is missing, these words would say nothing" in shown
    assert "wir antworten Ihnen, sobald wir wieder da sind." in shown
    assert "Wir sind am " in shown


def test_only_administrators_see_or_change_the_texts(ben: Agent, page: str, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    assert [client.get(page).status_code, client.post(page, {"template": "x"}).status_code] == [403, 403]
    assert client.post(page + "preview/", {"template": "x"}).status_code == 403
    assert Client().get(page).status_code == 302
    assert Account.objects.get().texts == {}


def test_an_account_answers_in_one_of_the_languages_that_have_texts(
    support: Account, ann: Agent, enter: Callable[..., Client]
) -> None:
    Account.objects.update(language="it")
    shown = enter(ann).get(f"/accounts/{support.public_id}/").content.decode()
    assert "Português" in shown
    assert '<option value="it" selected>' in shown
    assert "日本語" not in shown.split('name="language"')[1].split("</select>")[0]
