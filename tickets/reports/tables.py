"""The figures as tables: the same ones on the page, behind the chart, and in the CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.channels import channel_classes
from tickets.reports.figures import (
    AGE_STEPS,
    ANSWER_STEPS,
    Aged,
    Answered,
    Cell,
    OfTeam,
    Worked,
    by_step,
    middle,
    ninetieth,
)

Value = str | int | date | timedelta | None


@dataclass(slots=True)
class Table:
    """Heads and rows; the first cell of a row names it. `name` is what the CSV's address calls it."""

    name: str
    title: str
    heads: list[str]
    rows: list[list[Value]] = field(default_factory=list)
    total: list[Value] = field(default_factory=list)

    @property
    def shown(self) -> list[list[Value]]:
        """The rows as a person reads them: times in words."""
        return [
            [span(cell) if isinstance(cell, timedelta) else "–" if cell is None else cell for cell in row]
            for row in self.rows
        ]


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


def traffic_table(traffic: dict[Cell, int], days: Sequence[date], finished: dict[date, int]) -> Table:
    """In and out by day, for each channel and, when there are several, in all; and what was solved."""
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
        rows.append([day, *counts, finished.get(day, 0)])
    return Table("days", _("In and out by day"), [_("Day"), *heads, _("Solved")], rows, _sums(rows))


def answers_table(answered: Sequence[Answered], before: Sequence[Answered]) -> Table:
    """First answers by how long they took, by the clock and in working hours, and how it was in the period before."""
    counts = (by_step(times) for times in _times(answered, before))
    rows: list[list[Value]] = [list(row) for row in zip(_steps(ANSWER_STEPS), *counts, strict=True)]
    heads = [_("Answered after"), _("Tickets"), _("In working hours"), _("Before"), _("Before, in working hours")]
    return Table("answers", _("First answers"), heads, rows, _sums(rows))


def _times(answered: Sequence[Answered], before: Sequence[Answered]) -> list[list[timedelta]]:
    """The times of all columns, each sorted."""
    return [
        sorted(times) for some in (answered, before) for times in ([a.wall for a in some], [a.working for a in some])
    ]


def answer_times(answered: Sequence[Answered], before: Sequence[Answered]) -> list[list[Value]]:
    """The two times that sum the first answers up, in the columns of their table."""
    times = _times(answered, before)
    return [[_("Median"), *map(middle, times)], [_("90th percentile"), *map(ninetieth, times)]]


def ages_table(ages: Sequence[Aged]) -> Table:
    """What is open, by age."""
    labels = _steps(AGE_STEPS)
    rows: list[list[Value]] = [[label, one.ours, one.theirs] for label, one in zip(labels, ages, strict=True)]
    heads = [_("Age"), _("Waiting for us"), _("Waiting for the customer")]
    return Table("ages", _("Open by age"), heads, rows, _sums(rows))


def agents_table(worked: Sequence[Worked], before: Sequence[Worked]) -> Table:
    """What each agent did, each number with that of the period before. There is no total of solved tickets: two people may
    have solved the same one.
    """
    earlier = {one.key: one for one in before}
    rows: list[list[Value]] = []
    for one in worked:
        then = earlier.get(one.key, Worked(one.name))
        counts = [(one.answers, then.answers), (one.solved, then.solved), (one.notes, then.notes)]
        rows.append([one.name, *chain.from_iterable(counts), *_middles(one.first, then.first)])
    heads = _each_before(_("Answers"), _("Solved"), _("Notes"))
    return Table("agents", _("By agent"), [_("Agent"), *heads, *_middle_heads()], rows)


def teams_table(found: Sequence[OfTeam], before: Sequence[OfTeam]) -> Table:
    """What became of the tickets of each team, each number with that of the period before."""
    earlier = {one.key: one for one in before}
    rows: list[list[Value]] = []
    for one in found:
        then = earlier.get(one.key, OfTeam(one.name))
        counts = [(one.begun, then.begun), (one.solved, then.solved), (len(one.first), len(then.first))]
        rows.append([one.name or _("no team"), *chain.from_iterable(counts), *_middles(one.first, then.first)])
    heads = _each_before(_("New tickets"), _("Solved"), _("First answers"))
    return Table("teams", _("By team"), [_("Team"), *heads, *_middle_heads()], rows)


def _each_before(*heads: str) -> list[str]:
    return [said for head in heads for said in (head, _("%(figure)s before") % {"figure": head})]


def _middle_heads() -> list[str]:
    return _each_before(_("First answer, median"), _("In working hours, median"))


def _middles(now: Sequence[Answered], before: Sequence[Answered]) -> list[Value]:
    """The medians of first answers, by the clock and in working hours, each with that of the period before."""
    wall, working, wall_before, working_before = map(middle, _times(now, before))
    return [wall, wall_before, working, working_before]


def changed(now: int, before: int) -> str:
    """In words, what a number is beside that of the period before."""
    if now == before:
        return _("as many as in the period before")
    words = (
        _("%(count)d more than in the period before (%(before)d)")
        if now > before
        else _("%(count)d fewer than in the period before (%(before)d)")
    )
    return words % {"count": abs(now - before), "before": before}


def time_changed(now: timedelta | None, before: timedelta | None) -> str:
    """In words, what a time is beside that of the period before; "" where one of them is none."""
    if now is None or before is None:
        return ""
    difference, was = span(abs(now - before)), span(before)
    if abs(now - before) < timedelta(minutes=1):
        return _("as in the period before (%(before)s)") % {"before": was}
    words = (
        _("%(time)s more than in the period before (%(before)s)")
        if now > before
        else _("%(time)s less than in the period before (%(before)s)")
    )
    return words % {"time": difference, "before": was}


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
