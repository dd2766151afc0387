"""The trend as a chart: how many open conversations depend on an account, and how many of them would be lost, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.models import ReachDay

HEIGHT = 1000
STEP = 10  # from one day to the next, of which a bar takes eight


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: all open conversations, and below them those that would be lost."""

    x: int
    all_y: int
    all_height: int
    lost_y: int
    lost_height: int
    title: str


@dataclass(frozen=True, slots=True)
class Trend:
    """What the page draws; the table beside it says the same in numbers."""

    width: int
    top: int  # conversations at the upper edge
    bars: list[Bar]
    marks: list[date]
    summary: str


def trend_of(days: Sequence[ReachDay]) -> Trend | None:
    """Return the chart of these days, the newest first as the table has them; None where a single one tells no trend."""
    if len(days) < 2:
        return None
    rows = sorted(days, key=lambda one: one.day)
    top = max(1, *(one.conversations for one in rows))
    words = _("From %(before)d of %(all_before)d to %(now)d of %(all_now)d open conversations that would be lost.") % {
        "before": rows[0].lost,
        "all_before": rows[0].conversations,
        "now": rows[-1].lost,
        "all_now": rows[-1].conversations,
    }
    bars = [_bar(number, one, top) for number, one in enumerate(rows)]
    return Trend(len(rows) * STEP, top, bars, [rows[0].day, rows[-1].day], words)


def _bar(number: int, one: ReachDay, top: int) -> Bar:
    every, lost = round(HEIGHT * one.conversations / top), round(HEIGHT * one.lost / top)
    title = _("%(day)s: %(lost)d of %(all)d") % {
        "day": date_format(one.day, "DATE_FORMAT"),
        "lost": one.lost,
        "all": one.conversations,
    }
    return Bar(number * STEP + 1, HEIGHT - every, every, HEIGHT - lost, lost, title)
