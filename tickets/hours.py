"""When somebody is there: opening hours by weekday in local time, days off, and what follows from both over a change of clocks.

Pure: plain values in and out, no Django. What is stored: hours {"mon": [["09:00", "12:30"], ["13:30", "17:00"]], "sat": …} and days
off [{"day": "2026-12-24", "name": "Christmas Eve"}, {"day": "12-25", "name": ""}] (a day without a year comes every year).

A local time stands for the first moment at which the clock on the wall shows it or a later time. So one that is skipped in spring
is the moment of the change, and one that comes twice in autumn is meant the first time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOKED_AHEAD = 370  # days: somewhere in a year a shop is open
MIDNIGHT = "24:00"
Stretch = tuple[str, str]  # "09:00", "17:00"; an end may be 24:00
Moments = tuple[datetime, datetime]
_LINE = re.compile(r"\s*([a-z]{3})(?:\s*[-–]\s*([a-z]{3}))?\s+(\d.*)", re.I)
_TIMES = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")
_DAY_OFF = re.compile(r"((?:\d{4}-)?\d{2}-\d{2})(?:\s+(\S.*))?")


class Unreadable(ValueError):
    """Hours or days that cannot be understood; the text is the part that is wrong."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there. An empty `week`: at any time, but on days off."""

    zone: ZoneInfo
    week: tuple[tuple[Stretch, ...], ...] = ()  # seven, Monday first, or none
    days_off: frozenset[str] = frozenset()  # 2026-12-24, or 12-25 for every year


def hours_from(zone: ZoneInfo, week: Mapping[str, Any], days_off: Iterable[Mapping[str, Any]] = ()) -> Hours:
    """Return the hours of what is stored: `week` by weekday, `days_off` with their names. Raises Unreadable."""
    off = frozenset(_checked_day(str(one["day"])) for one in days_off)
    stretches = tuple(_joined(_checked(str(start), str(end)) for start, end in week.get(day, ())) for day in DAYS)
    return Hours(zone, stretches if any(stretches) else (), off)


def is_open(hours: Hours, at: datetime) -> bool:
    """Return whether somebody is there at the moment `at` (aware)."""
    return any(start <= at < end for start, end in _around(hours, at))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Return the first moment from `at` on at which somebody is there, in UTC; None: not within a year."""
    for start, end in _from(hours, at, LOOKED_AHEAD):
        if end > at:
            return max(start, at.astimezone(UTC))
    return None


def closed_since(hours: Hours, at: datetime) -> datetime | None:
    """Return when somebody was there last before `at`, in UTC; None when somebody is, or nobody was for a year."""
    today = at.astimezone(hours.zone).date()
    for back in range(-1, LOOKED_AHEAD):
        begun = [end for start, end in _stretches(hours, today - timedelta(back)) if start <= at]
        if begun:
            return None if begun[-1] > at else begun[-1]
    return None


def working_seconds(hours: Hours, start: datetime, end: datetime) -> float:
    """Return for how many seconds between two moments somebody was there; 0 when `end` is not after `start`."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)  # times of one zone are subtracted as the wall shows them
    days = (end - start).days + 2
    found = ((max(start, begins), min(end, ends)) for begins, ends in _from(hours, start, days) if begins < end)
    return sum(max((later - earlier).total_seconds(), 0.0) for earlier, later in found)


def _around(hours: Hours, at: datetime) -> Iterator[Moments]:
    """The stretches of the day and of its neighbours: a change of clocks at midnight moves a moment to another day."""
    return _from(hours, at, 1)


def _from(hours: Hours, at: datetime, days: int) -> Iterator[Moments]:
    """The stretches of some days in order, from the day before `at` on."""
    day = at.astimezone(hours.zone).date() - timedelta(1)
    for ahead in range(days + 2):
        yield from _stretches(hours, day + timedelta(ahead))


@lru_cache(maxsize=8192)
def _stretches(hours: Hours, day: date) -> tuple[Moments, ...]:
    """From when to when somebody is there on a day, in UTC; never empty ones, never overlapping."""
    if {day.isoformat(), day.isoformat()[5:]} & hours.days_off:
        return ()
    week = hours.week[day.weekday()] if hours.week else (("00:00", MIDNIGHT),)
    found = ((_moment(hours.zone, day, start), _moment(hours.zone, day, end)) for start, end in week)
    return tuple((start, end) for start, end in found if start < end)


def _moment(zone: ZoneInfo, day: date, clock: str) -> datetime:
    """The first moment, in UTC, at which the clock on the wall shows this time or a later one."""
    if clock == MIDNIGHT:
        return _moment(zone, day + timedelta(1), "00:00")
    local = datetime.combine(day, time.fromisoformat(clock), zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _change(zone, local.replace(fold=1).astimezone(UTC), found)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The moment between two at which the clocks are put forward, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


# As people write them
def read_week(typed: str) -> dict[str, list[list[str]]]:
    """Read weekly hours, as in "Mon-Fri 09:00-12:30 13:30-17:00, Sat 10:00-14:00", into what is stored. Raises Unreadable."""
    week: dict[str, tuple[Stretch, ...]] = {}
    for line in filter(str.strip, re.split(r"[,;\n]", typed)):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise Unreadable(line.strip())
        for day in _days(match[1], match[2] or match[1], line):
            week[day] = _joined((*week.get(day, ()), *read_stretches(match[3])))
    return {day: [list(stretch) for stretch in week[day]] for day in DAYS if day in week}


def read_stretches(typed: str) -> tuple[Stretch, ...]:
    """Read the hours of one day, as in "09:00-12:30 13:30-17:00"; none for an empty text. Raises Unreadable."""
    if _TIMES.sub("", typed).strip(" ,;"):
        raise Unreadable(typed.strip())
    return _joined(_stretch(found, typed) for found in _TIMES.finditer(typed))


def _days(first: str, last: str, line: str) -> list[str]:
    if first.lower() not in DAYS or last.lower() not in DAYS:
        raise Unreadable(line.strip())
    start, end = DAYS.index(first.lower()), DAYS.index(last.lower())
    return [DAYS[day % 7] for day in range(start, end + 1 if end >= start else end + 8)]


def _stretch(match: "re.Match[str]", typed: str) -> Stretch:
    start, end = (f"{int(hour):02}:{minute}" for hour, minute in (match.group(1, 2), match.group(3, 4)))
    try:
        return _checked(start, end)
    except Unreadable:
        raise Unreadable(typed.strip()) from None


def _checked(start: str, end: str) -> Stretch:
    try:
        for clock in {start, end} - ({MIDNIGHT} if end == MIDNIGHT else set()):
            time.fromisoformat(clock)
    except ValueError:
        raise Unreadable(f"{start}-{end}") from None
    if not len(start) == len(end) == 5 or start >= end:
        raise Unreadable(f"{start}-{end}")
    return start, end


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """In order, those that touch or overlap as one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def read_days_off(typed: str) -> list[dict[str, str]]:
    """Read days off, as in "2026-12-24 Christmas Eve, 12-25", into what is stored. Raises Unreadable."""
    found: dict[str, str] = {}
    for line in filter(str.strip, re.split(r"[,;\n]", typed)):
        match = _DAY_OFF.fullmatch(line.strip())
        if match is None:
            raise Unreadable(line.strip())
        found[_checked_day(match[1])] = match[2] or ""
    return [{"day": day, "name": name} for day, name in found.items()]


def _checked_day(day: str) -> str:
    try:
        date.fromisoformat(day if len(day) == 10 else f"2028-{day}")  # a leap year
    except ValueError:
        raise Unreadable(day) from None
    return day


def write_stretches(stretches: Iterable[Iterable[str]]) -> str:
    """Return the hours of one day as `read_stretches` reads them."""
    return " ".join("-".join(stretch) for stretch in stretches)


def write_week(week: Mapping[str, Any]) -> str:
    """Return weekly hours as `read_week` reads them: neighbouring days with the same hours stand together."""
    groups: list[list[str]] = []
    for day in DAYS:
        if groups and week.get(day, []) == week.get(groups[-1][0], []):
            groups[-1].append(day)
        else:
            groups.append([day])
    named = ((group, write_stretches(week.get(group[0], []))) for group in groups)
    return ", ".join(f"{_span(group)} {times}" for group, times in named if times)


def _span(days: list[str]) -> str:
    first, last = days[0].title(), days[-1].title()
    return first if first == last else f"{first}-{last}"


def write_days_off(days_off: Iterable[Mapping[str, str]]) -> str:
    """Return days off as `read_days_off` reads them, one on a line."""
    return "\n".join(f"{one['day']} {one['name']}".strip() for one in days_off)


def carried_over(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an account with hours that stood as typed in the config of messengers in columns of their own.

    Used by the migration that moved them, and when a configuration of that time is read from the record.
    """
    if "hours" in fields:
        return dict(fields)
    config = dict(fields.get("config") or {})
    typed = {name: str(config.pop(name, "")) for name in ("hours", "days_off", "time_zone")}
    try:
        week, days_off = read_week(typed["hours"]), read_days_off(",".join(typed["days_off"].split()))
    except Unreadable:  # counted as not set then, too
        week, days_off = {}, []
    return {**fields, "config": config, "hours": week, "days_off": days_off, "time_zone": typed["time_zone"][:40]}
