"""Who may open what: every address of the helpdesk, as nobody, agent of another team, manager, agent, administrator."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from tests.flows.desk import arrive, mail, mailbox
from tickets import urls
from tickets.models import Agent, Delivery, Message, Role, Team, Ticket

OPEN_TO_ALL = {"sign-in", "sign-out", "welcome"}
ADMINISTRATORS = {"account-list", "account-add", "account-edit", "account-check", "account-pause", "account-remove"} | {
    "people-list",
    "contact-erase",
    "erasure-list",
    "erasure-show",
    "people-remove",
}
WRITES = {
    "ticket-change",
    "ticket-merge",
    "delivery-retry",
    "draft-save",
    "draft-attach",
    "draft-send",
    "draft-undo",
} | {
    "draft-discard",
    "draft-detach",
    "parked-retry",
    *(f"contact-{verb}" for verb in ("edit", "address-add", "address-drop", "note", "join-do", "unjoin")),
}
OF_A_TICKET = {
    "ticket-show",
    "ticket-news",
    "ticket-earlier",
    "ticket-read",
    "box-show",
    "message-html",
    "message-whole",
} | {"message-original"}


def names() -> list[str]:
    return [pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern) and pattern.name]


def address(name: str, message: Message) -> str:
    """An address of this name about this message."""
    pattern = next(one for one in urls.urlpatterns if one.name == name)
    values = {"number": message.ticket.number, "public_id": message.public_id, "part": 1, "token": "x"}
    values["name"] = "open" if name == "list-show" else "x"
    return reverse(f"tickets:{name}", kwargs={key: values[key] for key in pattern.pattern.converters})


@pytest.fixture
def secret(message: Message) -> Message:
    """A message of a team's own mailbox."""
    box = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    found = arrive(box, mail("Hush", to="board@desk.example", subject="For the board"))
    assert found is not None
    return found


@pytest.mark.parametrize("name", sorted(set(names()) - OPEN_TO_ALL))
def test_nobody_comes_in_without_signing_in(name: str, message: Message, client: Client) -> None:
    for ask in (client.get, client.post):
        response = ask(address(name, message))
        if response.status_code not in (401, 405):
            assert (response.status_code, response.headers["Location"][:9]) == (302, "/sign-in/")
    assert client.get(address(name, message)).status_code in (302, 401)


@pytest.mark.parametrize("name", sorted(ADMINISTRATORS))
def test_only_administrators_set_things_up(
    name: str, message: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    assert enter(ben).get(address(name, message)).status_code == 403
    assert enter(ben).post(address(name, message)).status_code == 403


@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_manager_reads_and_writes_nothing(
    name: str, message: Message, make_agent: Callable[..., Agent], enter: Callable[..., Client]
) -> None:
    manager = enter(make_agent("Mo Manager", Role.MANAGER))
    assert manager.post(address(name, message), {"key": "k"}).status_code == 403
    assert manager.get(address("ticket-show", message)).status_code == 200
    assert manager.get(address(name, message)).status_code == 405


@pytest.mark.parametrize("name", sorted(OF_A_TICKET))
def test_a_ticket_of_another_team_is_not_there(
    name: str, secret: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    assert enter(ben).get(address(name, secret)).status_code == 404


@pytest.mark.parametrize("name", sorted(OF_A_TICKET))
def test_the_team_sees_it(name: str, secret: Message, ben: Agent, enter: Callable[..., Client]) -> None:
    ben.teams.add(Team.objects.get())
    assert enter(ben).get(address(name, secret)).status_code in (200, 204)


def test_a_ticket_of_another_team_is_in_no_list_count_or_search(
    secret: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    client = enter(ben)
    for path in ("/lists/open/", "/lists/unassigned/", "/search/?q=hush", "/search/?q=board"):
        assert "For the board" not in client.get(path).content.decode()
    assert 'class="count">1<' in client.get("/lists/open/").content.decode()


def test_nobody_changes_or_joins_a_ticket_of_another_team(
    secret: Message, ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    client, theirs = enter(ben), secret.ticket
    assert (
        client.post(f"/tickets/{theirs.number}/change/", {"key": "a", "what": "state", "value": "closed"}).status_code
        == 404
    )
    assert client.post(f"/tickets/{ticket.number}/merge/", {"key": "b", "into": theirs.number}).status_code == 404
    data = {"key": "c", "kind": "reply", "text": "Hello", "ticket": theirs.number}
    assert client.post("/drafts/send/", data).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "new"
    assert not Delivery.objects.filter(message__ticket=theirs, message__automatic=False).exists()


def test_a_draft_belongs_to_the_agent_who_wrote_it(
    ticket: Ticket, ann: Agent, ben: Agent, enter: Callable[..., Client]
) -> None:
    data = {"key": "mine", "kind": "reply", "text": "Hello", "ticket": ticket.number, "to": "zoe@customer.example"}
    draft = enter(ann).post("/drafts/save/", data).json()["draft"]
    assert enter(ben).post(f"/drafts/{draft}/undo/").status_code == 404
    assert enter(ben).post("/drafts/save/", data | {"text": "Other"}).status_code == 409


def test_somebody_who_has_left_is_out_at_once(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    assert client.get("/lists/open/").status_code == 200
    ben.removed_at = ben.created_at
    ben.save()
    assert client.get("/lists/open/").status_code == 302
