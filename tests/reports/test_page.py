"""The page and the CSV: what is asked for, who may see it, and that it stays whole with strange names and many tickets."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from tests.reports.history import mailbox, say, set_state, ticket
from tickets.models import Account, Agent, Role, Team
from tickets.reports.chart import _round_up, days_chart
from tickets.reports.definitions import DEFINITIONS
from tickets.reports.export import as_csv
from tickets.reports.figures import Cell
from tickets.reports.tables import Table, span

pytestmark = pytest.mark.django_db
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def support(db: None) -> Account:
    return mailbox()


@pytest.fixture
def signed_in(client: Client, ann: Agent) -> Client:
    client.force_login(ann)
    return client


def day_of_march(home: Account, agent: Agent) -> None:
    """One ticket: came at 9, answered at 9:30 and solved."""
    one = ticket(home, "2026-03-02 09:00", state="solved")
    say(one, "in", "2026-03-02 09:00")
    say(one, "out", "2026-03-02 09:30", agent)
    set_state(one, agent, "open", "solved", "2026-03-02 09:30")


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_page_shows_the_figures_and_what_they_mean(signed_in: Client, support: Account, ann: Agent) -> None:
    day_of_march(support, ann)
    page = signed_in.get("/reports/", MARCH)
    html = page.content.decode()
    assert page.status_code == 200
    assert "30 min" in html
    assert html.count("<svg") > 5
    assert "style=" not in html
    for definition in DEFINITIONS:
        assert str(definition.name) in html
    tiles = {label: number for label, number, _more, _change in page.context["tiles"]}
    assert tiles == {
        "Came in": 1,
        "Went out": 1,
        "New tickets": 1,
        "Solved": 1,
        "First answers": 1,
        "No answer yet": 0,
    }


def test_an_empty_helpdesk_has_a_report_that_says_so(signed_in: Client) -> None:
    page = signed_in.get("/reports/")
    assert page.status_code == 200
    assert "Nothing came in or went out in these days." in page.content.decode()


@pytest.mark.parametrize("days", [7, 30, 90])
def test_a_period_of_days_ends_today(signed_in: Client, days: int) -> None:
    period = signed_in.get("/reports/", {"days": days}).context["period"]
    assert len(period.days) == days
    assert period.last == timezone.now().astimezone(timezone.get_default_timezone()).date()


@pytest.mark.parametrize(
    "query",
    [
        {"days": "8"},
        {"days": "many"},
        {"from": "yesterday"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2020-01-01", "to": "2026-03-01"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"from": "9999-12-31"},
        {"to": "0001-01-01"},
    ],
)
def test_what_is_no_period_is_said_and_the_page_still_works(signed_in: Client, query: dict[str, str]) -> None:
    page = signed_in.get("/reports/", query)
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()
    assert len(page.context["period"].days) == 30
    assert signed_in.get("/reports.csv", query).status_code == 400


def test_the_csv_holds_every_day_and_the_total(signed_in: Client, support: Account, ann: Agent) -> None:
    day_of_march(support, ann)
    response = signed_in.get("/reports.csv", MARCH)
    assert response["Content-Disposition"] == 'attachment; filename="holdfast-days-2026-03-01-2026-03-31.csv"'
    rows = rows_of(response)
    assert rows[0] == ["Day", "In: Email", "Out: Email", "Solved"]
    assert rows[2] == ["2026-03-02", "1", "1", "1"]
    assert rows[-1] == ["Total", "1", "1", "1"]
    assert len(rows) == 1 + 31 + 1


def test_each_table_can_be_had_as_csv(signed_in: Client, support: Account, ann: Agent) -> None:
    day_of_march(support, ann)
    answers = rows_of(signed_in.get("/reports.csv", MARCH | {"table": "answers"}))
    assert answers[0] == ["Answered after", "Tickets", "In working hours", "Before", "Before, in working hours"]
    assert answers[1] == ["under 1 h", "1", "1", "0", "0"]
    assert answers[-2:] == [[name, "0:30:00", "0:30:00", "", ""] for name in ("Median", "90th percentile")]
    agents = rows_of(signed_in.get("/reports.csv", MARCH | {"table": "agents"}))
    assert agents[0][:7] == ["Agent", "Answers", "Answers before", "Solved", "Solved before", "Notes", "Notes before"]
    assert agents[1] == ["Ann Admin", "1", "0", "1", "0", "0", "0", "0:30:00", "", "0:30:00", ""]
    teams = rows_of(signed_in.get("/reports.csv", MARCH | {"table": "teams"}))
    assert teams[0][:7] == [
        "Team",
        "New tickets",
        "New tickets before",
        "Solved",
        "Solved before",
        "First answers",
        "First answers before",
    ]
    assert teams[1] == ["no team", "1", "0", "1", "0", "1", "0", "0:30:00", "", "0:30:00", ""]
    assert rows_of(signed_in.get("/reports.csv", {"table": "ages"}))[-1] == ["Total", "0", "0"]
    assert signed_in.get("/reports.csv", {"table": "secrets"}).status_code == 404


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_a_name_is_never_a_formula_in_a_spreadsheet(name: str) -> None:
    [_heads, row] = csv.reader(io.StringIO(as_csv(Table("agents", "", ["Agent", "Answers"], [[name, 3]])), newline=""))
    assert row == [f"'{name}", "3"]


def test_nobody_who_is_not_signed_in_sees_a_figure(client: Client) -> None:
    for address in ("/reports/", "/reports.csv"):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize(("role", "seen"), [(Role.MANAGER, 2), (Role.AGENT, 1)])
def test_a_manager_sees_all_and_an_agent_their_mailboxes(
    client: Client, make_agent: Callable[..., Agent], ann: Agent, role: str, seen: int
) -> None:
    shop = Team.objects.create(name="Shop")
    law = mailbox("law@desk.example", team=Team.objects.create(name="Law"))
    own = mailbox("shop@desk.example", team=shop)
    for home in (law, own):
        day_of_march(home, ann)
    looking = make_agent("Mia", role)
    looking.teams.add(shop)
    client.force_login(looking)
    page = client.get("/reports/", MARCH)
    assert {label: number for label, number, _more, _change in page.context["tiles"]}["Came in"] == seen
    assert ("law@desk.example" in page.content.decode()) == (role == Role.MANAGER)
    assert rows_of(client.get("/reports.csv", MARCH))[-1] == ["Total", str(seen), str(seen), str(seen)]
    chosen = client.get("/reports/", MARCH | {"mailbox": law.public_id})
    assert chosen.status_code == (200 if role == Role.MANAGER else 404)
    assert client.get("/reports.csv", {"mailbox": law.public_id}).status_code == chosen.status_code


@pytest.mark.parametrize("language", ["de", "ar", "ja"])
def test_no_language_writes_a_comma_into_a_drawing(
    signed_in: Client, support: Account, ann: Agent, language: str
) -> None:
    Agent.objects.update(language=language)
    for day in range(1, 8):
        say(ticket(support, f"2026-03-0{day} 09:00"), "in", f"2026-03-0{day} 09:00")
    chart = signed_in.get("/reports/", MARCH).content.decode().split('<div class="report-plot">')[1].split("</svg>")[0]
    for bar in chart.split("<rect ")[1:]:
        numbers = [bar.split(f'{name}="')[1].split('"')[0] for name in ("x", "y", "width", "height")]
        assert all(number.isascii() and number.isdigit() for number in numbers)


def test_the_number_of_queries_does_not_grow_with_the_tickets(
    signed_in: Client, support: Account, ann: Agent, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(3):
        with django_assert_max_num_queries(36):
            signed_in.get("/reports/", MARCH)
        for _ticket in range(5):
            day_of_march(support, ann)


def test_bars_stand_on_the_line_and_stay_within_the_picture() -> None:
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(3)]
    counts = {("in", "email"): 7, ("in", "telegram"): 1, ("out", "email"): 3}
    chart = days_chart({Cell(days[1], way, channel): count for (way, channel), count in counts.items()}, days)
    assert (chart.top, chart.bottom, chart.line, chart.width) == (10, 5, 666, 36)
    email_in, telegram_in, email_out = chart.bars
    assert email_in.y + email_in.height == chart.line == email_out.y
    assert telegram_in.y + telegram_in.height == email_in.y
    assert (email_in.height, email_out.height) == (467, 200)
    assert (email_in.series, telegram_in.series) == (0, 1)


def test_an_axis_ends_at_a_round_number() -> None:
    assert [_round_up(number) for number in (0, 1, 2, 3, 7, 10, 11, 99, 200, 201)] == [
        1, 1, 2, 5, 10, 10, 20, 100, 200, 500,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "under a minute"),
        (60, "1 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (90000, "1 day 1 h"),
        (172860, "2 days"),
    ],
)
def test_a_time_is_said_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_the_documentation_has_the_same_definitions_as_the_page() -> None:
    document = " ".join((Path(django_settings.BASE_DIR) / "docs" / "reports.md").read_text().split())
    for definition in DEFINITIONS:
        assert f"**{definition.name}.** {definition.text}" in document


def test_days_are_those_of_the_helpdesk_not_of_the_agent(signed_in: Client, support: Account, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    Agent.objects.update(time_zone="Pacific/Kiritimati")
    say(ticket(support, "2026-03-02 09:00"), "in", "2026-03-02 22:59")
    rows = rows_of(signed_in.get("/reports.csv", MARCH))
    assert [row for row in rows[1:-1] if row[1] == "1"] == [["2026-03-02", "1", "0", "0"]]
    assert datetime.fromisoformat(rows[1][0]).day == 1
