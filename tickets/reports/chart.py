"""Charts as rectangles: the template draws them as SVG. Whole numbers only, so that no language writes a comma in them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.reports.figures import Cell
from tickets.reports.tables import channels_of, label_of

COLUMN = 12  # units of width for a day
BAR = 8
HEIGHT = 1000
THINNEST = 6  # what is there is seen
SERIES = 6  # colours in reports.css; the busiest channels have one each, the others share the last


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle and what it stands for."""

    x: int
    y: int
    height: int
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars above and below a line: what came in, what went out."""

    bars: list[Bar]
    width: int
    line: int
    top: int  # what the upper edge stands for
    bottom: int
    legend: list[tuple[int, str]]
    marks: list[date]  # days named below the chart
    summary: str


def days_chart(traffic: dict[Cell, int], days: Sequence[date]) -> Chart:
    """Return the chart of what came in (up) and went out (down), stacked by channel."""
    channels = channels_of(traffic)
    top, bottom = (_round_up(_busiest_day(traffic, way)) for way in ("in", "out"))
    line = HEIGHT * top // (top + bottom)
    scale = HEIGHT / (top + bottom)
    bars: list[Bar] = []
    for place, day in enumerate(days):
        for way in ("in", "out"):
            bars += _stack(traffic, day, way, channels, place * COLUMN + (COLUMN - BAR) // 2, line, scale)
    totals = {way: sum(count for cell, count in traffic.items() if cell.direction == way) for way in ("in", "out")}
    return Chart(
        bars=bars,
        width=len(days) * COLUMN,
        line=line,
        top=top,
        bottom=bottom,
        legend=[(min(place, SERIES - 1), label_of(channel)) for place, channel in enumerate(channels)],
        marks=_marks(days),
        summary=_("By day: %(in)d messages came in, %(out)d went out. The table below has every day.") % totals,
    )


def _busiest_day(traffic: dict[Cell, int], way: str) -> int:
    by_day: Counter[date] = Counter()
    for cell, count in traffic.items():
        if cell.direction == way:
            by_day[cell.day] += count
    return max(by_day.values(), default=0)


def _stack(
    traffic: dict[Cell, int], day: date, way: str, channels: Sequence[str], x: int, line: int, scale: float
) -> list[Bar]:
    bars: list[Bar] = []
    edge = line
    words = _("%(day)s: %(count)d in, %(channel)s") if way == "in" else _("%(day)s: %(count)d out, %(channel)s")
    for place, channel in enumerate(channels):
        count = traffic.get(Cell(day, way, channel), 0)
        if not count:
            continue
        height = max(THINNEST, round(count * scale))
        title = words % {"day": date_format(day), "count": count, "channel": label_of(channel)}
        bars.append(Bar(x, edge - height if way == "in" else edge, height, min(place, SERIES - 1), title))
        edge += -height if way == "in" else height
    return bars


def _round_up(highest: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 …: an axis ends at a number that is easily read."""
    step = 1
    while step * 10 <= highest:
        step *= 10
    return next((step * factor for factor in (1, 2, 5) if step * factor >= highest), step * 10)


def _marks(days: Sequence[date]) -> list[date]:
    """The first day, the middle one, the last one."""
    return list(dict.fromkeys([days[0], days[len(days) // 2], days[-1]]))


def widths(counts: Sequence[int]) -> list[int]:
    """Return the lengths of horizontal bars: 1000 for the largest."""
    largest = max([*counts, 1])
    return [max(THINNEST, count * 1000 // largest) if count else 0 for count in counts]
