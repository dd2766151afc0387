"""Days and times in a sentence, in each language as people there say it."""

from datetime import date, datetime

import pytest

from tickets.texts.languages import LANGUAGES
from tickets.texts.moments import MONTHS, WEEKDAYS, moment, on_date, written

MONDAY = datetime(2026, 3, 2, 8, 0)


@pytest.mark.parametrize(
    ("language", "today", "tomorrow", "later"),
    [
        ("en", "today at 9:00", "on Tuesday at 1:30", "on 1 April at 11:00"),
        ("de", "heute um 9:00 Uhr", "am Dienstag um 1:30 Uhr", "am 1. April um 11:00 Uhr"),
        ("es", "hoy a las 9:00", "el martes a la 1:30", "el 1 de abril a las 11:00"),
        ("fr", "aujourd’hui à 9:00", "mardi à 1:30", "le 1er avril à 11:00"),
        ("uk", "сьогодні о 9:00", "у вівторок о 1:30", "1 квітня об 11:00"),
        ("ru", "сегодня в 9:00", "во вторник в 1:30", "1 апреля в 11:00"),
        ("pt", "hoje às 9:00", "na terça-feira à 1:30", "no dia 1 de abril às 11:00"),
    ],
)
def test_a_moment_is_said_as_near_as_it_is(language: str, today: str, tomorrow: str, later: str) -> None:
    assert moment(datetime(2026, 3, 2, 9, 0), MONDAY, language) == today
    assert moment(datetime(2026, 3, 3, 1, 30), MONDAY, language) == tomorrow
    assert moment(datetime(2026, 4, 1, 11, 0), MONDAY, language) == later


def test_a_weekday_is_never_taken_for_the_one_of_the_next_week() -> None:
    assert moment(datetime(2026, 3, 8, 9, 0), MONDAY, "en") == "on Sunday at 9:00"
    assert moment(datetime(2026, 3, 9, 9, 0), MONDAY, "en") == "on 9 March at 9:00"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_seven_days_and_twelve_months(language: str) -> None:
    assert (len(WEEKDAYS[language].split(",")), len(MONTHS[language].split(","))) == (7, 12)


def test_a_day_with_its_year() -> None:
    said = [on_date(date(2026, 3, 3), language) for language in LANGUAGES]
    assert said == [
        "3 March 2026", "3. März 2026", "3 de marzo de 2026", "3 mars 2026", "3 березня 2026 року", "3 марта 2026 года",
        "3 de março de 2026",
    ]  # fmt: skip
    assert written(datetime(2026, 3, 3, 9, 5), "de") == "3. März 2026 um 9:05 Uhr"
