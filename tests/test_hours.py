"""Hours: open, closed, next opening and working time, over changes of the clocks in both directions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.hours import (
    DAYS,
    Hours,
    Unreadable,
    closed_since,
    hours_from,
    is_open,
    next_opening,
    read_days_off,
    read_stretches,
    read_week,
    working_seconds,
    write_days_off,
    write_week,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = hours_from(BERLIN, read_week("Mon-Fri 09:00-17:00"), [{"day": "12-25", "name": "Christmas"}])
# Clocks change at 01:00 UTC, at midnight (Havana, Beirut, Cairo), by half an hour (Lord Howe), across a date line (Apia).
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 3, 8, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 10, 24, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
    ("America/St_Johns", datetime(2006, 10, 29, tzinfo=UTC)),
    ("UTC", datetime(2026, 2, 28, tzinfo=UTC)),
]
minutes = st.integers(0, 1440)
clocks = st.integers(0, 48).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
stretches = st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1]).map(list)
weeks = st.dictionaries(st.sampled_from(DAYS), st.lists(stretches, max_size=3), max_size=7)
days_off = st.lists(st.sampled_from(["03-29", "10-25", "2026-11-01", "2026-03-08", "12-30"]), max_size=2, unique=True)
changes = st.sampled_from(CHANGES)
spans = st.tuples(st.integers(-60, 60), st.integers(-60, 60)).map(sorted)  # in hours around the change


def laid_down(zone: str, week: dict[str, Any], off: list[str]) -> Hours:
    """Hours as an account has them."""
    return hours_from(ZoneInfo(zone), week, [{"day": day, "name": ""} for day in off])


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A local time in Berlin in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@settings(max_examples=25)
@given(changes, weeks, days_off, spans)
def test_working_time_is_the_time_in_which_somebody_is_there(
    change: tuple[str, datetime], week: dict[str, Any], off: list[str], span: list[int]
) -> None:
    zone, around = change
    hours = laid_down(zone, week, off)
    start, end = (around + timedelta(hours=hour) for hour in span)
    quarters = int((end - start) / timedelta(minutes=15))
    counted = sum(is_open(hours, start + timedelta(minutes=15 * quarter)) for quarter in range(quarters))
    assert abs(working_seconds(hours, start, end) - counted * 900) <= 900 * 2  # clocks in St John's changed at 00:01


@settings(max_examples=40)
@given(changes, weeks, days_off, spans, st.floats(0, 1))
def test_working_time_adds_up_wherever_it_is_cut(
    change: tuple[str, datetime], week: dict[str, Any], off: list[str], span: list[int], part: float
) -> None:
    zone, around = change
    hours = laid_down(zone, week, off)
    start, end = (around + timedelta(hours=hour) for hour in span)
    middle = start + part * (end - start)
    whole = working_seconds(hours, start, end)
    assert working_seconds(hours, start, middle) + working_seconds(hours, middle, end) == pytest.approx(whole)
    assert 0 <= whole <= (end - start).total_seconds()


@settings(max_examples=40)
@given(changes, weeks, days_off, st.integers(-4000, 4000))
def test_the_next_opening_is_the_first_moment_at_which_somebody_is_there(
    change: tuple[str, datetime], week: dict[str, Any], off: list[str], minute: int
) -> None:
    zone, around = change
    hours, at = laid_down(zone, week, off), around + timedelta(minutes=minute)
    opens = next_opening(hours, at)
    assert opens is not None
    assert is_open(hours, opens)
    assert opens >= at
    assert working_seconds(hours, at, opens) == 0
    assert (opens == at) == is_open(hours, at)


@settings(max_examples=40)
@given(changes, weeks, days_off, st.integers(-4000, 4000))
def test_since_it_closed_nobody_was_there(
    change: tuple[str, datetime], week: dict[str, Any], off: list[str], minute: int
) -> None:
    zone, around = change
    hours, at = laid_down(zone, week, off), around + timedelta(minutes=minute)
    closed = closed_since(hours, at)
    if is_open(hours, at):
        assert closed is None
    elif closed:
        assert working_seconds(hours, closed, at) == 0
        assert is_open(hours, closed - timedelta(seconds=1))


@settings(max_examples=40)
@given(weeks)
def test_hours_are_read_as_they_are_written(week: dict[str, Any]) -> None:
    hours = hours_from(BERLIN, week)
    assert hours_from(BERLIN, read_week(write_week(week))) == hours
    stored = {day: [list(one) for one in found] for day, found in zip(DAYS, hours.week, strict=False)}
    assert read_week(write_week(stored)) == {day: found for day, found in stored.items() if found}


def test_without_hours_somebody_is_always_there_but_on_days_off() -> None:
    hours = hours_from(BERLIN, {}, [{"day": "2026-03-29", "name": "Sunday of the change"}])
    assert is_open(hours, berlin(28, 23, 59))
    assert not is_open(hours, berlin(29, 12))
    assert next_opening(hours, berlin(29, 12)) == berlin(30, 0)
    assert working_seconds(hours, berlin(28, 12), berlin(30, 12)) == 24 * 3600


def test_a_day_is_23_or_25_hours_long_when_clocks_change() -> None:
    hours = hours_from(BERLIN, read_week("Sun 00:00-24:00"))
    assert working_seconds(hours, berlin(28, 0), berlin(31, 0)) == 23 * 3600
    assert working_seconds(hours, berlin(24, 0, month=10), berlin(27, 0, month=10)) == 25 * 3600
    assert working_seconds(hours_from(BERLIN, {}), berlin(28, 12), berlin(29, 12)) == 23 * 3600


def test_an_hour_that_is_skipped_is_nobodys_and_one_that_comes_twice_is_the_first() -> None:
    night = hours_from(BERLIN, read_week("Sun 02:00-02:30"))
    assert working_seconds(night, berlin(28, 0), berlin(31, 0)) == 0
    assert working_seconds(night, berlin(24, 0, month=10), berlin(27, 0, month=10)) == 1800
    assert is_open(night, datetime(2026, 10, 25, 0, 15, tzinfo=UTC))
    assert not is_open(night, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))


def test_a_weekend_and_a_holiday_do_not_count() -> None:
    thursday, monday = berlin(24, 16, month=12), berlin(28, 10, month=12)
    assert working_seconds(OFFICE, thursday, monday) == 2 * 3600
    assert next_opening(OFFICE, berlin(24, 17, month=12)) == berlin(28, 9, month=12)
    assert closed_since(OFFICE, berlin(27, 12, month=12)) == berlin(24, 17, month=12)


def test_who_is_never_there_has_no_next_opening() -> None:
    never = Hours(BERLIN, week=((),) * 7)
    assert (next_opening(never, berlin(1, 9)), closed_since(never, berlin(1, 9))) == (None, None)
    assert working_seconds(OFFICE, berlin(3, 12), berlin(2, 12)) == 0


def test_the_hours_of_a_week_are_read_as_people_write_them() -> None:
    week = read_week("mon-fri 9:00-12:30 13:30-17:00; Sat 10.00–24:00")
    assert list(week) == ["mon", "tue", "wed", "thu", "fri", "sat"]
    assert (week["mon"], week["sat"]) == ([["09:00", "12:30"], ["13:30", "17:00"]], [["10:00", "24:00"]])
    assert list(read_week("Fri-Mon 10:00-12:00")) == ["mon", "fri", "sat", "sun"]
    assert read_stretches("9:00-12:00, 11:00-13:00") == (("09:00", "13:00"),)
    assert write_week(week) == "Mon-Fri 09:00-12:30 13:30-17:00, Sat 10:00-24:00"
    days = read_days_off("2026-12-24 Christmas Eve, 12-25")
    assert days == [{"day": "2026-12-24", "name": "Christmas Eve"}, {"day": "12-25", "name": ""}]
    assert read_days_off(write_days_off(days)) == days
    for strange in ("Monday 9-5", "Mon 17:00-09:00", "Mon 09:00-25:00", "Xyz 09:00-10:00", "Mon 09:00-10:00 noon"):
        with pytest.raises(Unreadable):
            read_week(strange)
    for strange in ("24.12.", "2026-13-01", "02-30", "12-5"):
        with pytest.raises(Unreadable):
            read_days_off(strange)
