"""What an account lays down for its conversations: how long a solved one goes on, bursts, greeting, hours. Read from its config.

Whatever stands in the config, reading it never fails: what makes no sense counts as not set. The set-up form refuses it before.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from tickets.models.intake import Account

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REOPEN_DAYS = 7
BURST_SECONDS = 90
LOOKED_AHEAD = 370  # days: somewhere in a year a shop is open
_LINE = re.compile(r"\s*([a-z]{3})(?:\s*[-–]\s*([a-z]{3}))?\s+(\d.*)", re.I)
_TIMES = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")
_DAY_OFF = re.compile(r"(?:\d{4}-)?\d{2}-\d{2}")
Stretch = tuple[time, time]


class Unreadable(ValueError):
    """Hours or days that cannot be understood; the text shows how they are written."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there, by weekday; no weekday at all: always."""

    week: dict[int, tuple[Stretch, ...]] = field(default_factory=dict)
    days_off: frozenset[str] = frozenset()  # 2026-12-24, or 12-25 for every year
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def stretches(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return from when to when somebody is there on a day."""
        if {day.isoformat(), day.isoformat()[5:]} & self.days_off:
            return []
        return [
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for start, end in self.week.get(day.weekday(), ())
        ]

    def is_open(self, at: datetime) -> bool:
        """Return whether somebody is there."""
        here = at.astimezone(self.zone)
        return not self.week or any(start <= here < end for start, end in self.stretches(here.date()))

    def closed_since(self, at: datetime) -> datetime | None:
        """Return when the last stretch before `at` ended; None when there was none for a year."""
        here = at.astimezone(self.zone)
        for back in range(LOOKED_AHEAD):
            ended = [end for _start, end in self.stretches(here.date() - timedelta(back)) if end <= here]
            if ended:
                return max(ended)
        return None

    def opens_at(self, at: datetime) -> datetime | None:
        """Return when somebody will be there next; None when that is not within a year."""
        here = at.astimezone(self.zone)
        for ahead in range(LOOKED_AHEAD):
            coming = [start for start, _end in self.stretches(here.date() + timedelta(ahead)) if start > here]
            if coming:
                return min(coming)
        return None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one account."""

    reopens_for: timedelta
    burst: timedelta
    greets: bool
    greeting: str
    tells_hours: bool
    away: str
    hours: Hours


def rules_of(account: Account) -> Rules:
    """Return what an account lays down, with what holds where it says nothing."""
    said = {name: str(value) for name, value in account.config.items()}
    return Rules(
        reopens_for=timedelta(days=number(said.get("reopen_days", ""), REOPEN_DAYS)),
        burst=timedelta(seconds=number(said.get("burst_seconds", ""), BURST_SECONDS)),
        greets=said.get("greet") == "yes",
        greeting=said.get("greeting", ""),
        tells_hours=said.get("tell_hours") == "yes",
        away=said.get("away", ""),
        hours=_hours(said),
    )


def number(typed: str, default: int) -> int:
    """Return a whole number, `default` for anything else. A year of days and a day of seconds are the most that make sense."""
    return min(int(typed), 86_400) if typed.strip().isdecimal() else default


def _hours(said: dict[str, str]) -> Hours:
    try:
        week, days_off = read_week(said.get("hours", "")), read_days(said.get("days_off", ""))
    except Unreadable:
        return Hours()
    return Hours(week, days_off, zone_named(said.get("time_zone", "")))


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone, this helpdesk's for a name that is none."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def read_week(typed: str) -> dict[int, tuple[Stretch, ...]]:
    """Read weekly hours: "Mon-Fri 09:00-12:30 13:30-17:00, Sat 10:00-14:00". Raises Unreadable."""
    week: dict[int, tuple[Stretch, ...]] = {}
    for line in filter(str.strip, re.split(r"[,;\n]", typed)):
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            raise Unreadable(line.strip())
        stretches = tuple(_stretch(found, line) for found in _TIMES.finditer(match[3]))
        if not stretches or _TIMES.sub("", match[3]).strip():
            raise Unreadable(line.strip())
        for day in _days(match[1], match[2] or match[1], line):
            week[day] = (*week.get(day, ()), *stretches)
    return week


def _days(first: str, last: str, line: str) -> list[int]:
    if first.lower() not in DAYS or last.lower() not in DAYS:
        raise Unreadable(line.strip())
    start, end = DAYS.index(first.lower()), DAYS.index(last.lower())
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _stretch(match: "re.Match[str]", line: str) -> Stretch:
    start, end = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
    last = time.max if end == (24, 0) else None
    try:
        found = time(*start), last or time(*end)
    except ValueError:
        raise Unreadable(line.strip()) from None
    if found[0] >= found[1]:
        raise Unreadable(line.strip())
    return found


def read_days(typed: str) -> frozenset[str]:
    """Read days off: "2026-12-24, 12-25". Raises Unreadable."""
    found = frozenset(filter(None, re.split(r"[\s,;]+", typed.strip())))
    for day in found:
        try:
            date.fromisoformat(day if len(day) == 10 else f"2028-{day}")
        except ValueError:
            raise Unreadable(day) from None
        if not _DAY_OFF.fullmatch(day):
            raise Unreadable(day)
    return found
