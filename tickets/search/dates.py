"""Days as people type them after before: and after:. Pure."""

import re
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_AGO = re.compile(r"(\d{1,4})([dwmy])", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class NotADate(Exception):
    """What was typed is no day; the text says what would be one."""


def day_named(text: str, now: datetime) -> datetime:
    """Return the moment at which a day, month or year begins, in the zone of `now`. Raises NotADate."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    word = text.strip().lower()
    if word in ("today", "yesterday"):
        return _back(today, 0 if word == "today" else 1)
    if match := _AGO.fullmatch(word):
        return _back(today, int(match[1]) * _DAYS[match[2].lower()])
    match = _DAY.fullmatch(word)
    try:
        if match and int(match[1]) > 1969:
            return today.replace(year=int(match[1]), month=int(match[2] or 1), day=int(match[3] or 1))
    except ValueError:
        pass
    example = _("“%(text)s” is no date, so it was left out. Write 2026-11-03, 2026-11, 2026, today, yesterday or 7d.")
    raise NotADate(example % {"text": text})


def _back(today: datetime, days: int) -> datetime:
    """Midnight some days ago: the wall clock counts, also where clocks were changed in between."""
    try:
        return today - timedelta(days=days)
    except OverflowError:
        return today.replace(year=1970, month=1, day=1)
