"""The language that customers write: right for short mails, and unsure rather than wrong."""

import pytest

from tests.texts.sentences import OTHERS, SENTENCES, TOO_LITTLE
from tickets.texts.guess import guess
from tickets.texts.languages import LANGUAGES

SURE_AND_RIGHT = 0.95  # of the sentences; measured: 161 of 168
WRONG = ["COLIS ABIMÉ"]  # taken for Italian: the account's language rules


def test_short_mails_are_told_in_all_seven_languages_and_almost_never_wrongly() -> None:
    pairs = [(language, sentence, guess(sentence)) for language, all_of in SENTENCES.items() for sentence in all_of]
    sure = [(language, sentence, found.language) for language, sentence, found in pairs if found and found.is_sure]
    assert [sentence for language, sentence, found in sure if found != language] == WRONG
    assert len(sure) - len(WRONG) >= SURE_AND_RIGHT * len(pairs)
    assert set(SENTENCES) == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_are_not_taken_for_one_of_ours(language: str) -> None:
    found = [guess(sentence) for sentence in OTHERS[language]]
    assert not any(one and one.is_sure and one.language in LANGUAGES for one in found)


@pytest.mark.parametrize("text", TOO_LITTLE)
def test_a_name_a_number_or_a_link_tells_no_language(text: str) -> None:
    assert guess(text) is None


def test_letters_that_only_one_language_has_beat_the_model() -> None:
    told = [guess("Ваш заказ мы получили ещё вчера"), guess("Ваше замовлення ми отримали ще вчора, дякуємо і чекаємо")]
    assert [one.language for one in told if one] == ["ru", "uk"]


def test_what_is_pasted_below_the_first_sentences_does_not_count() -> None:
    mail = "Guten Tag,\r\n\r\nmein Paket fehlt noch immer, und im Protokoll der Spedition steht nur dies:\r\n"
    found = guess(mail + "The parcel has been handed over to the carrier.\n" * 1000)
    assert found
    assert (found.language, found.is_sure) == ("de", True)
