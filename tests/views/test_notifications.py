"""What one is told: the list, the count, what the browser calls out, and the switches."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.desk import arrive, mail, settle
from tickets.actions import notify
from tickets.actions.people import change_agent
from tickets.models import Account, Agent, Follow, Notification, Team, Ticket

Enter = Callable[[Agent], Client]


@pytest.fixture
def told(ticket: Ticket, ben: Agent) -> Ticket:
    """Ben was told of Zoe's ticket."""
    settle()
    assert Notification.objects.filter(agent=ben).exists()
    return ticket


def test_the_list_and_the_title_show_what_is_unread(told: Ticket, ben: Agent, enter: Enter) -> None:
    client = enter(ben)
    page = client.get("/notifications/").content.decode()
    assert "Zoe Customer wrote, and nobody has it yet" in page
    assert "<title>(1) Notifications" in page
    assert 'data-unread="1"' in client.get("/rail/").content.decode()
    client.post("/notifications/read/")
    page = client.get("/notifications/").content.decode()
    assert "Zoe Customer wrote" in page
    assert "<title>Notifications" in page


def test_whoever_may_not_see_the_ticket_any_more_is_shown_nothing(told: Ticket, ben: Agent, enter: Enter) -> None:
    Account.objects.update(team=Team.objects.create(name="Board"))
    client = enter(ben)
    assert "Zoe" not in client.get("/notifications/").content.decode()
    assert 'data-unread=""' in client.get("/rail/").content.decode()
    hour_ago = (timezone.now() - timedelta(minutes=50)).isoformat()
    assert json.loads(client.get("/notifications/latest/", {"after": hour_ago}).content)["new"] == 0


def test_the_browser_calls_out_what_came_since_it_asked_and_was_wished_for(
    ticket: Ticket, ben: Agent, enter: Enter
) -> None:
    change_agent(ben, ben, preferences={"told": {notify.NEW: ["page", "browser"]}, "sound": True})
    client = enter(ben)
    before = json.loads(client.get("/notifications/latest/").content)["now"]
    settle()
    found = json.loads(client.get("/notifications/latest/", {"after": before}).content)
    assert (found["new"], found["sound"]) == (1, True)
    assert found["items"][0] | {"id": ""} == {
        "id": "",
        "title": "Zoe Customer wrote, and nobody has it yet",
        "body": f"#{ticket.number} Printer",
        "url": f"/tickets/{ticket.number}/",
    }
    assert json.loads(client.get("/notifications/latest/", {"after": found["now"]}).content)["items"] == []
    assert client.get("/notifications/latest/", {"after": "nonsense"}).status_code == 200


def test_each_switch_is_kept_and_a_sound_is_off_until_it_is_switched_on(ben: Agent, enter: Enter) -> None:
    client = enter(ben)
    page = client.get("/me/").content.decode()
    assert page.count('name="told"') == len(notify.KINDS) * len(notify.WAYS)
    assert 'name="sound" value="1">' in page
    client.post("/me/told/", {"told": ["new:browser", "answered:page", "answered:mail", "made:up"], "sound": "1"})
    ben.refresh_from_db()
    chosen = {kind: notify.wishes(ben, kind) for kind in notify.KINDS}
    assert chosen == {
        "new": ["browser"],
        "assigned": [],
        "answered": ["page", "mail"],
        "mentioned": [],
        "held": [],
        "drill": [],
    }
    assert ben.preferences["sound"] is True
    assert 'value="answered:mail" aria-label="A customer answered, on mine or followed: by mail" checked' in (
        client.get("/me/").content.decode()
    )


def test_a_ticket_is_followed_and_let_go(ticket: Ticket, ben: Agent, enter: Enter) -> None:
    client = enter(ben)
    assert ">follow<" in client.get(f"/tickets/{ticket.number}/").content.decode()
    for _ in range(2):
        answer = client.post(f"/tickets/{ticket.number}/follow/", {"value": "1"}, headers={"X-Part": "1"})
        assert "followed<" in answer.content.decode()
    assert Follow.objects.get().agent == ben
    client.post(f"/tickets/{ticket.number}/follow/", {"value": ""})
    assert not Follow.objects.exists()


def test_an_at_offers_those_who_can_see_the_ticket(
    ticket: Ticket, ann: Agent, ben: Agent, make_agent: Callable[..., Agent], enter: Enter
) -> None:
    Account.objects.update(team=Team.objects.create(name="Board"))
    ben.teams.add(Team.objects.get())
    make_agent("Lea")
    first, second = (
        make_agent("Max Twin"),
        Agent.objects.create_user("m2@d.example", name="Max Twin", created_at=timezone.now()),
    )
    for twin in (first, second):
        twin.teams.add(Team.objects.get())
    found = json.loads(enter(ben).get(f"/tickets/{ticket.number}/people/").content)["people"]
    assert [one["call"] for one in found] == ["Ann Admin", "max@desk.example", "m2@d.example"]


def test_a_ticket_that_one_may_not_see_is_neither_followed_nor_looked_at(
    ticket: Ticket, ben: Agent, enter: Enter
) -> None:
    Account.objects.update(team=Team.objects.create(name="Board"))
    client = enter(ben)
    for path in ("follow", "here", "read"):
        assert client.post(f"/tickets/{ticket.number}/{path}/", {"value": "1"}).status_code == 404
    assert client.get(f"/tickets/{ticket.number}/people/").status_code == 404


def test_the_list_is_paged_and_costs_the_same_however_much_there_is(support: Account, ben: Agent, enter: Enter) -> None:
    for number in range(3):
        arrive(support, mail("x", sender=f"{number}@y.example"))
    ticket = Ticket.objects.order_by("pk")[0]
    Notification.objects.bulk_create(
        [
            Notification(agent=ben, kind=notify.ASSIGNED, ticket=ticket, at=timezone.now() - timedelta(minutes=number))
            for number in range(120)
        ]
    )
    client, path, seen = enter(ben), "/notifications/", 0
    while path:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(path).content.decode()
        assert len(queries) <= 14
        seen += page.count("told-row")
        more = re.search(r'href="(\?before=\w+)"', page)
        path = f"/notifications/{more[1]}" if more else ""
    assert seen == 120
