"""What belongs to another team or another person. Who gets what at every address: test_crawl.py."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail, mailbox
from tickets.models import Agent, Delivery, Message, Team, Ticket


@pytest.fixture
def secret(message: Message) -> Message:
    """A message of a team's own mailbox."""
    box = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    found = arrive(box, mail("Hush", to="board@desk.example", subject="For the board"))
    assert found is not None
    return found


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
