"""The figures as tables: the same ones on the page, behind the chart, and in the CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.channels import channel_classes
from tickets.reports.figures import AGE_STEPS, ANSWER_STEPS, Aged, Cell, Worked, by_step, middle, ninetieth

Value = str | int | date | timedelta | None


@dataclass(slots=True)
class Table:
    """Heads and rows; the first cell of a row names it. `name` is what the CSV's address calls it."""

    name: str
    title: str
    heads: list[str]
    rows: list[list[Value]] = field(default_factory=list)
    total: list[Value] = field(default_factory=list)


def channels_of(traffic: dict[Cell, int]) -> list[str]:
    """Return the channels that were used, the busiest first."""
    counts: dict[str, int] = {}
    for cell, count in traffic.items():
        counts[cell.channel] = counts.get(cell.channel, 0) + count
    return sorted(counts, key=lambda channel: (-counts[channel], channel))


def label_of(channel: str) -> str:
    """Return a channel's name for people."""
    found = channel_classes().get(channel)
    return str(found.label) if found else channel


def traffic_table(traffic: dict[Cell, int], days: Sequence[date]) -> Table:
    """In and out by day, for each channel and, when there are several, in all."""
    columns: list[tuple[str, Sequence[str]]] = [(label_of(channel), [channel]) for channel in channels_of(traffic)]
    if len(columns) != 1:
        columns.append((_("all"), channels_of(traffic)))
    heads = [
        head
        for label, _channels in columns
        for head in (_("In: %(channel)s") % {"channel": label}, _("Out: %(channel)s") % {"channel": label})
    ]
    rows: list[list[Value]] = []
    for day in days:
        counts = [
            sum(traffic.get(Cell(day, direction, channel), 0) for channel in channels)
            for _label, channels in columns
            for direction in ("in", "out")
        ]
        rows.append([day, *counts])
    return Table("days", _("In and out by day"), [_("Day"), *heads], rows, _sums(rows))


def answers_table(waits: Sequence[timedelta]) -> Table:
    """First answers by how long they took."""
    rows: list[list[Value]] = [
        [label, count] for label, count in zip(_steps(ANSWER_STEPS), by_step(waits), strict=True)
    ]
    return Table("answers", _("First answers"), [_("Answered after"), _("Tickets")], rows, _sums(rows))


def answer_times(waits: Sequence[timedelta]) -> list[list[Value]]:
    """The two times that sum the first answers up; for the CSV below their table."""
    return [[_("Median"), middle(waits)], [_("90th percentile"), ninetieth(waits)]]


def ages_table(ages: Sequence[Aged]) -> Table:
    """What is open, by age."""
    labels = _steps(AGE_STEPS)
    rows: list[list[Value]] = [[label, one.ours, one.theirs] for label, one in zip(labels, ages, strict=True)]
    heads = [_("Age"), _("Waiting for us"), _("Waiting for the customer")]
    return Table("ages", _("Open by age"), heads, rows, _sums(rows))


def agents_table(worked: Sequence[Worked]) -> Table:
    """What each agent did. There is no total of solved tickets: two people may have solved the same one."""
    rows: list[list[Value]] = [[one.name, one.answers, one.solved, one.notes] for one in worked]
    return Table("agents", _("By agent"), [_("Agent"), _("Answers"), _("Solved"), _("Notes")], rows)


def _sums(rows: Sequence[Sequence[Value]]) -> list[Value]:
    columns = list(zip(*rows, strict=True))[1:]
    return [_("Total"), *(sum(cell for cell in column if isinstance(cell, int)) for column in columns)]


def _steps(steps: Sequence[timedelta]) -> list[str]:
    """ "under 1 h", "1 h – 4 h", …, "3 days or more"."""
    named = [span(step) for step in steps]
    between = [f"{lower} – {upper}" for lower, upper in pairwise(named)]
    return [_("under %(time)s") % {"time": named[0]}, *between, _("%(time)s or more") % {"time": named[-1]}]


def span(time: timedelta | None) -> str:
    """Return a length of time as people say it, in its two largest units; "–" for none."""
    if time is None:
        return "–"
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return _("under a minute")
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    said = []
    if days:
        said.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    if hours:
        said.append(_("%(count)d h") % {"count": hours})
    if minutes and not days:
        said.append(_("%(count)d min") % {"count": minutes})
    return " ".join(said)
