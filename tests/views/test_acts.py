"""Acts on many tickets by the screen: what is answered, what the lists show then, and what one press takes back."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.desk import arrive, mail
from tickets.actions.change import tag
from tickets.actions.merge import merge
from tickets.actions.snooze import snooze
from tickets.actions.spam import mark_spam
from tickets.actions.teams import add_team
from tickets.hours import hours_from
from tickets.models import Account, Agent, Role, Ticket
from tickets.reports.figures import Scope, begun
from tickets.reports.period import Period
from tickets.views import lists
from tickets.views.snooze_times import usual_times

pytestmark = pytest.mark.database


def some(support: Account, count: int) -> list[Ticket]:
    found = [arrive(support, mail(f"Text {n}", subject=f"T{n}", sender=f"c{n}@customer.example")) for n in range(count)]
    return [message.ticket for message in found if message]


def act(client: Client, tickets: list[Ticket], what: str, value: str = "", **more: str) -> Any:
    data = {
        "key": f"{what}{value}",
        "what": what,
        "value": value,
        "numbers": ",".join(str(one.number) for one in tickets),
    }
    return client.post("/acts/", data | more, headers={"X-Part": "1"})


def names(ben: Agent, name: str) -> set[str]:
    every = lists.lists_for(ben)
    return set(every.tickets(every.named(name)).values_list("subject", flat=True))


def test_three_selected_tickets_go_to_spam_and_come_back(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    tickets, client = some(support, 4), enter(ben)
    answer = act(client, tickets[:3], "spam").json()
    assert answer["words"] == "Put 3 tickets into spam."
    assert names(ben, "spam") == {"T0", "T1", "T2"}
    assert names(ben, "open") == {"T3"}
    page = client.get(f"/tickets/{tickets[0].number}/").content.decode()
    assert "somebody here called it so" in page
    assert "Not spam" in page
    taken = client.post(answer["undo"], {"key": "u"}, headers={"X-Part": "1"}).json()
    assert taken["words"] == "Took it back for 3 tickets."
    assert (names(ben, "spam"), len(names(ben, "open"))) == (set(), 4)


def test_what_cannot_be_done_is_named(support: Account, ben: Agent, enter: Callable[..., Client]) -> None:
    tickets, client = some(support, 2), enter(ben)
    act(client, tickets[:1], "state", "solved")
    words = act(client, tickets, "snooze").json()["words"]
    assert words == f"Snoozed 1 ticket. Left as they are: #{tickets[0].number}. It is finished. Open it first."
    assert names(ben, "snoozed") == {"T1"}
    refused = act(client, tickets, "snooze", "tomorrow")
    assert (refused.status_code, refused.content.decode()) == (422, "Choose a day and a time.")
    assert act(client, [], "spam").status_code == 422


def test_all_that_match_are_meant_without_naming_them(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    tickets, client = some(support, 3), enter(ben)
    tag(tickets[1], ["Refund"], ben)
    answer = act(client, [], "state", "solved", every="1", list="open", tag=" refund")
    assert answer.json()["words"] == "Solved 1 ticket."
    assert act(client, [], "priority", "4", every="1", list="open").json()["words"] == "Set the priority of 2 tickets."


def test_a_list_is_narrowed_to_a_tag(support: Account, ben: Agent, enter: Callable[..., Client]) -> None:
    tickets, client = some(support, 3), enter(ben)
    tag(tickets[1], ["Refund"], ben)
    page = client.get("/lists/open/", {"tag": "REFUND "}).content.decode()
    assert [name for name in ("T1", "T2") if re.search(rf"\b{name}\b", page)] == ["T1"]  # not within a token


def test_a_manager_and_a_stranger_change_nothing(
    support: Account, ben: Agent, make_agent: Callable[..., Agent], enter: Callable[..., Client]
) -> None:
    [ticket] = some(support, 1)
    assert act(enter(make_agent("Mia", Role.MANAGER)), [ticket], "spam").status_code == 403
    undo = act(enter(ben), [ticket], "state", "solved").json()["undo"]
    assert enter(make_agent("Cem")).post(undo, {"key": "u"}).status_code == 404
    assert Ticket.objects.get().state == "solved"


def test_who_was_moved_out_of_a_team_takes_no_merge_of_its_tickets_back(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    team = add_team("Print", ben, (ben,))
    Account.objects.filter(pk=support.pk).update(team=team)
    tickets, client = some(support, 2), enter(ben)
    undo = act(client, tickets, "merge").json()["undo"]
    team.agents.remove(ben)
    client.post(undo, {"key": "u"}, headers={"X-Part": "1"})
    tickets[1].refresh_from_db()
    assert tickets[1].merged_into == tickets[0]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_no_act_leads_to_another_site(back: str, support: Account, ben: Agent, enter: Callable[..., Client]) -> None:
    [ticket] = some(support, 1)
    data = {"key": "1", "what": "state", "value": "solved", "numbers": str(ticket.number), "back": back}
    assert enter(ben).post("/acts/", data).headers["Location"] == "/"
    assert enter(ben).post("/acts/", data | {"key": "2", "back": "/new/"}).headers["Location"] == "/new/"


def test_a_wrong_merge_is_taken_apart_from_its_line(support: Account, ben: Agent, enter: Callable[..., Client]) -> None:
    (first, second), client = some(support, 2), enter(ben)
    merge(second, first, ben)
    page = client.get(f"/tickets/{first.number}/").content.decode()
    assert f"Take #{second.number} out again" in page
    response = client.post(f"/tickets/{first.number}/unmerge/", {"key": "1", "merged": second.number})
    assert response.headers["Location"] == f"/tickets/{second.number}/"
    page = client.get(f"/tickets/{first.number}/").content.decode()
    assert "out again" not in page
    assert f"took #{second.number} out of this one again" in page


def test_a_team_and_a_participant_are_set_from_the_ticket(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    team = add_team("Returns", ben, (ben,))
    [ticket], client = some(support, 1), enter(ben)
    change = f"/tickets/{ticket.number}/change/"
    assert client.post(change, {"key": "1", "what": "team", "value": team.public_id}).status_code == 302
    assert client.post(change, {"key": "2", "what": "participant", "value": "Max@else.example"}).status_code == 302
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert "let max@else.example take part" in page
    assert Ticket.objects.get().team == team


def test_who_asks_is_told_that_their_mail_goes_to_spam(
    support: Account, ann: Agent, enter: Callable[..., Client]
) -> None:
    [ticket] = some(support, 1)
    mark_spam([ticket.number], ann)
    response = enter(ann).get(f"/contacts/{ticket.contact.public_id}/answer.zip")
    with ZipFile(BytesIO(b"".join(response.streaming_content))) as answer:  # type: ignore[attr-defined]
        assert "called mail of this person spam" in answer.read("index.html").decode()


def test_spam_is_in_no_report(support: Account, ben: Agent) -> None:
    tickets = some(support, 2)
    today = timezone.localdate()
    scope = Scope(ben, Period(today, today))
    assert begun(scope) == 2
    mark_spam([tickets[0].number], ben)
    assert begun(scope) == 1


def test_the_lists_of_spam_and_of_snoozed_cost_no_more_than_others(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    tickets, client = some(support, 6), enter(ben)
    mark_spam([one.number for one in tickets[:3]], ben)
    snooze([one.number for one in tickets[3:]], timezone.now() + timedelta(days=1), ben)
    for path in ("/lists/spam/", "/lists/snoozed/", "/lists/open/bar/", f"/tickets/{tickets[0].number}/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= 23, path


def test_the_usual_times_are_mornings_of_the_agent_or_of_the_mailbox() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    friday = datetime(2026, 11, 27, 16, 20, tzinfo=berlin)
    with timezone.override(berlin):
        nine = {one.label: one.value for one in usual_times(friday)}
        hours = hours_from(berlin, {"mon": [["08:30", "17:00"]], "thu": [["10:00", "12:00"]]})
        open_ = {one.label: one.value for one in usual_times(friday, hours)}
    assert nine == {
        "Later today": "2026-11-27T19:00:00+01:00",
        "Tomorrow": "2026-11-28T09:00:00+01:00",
        "Monday": "2026-11-30T09:00:00+01:00",
        "In a week": "2026-12-04T09:00:00+01:00",
    }
    assert open_["Tomorrow"] == "2026-11-30T08:30:00+01:00"
    assert open_["In a week"] == "2026-12-07T08:30:00+01:00"
