"""Saved replies: written on a screen, found at a slash, filled with what is known; what is not known stops sending."""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.desk import new_record
from tickets.actions.saved_replies import offered, remove_reply, save_reply
from tickets.actions.variables import About, fill, first_name, left_in
from tickets.models import Account, Agent, Draft, Message, Role, SavedReply, Team, Ticket
from tickets.record import config

HELLO = "Hello {contact.first_name},\n\nyour ticket is #{ticket.number}.\n\n{agent.name}, {mailbox.name}"


@pytest.fixture
def save(ann: Agent) -> Callable[..., SavedReply]:
    """save("Title", "text", …): one more saved reply of Ann's."""
    return lambda title, text="Hello", **fields: save_reply(None, ann, title=title, text=text, **fields)


@pytest.fixture
def client_of_ann(ann: Agent, enter: Callable[[Agent], Client]) -> Client:
    return enter(ann)


def written(**fields: str) -> dict[str, str]:
    return {
        "key": "k1",
        "title": "Greeting",
        "shortcut": "/Hi",
        "text": HELLO,
        "whose": "everybody",
        "language": "",
    } | fields


def test_one_is_written_changed_put_away_and_brought_back(client_of_ann: Client) -> None:
    for _ in range(2):  # the same press twice counts once
        assert client_of_ann.post("/saved-replies/save/", written()).status_code == 302
    reply = SavedReply.objects.get()
    assert (reply.title, reply.shortcut, reply.text, reply.owner, reply.team) == ("Greeting", "hi", HELLO, None, None)
    url = f"/saved-replies/{reply.public_id}/"
    assert client_of_ann.post(f"{url}save/", written(key="k2", title="Hello")).status_code == 302
    reply.refresh_from_db()
    assert reply.title == "Hello"
    shown = client_of_ann.post(f"{url}remove/", follow=True).content.decode()
    assert "put away" in shown
    assert client_of_ann.get(url).status_code == 404
    client_of_ann.post(f"{url}restore/")
    assert client_of_ann.get(url).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": "Hello {contact.nmae}"}, "There is no {contact.nmae}. There are: {contact.name}"),
        ({"shortcut": "two words"}, "A shortcut is one word"),
        ({"shortcut": "taken"}, "“Taken” has the shortcut taken already"),
        ({"text": " \n"}, "Write the text that is to be put in."),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    client_of_ann: Client, save: Callable[..., SavedReply], wrong: dict[str, str], said: str
) -> None:
    save("Taken", shortcut="taken")
    response = client_of_ann.post("/saved-replies/save/", written(**wrong))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert SavedReply.objects.count() == 1


def test_everybody_uses_what_is_everybodys_their_teams_and_their_own(
    ann: Agent, ben: Agent, save: Callable[..., SavedReply], enter: Callable[[Agent], Client]
) -> None:
    board = Team.objects.create(name="Board")
    save("Common")
    hidden = [save("For the board", team=board), save("Only Ann", owner=ann)]
    client = enter(ben)
    assert [one.title for one in offered(ben, "")] == ["Common"]
    for reply in hidden:
        assert client.get(f"/saved-replies/{reply.public_id}/").status_code == 404
        assert client.post(f"/saved-replies/{reply.public_id}/use/").status_code == 404
        assert client.post(f"/saved-replies/{reply.public_id}/remove/").status_code == 404
        assert reply.title not in client.get("/saved-replies/").content.decode()
    ben.teams.add(board)
    assert [one.title for one in offered(ben, "board")] == ["For the board"]


def test_a_manager_reads_them_and_changes_none(
    save: Callable[..., SavedReply], make_agent: Callable[..., Agent], enter: Callable[[Agent], Client]
) -> None:
    reply = save("Common")
    manager = enter(make_agent("Mo Manager", Role.MANAGER))
    assert "Common" in manager.get("/saved-replies/").content.decode()
    for path in ("save/", f"{reply.public_id}/save/", f"{reply.public_id}/remove/", f"{reply.public_id}/use/"):
        assert manager.post(f"/saved-replies/{path}", written()).status_code == 403


def test_the_list_is_searched_and_what_is_meant_comes_first(ann: Agent, save: Callable[..., SavedReply]) -> None:
    save("Refund", "We send the money back.")
    save("Straße", "Wohin", shortcut="weg")
    often = save("Delivery", "It comes on Monday, or you get a refund.", used_count=9, last_used_at=timezone.now())
    save("Lieferung", "Sie kommt am Montag. Refund", language="de")
    assert [one.title for one in offered(ann, "refund")] == ["Refund", "Delivery", "Lieferung"]
    assert [one.title for one in offered(ann, "refund", "de")] == ["Refund", "Delivery", "Lieferung"]
    assert [one.title for one in offered(ann, "WEG")] == ["Straße"]
    assert [one.title for one in offered(ann, "strasse")] == ["Straße"]
    assert offered(ann, "")[0] == often
    assert offered(ann, "unicorn") == []
    remove_reply(often, ann)
    assert often not in offered(ann, "")


def test_what_is_offered_costs_one_question(message: Message, ann: Agent, save: Callable[..., SavedReply]) -> None:
    for number in range(30):
        save(f"Number {number}")
    with CaptureQueriesContext(connection) as asked:
        assert len(offered(ann, "number")) == 8
    assert len(asked) == 1


def test_variables_are_filled_with_what_is_known(
    ticket: Ticket, client_of_ann: Client, save: Callable[..., SavedReply], support: Account
) -> None:
    reply = save("Greeting", HELLO)
    data = {"ticket": ticket.number}
    said = client_of_ann.post(f"/saved-replies/{reply.public_id}/use/", data).json()["text"]
    assert said == f"Hello Zoe,\n\nyour ticket is #{ticket.number}.\n\nAnn Admin, Support"
    data = {"to": "Bob Hill <bob@hill.example>", "mailbox": support.public_id}
    said = client_of_ann.post(f"/saved-replies/{reply.public_id}/use/", data).json()["text"]
    assert said == "Hello Bob,\n\nyour ticket is #{ticket.number}.\n\nAnn Admin, Support"
    reply.refresh_from_db()
    assert (reply.used_count, reply.last_used_at is not None) == (2, True)
    assert (
        "Greeting"
        in client_of_ann.get("/saved-replies/suggest/", {"q": "gre", "ticket": ticket.number}).content.decode()
    )


def test_what_a_customer_is_called_is_never_read_as_a_variable(ann: Agent) -> None:
    assert fill("{contact.name} {contact.first_name}", About(ann, "{agent.name} x")) == "{agent.name} x {agent.name}"
    assert first_name("Reed, Zoe Ann") == first_name("Zoe Ann Reed") == "Zoe"
    assert left_in("{contact.name} {x.y} {contact.name} {agent.name}") == ["{contact.name}", "{agent.name}"]


def test_an_empty_variable_stops_sending_and_nothing_is_lost(ticket: Ticket, client_of_ann: Client) -> None:
    data = {"key": "d1", "kind": "reply", "text": "Hello {contact.first_name}", "ticket": str(ticket.number)}
    data["to"] = "zoe@customer.example"
    refused = client_of_ann.post("/drafts/send/", data, headers={"X-Part": "1"}).content.decode()
    assert "{contact.first_name}: nothing is known to stand there." in refused
    draft = Draft.objects.get()
    assert (draft.state, draft.text) == ("editing", "Hello {contact.first_name}")
    client_of_ann.post("/drafts/send/", data | {"text": "Hello Zoe, {not.ours} stays"}, headers={"X-Part": "1"})
    draft.refresh_from_db()
    assert draft.state == "scheduled"


def test_a_note_may_speak_of_variables(ticket: Ticket, client_of_ann: Client) -> None:
    data = {"key": "d2", "kind": "note", "text": "use {contact.name}", "ticket": str(ticket.number)}
    client_of_ann.post("/drafts/send/", data, headers={"X-Part": "1"})
    assert Draft.objects.get().state == "scheduled"


@pytest.mark.django_db(transaction=True)
def test_they_stand_in_the_record_and_come_back_from_it(ann: Agent) -> None:
    new_record()
    reply = save_reply(None, ann, title="Greeting", text=HELLO, team=Team.objects.create(name="Board"))
    newest = json.dumps(config.latest())
    assert "Greeting" in newest
    assert "used_count" not in newest
    SavedReply.objects.all().delete()
    config.restore()
    again = SavedReply.objects.get()
    assert (again.public_id, again.text, again.team and again.team.name) == (reply.public_id, HELLO, "Board")
