"""The days that a report is about. A day is a day of settings.TIME_ZONE, 23 or 25 hours long when clocks change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

CHOICES = (7, 30, 90)
DEFAULT = 30
LONGEST = 366  # days; what a report reads stays bounded


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the last one included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment of the first day."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the last day."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def before(self) -> "Period":
        """As many days, directly before it."""
        count = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=count), self.first - timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def starts(self) -> list[datetime]:
        """The first moment of every day, in order."""
        return [_midnight(day) for day in self.days]


class NotAPeriod(Exception):
    """What was asked for is no period; the text says why and what would do."""


def _midnight(day: date) -> datetime:
    # Where clocks change at midnight, fold=0 gives the moment at which the day begins, in a gap and in an overlap alike.
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def today() -> date:
    """The day it is now in settings.TIME_ZONE."""
    return timezone.now().astimezone(timezone.get_default_timezone()).date()


def last_days(count: int) -> Period:
    """Today and the days before it, `count` in all."""
    end = today()
    return Period(end - timedelta(days=count - 1), end)


def read_period(query: Mapping[str, str]) -> Period:
    """Return the period that `days` (7, 30, 90) or `from` and `to` (ISO 8601) name; without them 30 days.

    Raises NotAPeriod.
    """
    if query.get("from") or query.get("to"):
        return _between(_day(query.get("from")), _day(query.get("to")))
    days = query.get("days") or str(DEFAULT)
    if days not in {str(choice) for choice in CHOICES}:
        raise NotAPeriod(_("A period is 7, 30 or 90 days, or two dates."))
    return last_days(int(days))


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotAPeriod(_("“%(text)s” is no date. Write it as 2026-03-31.") % {"text": text[:40]}) from None
    if not 1970 < day.year < 9000:
        raise NotAPeriod(_("Nothing can have happened in these days. Choose others."))
    return day


def _between(first: date | None, last: date | None) -> Period:
    last = last or max(today(), first or today())
    first = first or last - timedelta(days=DEFAULT - 1)
    if first > last:
        raise NotAPeriod(_("The first day is after the last one. Exchange the two."))
    if (last - first).days >= LONGEST:
        raise NotAPeriod(_("A report covers at most %(days)d days. Choose a shorter period.") % {"days": LONGEST})
    return Period(first, last)
