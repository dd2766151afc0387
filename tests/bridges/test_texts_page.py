"""The page of docs with the texts of a failing messenger says what the texts say, and answers every question with their words."""

from pathlib import Path

import pytest

from tickets.texts.languages import LANGUAGES
from tickets.texts.text import MAIL
from tickets.texts.words import BY_NAME
from tickets.views.texts_page import APP_LINE, MAIL_LINE, SHOWN, page, preview, said

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_what_the_texts_say() -> None:
    kept = (DOCS / "texts-when-a-vendor-fails.md").read_text("utf-8")
    assert kept.strip() == page().strip(), "make it anew: manage.py texts > docs/texts-when-a-vendor-fails.md"


@pytest.mark.parametrize("name", SHOWN)
def test_each_question_is_answered_by_words_that_stand_where_it_says(name: str) -> None:
    assert SHOWN[name]
    for answer in SHOWN[name]:
        assert answer.quote in said(answer.where), answer


@pytest.mark.parametrize("name", SHOWN)
def test_the_line_in_a_list_begins_with_words_of_the_text_in_each_language(name: str) -> None:
    text = BY_NAME[name]
    for language in LANGUAGES:
        line = preview(text, language)
        assert 10 < len(line) <= (MAIL_LINE if MAIL in text.where else APP_LINE)
        assert "{" not in line


def test_every_text_that_an_account_says_about_other_ways_is_on_the_page() -> None:
    others = {"acknowledgement", "acknowledgement-closed", "away", "greeting", "footer", "quoted", "subject"}
    others |= {"request-link", "request-new-link", "transcript"}
    assert set(SHOWN) == set(BY_NAME) - others
