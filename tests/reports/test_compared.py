"""First answers in working hours, what was solved each day, and the period before, against days that were counted by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.reports.history import at, mailbox, say, set_state, ticket
from tickets.actions.merge import merge
from tickets.models import Account, Agent, Team, Ticket
from tickets.reports import figures
from tickets.reports.figures import OfTeam, Scope
from tickets.reports.period import Period
from tickets.reports.tables import changed, time_changed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HOUR = timedelta(hours=1)
OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def office(db: None) -> Account:
    return mailbox(hours=OFFICE, days_off=[{"day": "2026-03-31", "name": ""}], time_zone="Europe/Berlin")


def answered(home: Account, asked: str, replied: str, by: Agent, **fields: Any) -> Ticket:
    """A ticket that was asked and answered then (UTC)."""
    one = ticket(home, asked, **fields)
    say(one, "in", asked)
    say(one, "out", replied, by)
    return one


@pytest.mark.parametrize(
    ("asked", "replied", "wall", "working"),
    [
        ("2026-03-04 09:00", "2026-03-04 10:30", 1.5, 1.5),  # a Wednesday, in the morning
        ("2026-03-06 15:00", "2026-03-09 09:00", 66, 2),  # Friday 16:00 to Monday 10:00 in Berlin
        ("2026-03-07 10:00", "2026-03-08 10:00", 24, 0),  # a weekend
        ("2026-03-27 15:00", "2026-03-30 08:00", 65, 2),  # clocks go forward on Sunday: Monday 10:00 is 08:00 UTC
        ("2026-03-30 14:00", "2026-04-01 08:00", 42, 2),  # the 31st is a day off
    ],
)
def test_a_first_answer_is_counted_by_the_clock_and_in_the_hours_of_its_mailbox(
    office: Account, ann: Agent, asked: str, replied: str, wall: float, working: float
) -> None:
    answered(office, asked, replied, ann)
    period = Period(date(2026, 3, 1), date(2026, 4, 5))
    [found] = figures.first_answered(Scope(ann, period))
    assert (found.wall, found.working) == (wall * HOUR, working * HOUR)


def test_a_mailbox_without_hours_is_always_open(ann: Agent) -> None:
    answered(mailbox(), "2026-03-06 15:00", "2026-03-09 09:00", ann)
    [found] = figures.first_answered(Scope(ann, MARCH))
    assert found.wall == found.working == 66 * HOUR


def test_what_is_solved_counts_on_its_day_and_again_when_it_was_opened_between(
    ann: Agent, ben: Agent, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    support = mailbox()
    one, two, three = (ticket(support, "2026-03-02 09:00") for _ in range(3))
    set_state(one, ann, "open", "solved", "2026-03-02 10:00")
    set_state(one, None, "solved", "open", "2026-03-02 11:00")
    set_state(one, ben, "open", "solved", "2026-03-02 12:00")  # the same day: once
    set_state(one, None, "solved", "open", "2026-03-03 11:00")
    set_state(one, ann, "open", "solved", "2026-03-04 12:00")  # another day: again
    set_state(two, ann, "open", "solved", "2026-03-28 23:30")  # 00:30 of the 29th in Berlin, a day of 23 hours
    set_state(three, None, "open", "closed", "2026-03-05 12:00")  # nobody did it
    scope = Scope(ann, MARCH)
    assert figures.solved_by_day(scope) == {date(2026, 3, 2): 1, date(2026, 3, 4): 1, date(2026, 3, 29): 1}
    assert figures.solved_tickets(scope) == 2


def test_spam_and_what_was_merged_count_neither_here_nor_before(ann: Agent) -> None:
    support = mailbox()
    spam = answered(support, "2026-03-02 09:00", "2026-03-02 10:00", ann, spam="agent", spam_at=at("2026-03-03 00:00"))
    set_state(spam, ann, "open", "solved", "2026-03-02 11:00")
    one, two = (answered(support, f"2026-03-02 0{hour}:00", "2026-03-02 10:00", ann) for hour in (8, 9))
    set_state(two, ann, "open", "solved", "2026-03-02 11:00")
    merge(two, one, ann, at=at("2026-03-02 12:00"))
    scope = Scope(ann, MARCH)
    assert [found.wall for found in figures.first_answered(scope)] == [2 * HOUR]
    assert figures.solved_by_day(scope) == {date(2026, 3, 2): 1}
    april = Scope(ann, Period(date(2026, 4, 1), date(2026, 5, 1)))
    assert april.before.period == MARCH
    assert figures.solved_by_day(april) == {}
    assert figures.solved_by_day(april.before) == {date(2026, 3, 2): 1}


def test_each_team_has_what_became_of_its_tickets(ann: Agent, ben: Agent) -> None:
    shop, law = Team.objects.create(name="Shop"), Team.objects.create(name="Law")
    home, theirs = mailbox("shop@desk.example", team=shop), mailbox("law@desk.example", team=law)
    ben.teams.add(shop)
    one = answered(home, "2026-03-02 09:00", "2026-03-02 10:00", ann, team=shop)
    set_state(one, ann, "open", "solved", "2026-03-02 11:00")
    answered(theirs, "2026-03-02 09:00", "2026-03-02 12:00", ann, team=law)
    ticket(home, "2026-03-02 09:00")
    scope = Scope(ann, MARCH)
    found = figures.by_team(scope, figures.first_answered(scope))
    assert found == [OfTeam("Law", 1, 0), OfTeam("Shop", 1, 1), OfTeam("", 1, 0)]
    assert [[first.wall for first in one.first] for one in found] == [[3 * HOUR], [HOUR], []]
    own = Scope(ben, MARCH)
    assert figures.by_team(own, figures.first_answered(own)) == [OfTeam("Shop", 1, 1), OfTeam("", 1, 0)]


def test_a_change_is_said_in_words() -> None:
    assert changed(3, 3) == "as many as in the period before"
    assert changed(5, 3) == "2 more than in the period before (3)"
    assert changed(0, 3) == "3 fewer than in the period before (3)"
    assert time_changed(HOUR, 3 * HOUR) == "2 h less than in the period before (3 h)"
    assert time_changed(3 * HOUR, HOUR) == "2 h more than in the period before (1 h)"
    assert time_changed(HOUR, HOUR) == "as in the period before (1 h)"
    assert time_changed(None, HOUR) == time_changed(HOUR, None) == ""
