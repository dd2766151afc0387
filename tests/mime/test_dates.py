"""Dates as programs and people write them, in many languages."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.dates import date

TUESDAY = "2025-03-04T10:00:00"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Tue, 4 Mar 2025 10:00:00 +0100", f"{TUESDAY}+01:00"),
        ("Tue,4 Mar 2025 10:00:00 +0100", f"{TUESDAY}+01:00"),
        ("Tue 4 Mar 2025 10:00:00 +0100 (CET)", f"{TUESDAY}+01:00"),
        ("Fri, 4 Mar 2025 10:00:00 +0100", f"{TUESDAY}+01:00"),
        ("Tue, 4 Mar 2025 10:00:00 +05:30", f"{TUESDAY}+05:30"),
        ("Tue, 4 Mar 2025 10:00:00 GMT+2", f"{TUESDAY}+02:00"),
        ("Tue, 4 Mar 2025 10:00:00 UTC-0430", f"{TUESDAY}-04:30"),
        ("Tue, 4 Mar 2025 10:00:00 +1", f"{TUESDAY}+01:00"),
        ("Tue, 4 Mar 2025 10:00:00 CEST", f"{TUESDAY}+02:00"),
        ('Tue, 4 Mar 2025 10:00:00 "GMT"', f"{TUESDAY}+00:00"),
        ("Tue, 4 Mar 2025 10:00:00 +0100 something more", f"{TUESDAY}+01:00"),
        ("Tue, 04-Mar-2025 10:00:00 GMT", f"{TUESDAY}+00:00"),
        ("Tue, 4 Mar 2025 10:00:60 +0000", "2025-03-04T10:00:59+00:00"),
        ("Tue, 4 Mar 2025 24:00:00 +0000", "2025-03-05T00:00:00+00:00"),
        ("Tue, 4 Mar 25 10:00 -0500", f"{TUESDAY}-05:00"),
        ("Tue, 4 Mar 125 10:00 -0500", f"{TUESDAY}-05:00"),
        ("4 Mar 99 10:00:00 EST", "1999-03-04T10:00:00-05:00"),
        ("Tue Mar  4 10:00:00 2025", f"{TUESDAY}+00:00"),
        ("Tue Mar  4 10:00:00 2025 +0100", f"{TUESDAY}+01:00"),
        ("Tue Mar  4 10:00:00 EST 2025", f"{TUESDAY}-05:00"),
        ("March 4, 2025 10:00 AM", f"{TUESDAY}+00:00"),
        ("Mar 4 2025 10:00:00 p.m. +0100", "2025-03-04T22:00:00+01:00"),
        ("3/4/2025 10:00:00 AM", f"{TUESDAY}+00:00"),
        ("3/4/2025 12:05:00 AM", "2025-03-04T00:05:00+00:00"),
        ("04/03/2025 10:00:00", f"{TUESDAY}+00:00"),
        ("3/14/2025 10:00:00", "2025-03-14T10:00:00+00:00"),
        ("04.03.2025 10:00", f"{TUESDAY}+00:00"),
        ("4.3.25, 10.00", f"{TUESDAY}+00:00"),
        ("2025/03/04 10:00:00 +0900", f"{TUESDAY}+09:00"),
        ("2025-03-04T10:00:00Z", f"{TUESDAY}+00:00"),
        ("2025-03-04T10:00:00.123+01:00", f"{TUESDAY}+01:00"),
        ("2025-03-04 10:00:00.123456", f"{TUESDAY}+00:00"),
        ("20250304T100000Z", f"{TUESDAY}+00:00"),
        ("2025-03-04", "2025-03-04T00:00:00+00:00"),
        ("Di, 4 Mär 2025 10:00:00 +0100", f"{TUESDAY}+01:00"),
        ("Dienstag, 4. März 2025 10:00 MEZ", f"{TUESDAY}+01:00"),
        ("mar., 4 mars 2025 10:00:00 +0100", f"{TUESDAY}+01:00"),
        ("mar 4 mar 2025 10:00:00 +0100", f"{TUESDAY}+01:00"),
        ("mardi 4 août 2025 10h00", "2025-08-04T10:00:00+00:00"),
        ("4 de marzo de 2025 10:00", f"{TUESDAY}+00:00"),
        ("ter, 4 fev 2025 10:00:00 -0300", "2025-02-04T10:00:00-03:00"),
        ("4 gennaio 2025 10:00", "2025-01-04T10:00:00+00:00"),
        ("wt., 4 paź 2025 10:00:00 +0200", "2025-10-04T10:00:00+02:00"),
        ("4 июля 2025 г., 10:00", "2025-07-04T10:00:00+00:00"),
        ("Вт, 4 мар. 2025 10:00:00 +0300", f"{TUESDAY}+03:00"),
        ("4 лютого 2025 10:00", "2025-02-04T10:00:00+00:00"),
        ("4. července 2025 10:00", "2025-07-04T10:00:00+00:00"),
        ("2025年3月4日 10:00:00", f"{TUESDAY}+00:00"),
        ("2025年3月4日 下午10:00", "2025-03-04T22:00:00+00:00"),
        ("2025년 3월 4일 오전 10:00", f"{TUESDAY}+00:00"),
        ("1741082400", f"{TUESDAY}+00:00"),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, wanted: str) -> None:
    found = date(text)
    assert found is not None
    assert found.isoformat() == wanted


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Tue, 44 Mar 2025 10:00:00 +0100", "31 Feb 2025 10:00", "10:00:00", "4 Foo 2025", "12"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert date(text) is None


ZONES = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1), timezones=ZONES).map(
    lambda at: at.replace(microsecond=0)
)


@settings(max_examples=200, deadline=None)
@given(MOMENTS)
def test_a_date_that_is_written_by_the_rules_is_read_back(moment: datetime) -> None:
    assert date(format_datetime(moment)) == moment
    assert date(moment.isoformat()) == moment
    assert date(f"{moment:%d.%m.%Y %H:%M:%S %z}") == moment


@settings(max_examples=300, deadline=None)
@given(st.text("0123456789 :,.-/+TZamp年月日Mar", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = date(text)
    assert found is None or found.tzinfo is not None
