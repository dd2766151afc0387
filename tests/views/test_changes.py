"""Changes from the ticket's head: what is stored, once, whoever presses how often."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail
from tickets.models import Account, Agent, Event, Ticket


def press(client: Client, ticket: Ticket, what: str, value: object, key: str = "one") -> int:
    return client.post(f"/tickets/{ticket.number}/change/", {"key": key, "what": what, "value": value}).status_code


def test_a_ticket_is_assigned_solved_and_tagged(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    assert press(client, ticket, "assignee", ben.public_id, "1") == 302
    assert press(client, ticket, "state", "solved", "2") == 302
    assert press(client, ticket, "priority", 4, "3") == 302
    assert press(client, ticket, "tag", "printer, urgent", "4") == 302
    assert press(client, ticket, "untag", "urgent", "5") == 302
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.state, ticket.priority) == (ben, "solved", 4)
    assert [tag.name for tag in ticket.tags.all()] == ["printer"]


def test_the_same_press_twice_writes_once(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    for _ in range(2):
        assert press(client, ticket, "state", "solved", "same") == 302
    assert Event.objects.filter(ticket=ticket, kind="state").count() == 1


def test_two_people_may_have_the_same_key(ticket: Ticket, ann: Agent, ben: Agent, enter: Callable[..., Client]) -> None:
    press(enter(ann), ticket, "state", "solved", "same")
    press(enter(ben), ticket, "state", "open", "same")
    ticket.refresh_from_db()
    assert ticket.state == "open"


@pytest.mark.parametrize(("what", "value"), [("state", "nonsense"), ("priority", "9"), ("priority", "x")])
def test_what_does_not_exist_is_refused_with_words(
    what: str, value: str, ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    data = {"key": "1", "what": what, "value": value}
    response = enter(ben).post(f"/tickets/{ticket.number}/change/", data, headers={"X-Part": "1"})
    assert (response.status_code, "There is no" in response.content.decode()) == (422, True)


def test_a_form_without_a_key_writes_nothing(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    assert enter(ben).post(f"/tickets/{ticket.number}/change/", {"what": "state", "value": "solved"}).status_code == 403
    ticket.refresh_from_db()
    assert ticket.state == "new"


def test_two_tickets_are_joined_by_one_press_and_the_old_address_leads_on(
    ticket: Ticket, support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    other = arrive(support, mail("Me again", subject="Another"))
    assert other is not None
    client, number = enter(ben), other.ticket.number
    response = client.post(f"/tickets/{number}/merge/", {"key": "1", "into": ticket.number})
    assert response.headers["Location"] == f"/tickets/{ticket.number}/"
    page = client.get(f"/tickets/{number}/", follow=True)
    assert page.redirect_chain[-1][0] == f"/tickets/{ticket.number}/"
    assert "Me again" in page.content.decode()
