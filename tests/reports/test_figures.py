"""The figures against histories that were counted by hand, in the words of docs/reports.md."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.reports.history import at, mailbox, say, set_state, ticket
from tickets.actions.change import set_status
from tickets.actions.merge import merge
from tickets.actions.reply import reply
from tickets.models import Account, Agent, Team
from tickets.reports import figures
from tickets.reports.figures import Aged, Cell, Scope, Worked
from tickets.reports.period import Period

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def support(db: None) -> Account:
    return mailbox()


def minutes(*counts: float) -> list[timedelta]:
    return [timedelta(minutes=count) for count in counts]


def test_messages_are_counted_by_day_direction_and_channel(support: Account, ann: Agent) -> None:
    one = ticket(support, "2026-03-02 09:00")
    say(one, "in", "2026-03-02 09:00")
    say(one, "in", "2026-03-02 09:30", channel="telegram")
    say(one, "in", "2026-03-02 10:00")
    say(one, "out", "2026-03-03 08:00", ann)
    say(one, "note", "2026-03-03 08:05", ann)
    assert figures.traffic(Scope(ann, MARCH)) == {
        Cell(date(2026, 3, 2), "in", "email"): 2,
        Cell(date(2026, 3, 2), "in", "telegram"): 1,
        Cell(date(2026, 3, 3), "out", "email"): 1,
    }


def test_machines_are_counted_apart_and_their_mail_is_no_answer(support: Account, ann: Agent) -> None:
    one = ticket(support, "2026-03-02 09:00")
    say(one, "in", "2026-03-02 09:00")
    say(one, "out", "2026-03-02 09:01", automatic=True)
    say(one, "in", "2026-03-02 09:02", kind="auto-reply")
    say(one, "in", "2026-03-02 09:03", kind="bounce")
    scope = Scope(ann, MARCH)
    assert figures.traffic(scope) == {Cell(date(2026, 3, 2), "in", "email"): 1}
    assert figures.by_machines(scope) == 2
    assert figures.first_answers(scope) == []
    assert figures.unanswered(scope) == 1


def test_a_day_begins_at_midnight_of_the_helpdesks_zone_whoever_looks(
    support: Account, ann: Agent, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    one = ticket(support, "2026-03-02 14:59")
    say(one, "in", "2026-03-02 14:59")  # 23:59 in Tokyo
    say(one, "in", "2026-03-02 15:00")  # 00:00 of the 3rd
    day = Period(date(2026, 3, 3), date(2026, 3, 3))
    assert figures.traffic(Scope(ann, day)) == {Cell(date(2026, 3, 3), "in", "email"): 1}
    assert figures.traffic(Scope(ann, MARCH)) == {
        Cell(date(2026, 3, 2), "in", "email"): 1,
        Cell(date(2026, 3, 3), "in", "email"): 1,
    }
    assert figures.begun(Scope(ann, day)) == 0


def test_a_day_of_23_and_one_of_25_hours_hold_what_was_said_in_them(
    support: Account, ann: Agent, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    spring, autumn = (Period(day, day) for day in (date(2026, 3, 29), date(2026, 10, 25)))
    assert spring.end - spring.start == timedelta(hours=23)
    assert autumn.end - autumn.start == timedelta(hours=25)
    one = ticket(support, "2026-03-28 23:00")
    say(one, "in", "2026-03-28 22:59")  # the evening before, in winter time
    say(one, "in", "2026-03-28 23:00")  # midnight
    say(one, "in", "2026-03-29 21:59")  # 23:59 in summer time
    say(one, "in", "2026-03-29 22:00")  # the next day
    say(one, "in", "2026-10-24 22:00")  # midnight in summer time
    say(one, "in", "2026-10-25 22:59")  # 23:59 in winter time
    assert figures.traffic(Scope(ann, spring)) == {Cell(date(2026, 3, 29), "in", "email"): 2}
    assert figures.traffic(Scope(ann, autumn)) == {Cell(date(2026, 10, 25), "in", "email"): 2}


def test_the_day_on_which_clocks_skip_midnight_begins_where_they_skip_to(settings: Any) -> None:
    settings.TIME_ZONE = "Africa/Cairo"  # on 24 April 2026 00:00 becomes 01:00
    assert Period(date(2026, 4, 24), date(2026, 4, 24)).start == at("2026-04-23 22:00")
    assert Period(date(2026, 4, 23), date(2026, 4, 23)).end == at("2026-04-23 22:00")


def test_the_first_answer_is_the_first_one_of_a_person_after_the_first_message(support: Account, ann: Agent) -> None:
    answered = ticket(support, "2026-03-02 09:00")
    say(answered, "in", "2026-03-02 09:00")
    say(answered, "out", "2026-03-02 09:01", automatic=True)
    say(answered, "note", "2026-03-02 09:10", ann)
    say(answered, "in", "2026-03-02 09:20")
    say(answered, "out", "2026-03-02 09:45", ann)
    say(answered, "out", "2026-03-02 10:45", ann)
    ours = ticket(support, "2026-03-03 09:00")  # we wrote first; the clock starts with their answer
    say(ours, "out", "2026-03-03 09:00", ann)
    say(ours, "in", "2026-03-03 10:00")
    say(ours, "out", "2026-03-03 12:00", ann)
    silent = ticket(support, "2026-03-04 09:00")
    say(silent, "in", "2026-03-04 09:00")
    assert figures.first_answers(Scope(ann, MARCH)) == minutes(45, 120)


def test_a_first_answer_belongs_to_the_period_in_which_it_was_sent(support: Account, ann: Agent) -> None:
    one = ticket(support, "2026-02-27 12:00")
    say(one, "in", "2026-02-27 12:00")
    say(one, "out", "2026-03-01 12:00", ann)
    say(one, "out", "2026-04-01 12:00", ann)
    february, april = Period(date(2026, 2, 1), date(2026, 2, 28)), Period(date(2026, 4, 1), date(2026, 4, 30))
    assert figures.first_answers(Scope(ann, february)) == []
    assert figures.first_answers(Scope(ann, MARCH)) == [timedelta(days=2)]
    assert figures.first_answers(Scope(ann, april)) == []


@pytest.mark.parametrize(
    ("waits", "median", "ninetieth"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 1.5, 2),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5.5, 9),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1000], 6, 10),
    ],
)
def test_median_and_90th_percentile_are_those_of_the_definition(
    waits: list[float], median: float | None, ninetieth: float | None
) -> None:
    found = figures.middle(minutes(*waits)), figures.ninetieth(minutes(*waits))
    assert found == tuple(None if one is None else timedelta(minutes=one) for one in (median, ninetieth))


def test_an_answer_of_exactly_an_hour_is_not_under_an_hour() -> None:
    hour = timedelta(hours=1)
    assert figures.by_step([hour - timedelta(seconds=1), hour, 4 * hour, 90 * hour]) == [1, 1, 1, 0, 0, 1]


def test_imports_count_as_nothing_that_happened_today(support: Account, ann: Agent) -> None:
    old = ticket(support, "2026-03-02 09:00", history=True, state="solved")
    say(old, "in", "2026-03-02 09:00", history=True)
    say(old, "out", "2026-03-02 10:00", ann, history=True)
    scope = Scope(ann, MARCH)
    assert figures.traffic(scope) == {}
    assert figures.begun(scope) == 0
    assert figures.first_answers(scope) == []
    assert figures.by_agent(scope) == []
    say(old, "in", "2026-03-05 09:00")  # they write again, and are answered: that is live, but no first answer
    say(old, "out", "2026-03-05 10:00", ann)
    assert sum(figures.traffic(scope).values()) == 2
    assert figures.first_answers(scope) == []


def test_merged_tickets_count_once(support: Account, ann: Agent) -> None:
    one, two = ticket(support, "2026-03-02 09:00"), ticket(support, "2026-03-02 10:00")
    say(one, "in", "2026-03-02 09:00")
    say(two, "in", "2026-03-02 10:00")
    say(two, "out", "2026-03-02 10:30", ann)
    set_state(two, ann, "open", "solved", "2026-03-02 10:31")
    set_state(one, ann, "open", "solved", "2026-03-02 10:32")
    scope = Scope(ann, MARCH)
    assert figures.first_answers(scope) == minutes(30)
    merge(two, one, ann, at=at("2026-03-02 11:00"))
    assert figures.begun(scope) == 1
    assert figures.traffic(scope)[Cell(date(2026, 3, 2), "in", "email")] == 2
    assert figures.first_answers(scope) == minutes(90)
    assert figures.by_agent(scope) == [Worked("Ann Admin", answers=1, solved=1)]
    assert figures.solved_tickets(scope) == 1


def test_what_is_open_is_counted_by_age_and_by_who_waits(support: Account, ann: Agent) -> None:
    now = at("2026-03-31 12:00")
    ticket(support, "2026-03-31 11:00")
    ticket(support, "2026-03-30 12:00", state="open")  # exactly a day: no longer under one
    ticket(support, "2026-03-30 12:01", state="waiting")
    ticket(support, "2026-03-25 12:00", state="waiting")
    ticket(support, "2026-01-01 12:00", state="open")
    ticket(support, "2026-03-31 10:00", state="solved")
    ticket(support, "2026-03-31 10:00", state="closed")
    assert figures.open_by_age(Scope(ann, MARCH), now) == [Aged(1, 1), Aged(1, 0), Aged(0, 1), Aged(0, 0), Aged(1, 0)]


def test_each_agent_has_their_own_answers_notes_and_solved_tickets(support: Account, ann: Agent, ben: Agent) -> None:
    one, two = ticket(support, "2026-03-02 09:00"), ticket(support, "2026-03-02 09:00")
    say(one, "out", "2026-03-02 10:00", ann)
    say(one, "note", "2026-03-02 10:00", ben)
    say(two, "out", "2026-03-02 10:00", ben)
    say(two, "out", "2026-03-02 11:00", automatic=True)
    say(two, "out", "2026-04-02 10:00", ben)  # another month
    set_state(one, ann, "open", "solved", "2026-03-02 11:00")
    set_state(one, None, "solved", "open", "2026-03-02 12:00")
    set_state(one, ann, "open", "solved", "2026-03-02 13:00")  # the same ticket again
    set_state(one, ben, "solved", "closed", "2026-03-02 14:00")  # was solved already
    set_state(two, ben, "waiting", "closed", "2026-03-02 14:00")
    scope = Scope(ann, MARCH)
    assert figures.by_agent(scope) == [Worked("Ann Admin", 1, 1, 0), Worked("Ben Agent", 1, 1, 1)]
    assert figures.solved_tickets(scope) == 2


def test_the_verbs_leave_what_the_report_counts_as_solved(support: Account, ann: Agent) -> None:
    one, two = ticket(support, "2026-03-02 09:00"), ticket(support, "2026-03-02 09:00")
    say(one, "in", "2026-03-02 09:00")
    to = [{"name": "Zoe", "address": "zoe@customer.example"}]
    reply(one, "Done.", ann, to=to, at=at("2026-03-02 10:00"), then_state="solved")
    set_status(two, "closed", ann, at=at("2026-03-02 11:00"))
    scope = Scope(ann, MARCH)
    assert figures.by_agent(scope) == [Worked("Ann Admin", answers=1, solved=2)]
    assert figures.first_answers(scope) == minutes(60)


def test_an_agent_sees_the_figures_of_their_own_mailboxes_alone(ann: Agent, ben: Agent) -> None:
    theirs = mailbox("law@desk.example", team=Team.objects.create(name="Law"))
    own = mailbox("shop@desk.example", team=Team.objects.create(name="Shop"))
    ben.teams.add(own.team)
    for home in (theirs, own):
        one = ticket(home, "2026-03-02 09:00")
        say(one, "in", "2026-03-02 09:00")
        say(one, "out", "2026-03-02 09:30", ann)
        set_state(one, ann, "open", "solved", "2026-03-02 09:30")
    for scope, times in ((Scope(ann, MARCH), 2), (Scope(ben, MARCH), 1), (Scope(ann, MARCH, own), 1)):
        assert figures.begun(scope) == times
        assert sum(figures.traffic(scope).values()) == 2 * times
        assert figures.first_answers(scope) == minutes(30) * times
        assert figures.by_agent(scope) == [Worked("Ann Admin", times, times, 0)]
        assert sum(one.ours for one in figures.open_by_age(scope)) == times
    assert figures.traffic(Scope(ben, MARCH, theirs)) == {}
