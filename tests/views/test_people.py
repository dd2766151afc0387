"""The screens People and Teams."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from tests.flows.desk import mailbox
from tickets.actions.people import remove_agent
from tickets.models import Account, Agent, Draft, Role, Team, Ticket


def test_an_administrator_changes_name_address_role_and_teams(
    ann: Agent, ben: Agent, enter: Callable[..., Client]
) -> None:
    team = Team.objects.create(name="Billing")
    data = {"name": "Ben Baker", "email": "Ben.Baker@desk.example", "role": "manager", "teams": [team.public_id]}
    assert enter(ann).post(f"/people/{ben.public_id}/", data).status_code == 302
    ben.refresh_from_db()
    assert (ben.name, ben.email, ben.role, list(ben.teams.all())) == (
        "Ben Baker",
        "ben.baker@desk.example",
        "manager",
        [team],
    )


def test_the_last_administrator_is_told_why_they_stay_one(ann: Agent, enter: Callable[..., Client]) -> None:
    page = enter(ann).post(f"/people/{ann.public_id}/", {"name": "Ann", "email": ann.email, "role": "agent"})
    assert page.status_code == 422
    assert "is the only administrator. Make somebody else one first." in page.content.decode()
    ann.refresh_from_db()
    assert ann.role == Role.ADMINISTRATOR


def test_an_address_belongs_to_one_person(ann: Agent, ben: Agent, enter: Callable[..., Client]) -> None:
    page = enter(ann).post(f"/people/{ben.public_id}/", {"name": "Ben", "email": ann.email, "role": "agent"})
    assert "has this address already" in page.content.decode()


def test_a_leavers_drafts_are_read_by_an_administrator(
    ticket: Ticket, ann: Agent, ben: Agent, enter: Callable[..., Client]
) -> None:
    Draft.objects.create(key="d", agent=ben, ticket=ticket, text="We could send a new", updated_at=timezone.now())
    assert "We could send a new" not in enter(ann).get(f"/people/{ben.public_id}/").content.decode()
    assert enter(ann).post(f"/people/{ben.public_id}/remove/").status_code == 302
    page = enter(ann).get(f"/people/{ben.public_id}/").content.decode()
    assert "We could send a new" in page
    assert f"#{ticket.number}" in page


def test_nobody_lets_themselves_go(ann: Agent, enter: Callable[..., Client]) -> None:
    enter(ann).post(f"/people/{ann.public_id}/remove/")
    ann.refresh_from_db()
    assert ann.is_active


def test_a_team_gets_its_people_and_mailboxes_and_others_see_these_no_more(
    support: Account, ticket: Ticket, ann: Agent, ben: Agent, enter: Callable[..., Client]
) -> None:
    assert enter(ben).get(f"/tickets/{ticket.number}/").status_code == 200
    data = {"key": "k", "name": "Board", "agents": [ann.public_id], "mailboxes": [support.public_id]}
    assert enter(ann).post("/teams/add/", data).status_code == 302
    team = Team.objects.get(name="Board")
    assert list(team.agents.all()) == [ann]
    assert enter(ben).get(f"/tickets/{ticket.number}/").status_code == 404
    enter(ann).post(f"/teams/{team.public_id}/", data | {"agents": [ben.public_id], "name": "Desk"})
    assert enter(ben).get(f"/tickets/{ticket.number}/").status_code == 200
    page = enter(ann).post(f"/teams/{team.public_id}/remove/", follow=True)
    assert "has mailboxes of its own: Support" in page.content.decode()


def test_only_who_sees_the_mailbox_is_offered_as_assignee(
    ann: Agent, ben: Agent, ticket: Ticket, make_agent: Callable[..., Agent], enter: Callable[..., Client]
) -> None:
    cem = make_agent("Cem Agent")
    board = Team.objects.create(name="Board")
    board.agents.add(ben)
    Account.objects.update(team=board)
    page = enter(ann).get(f"/tickets/{ticket.number}/").content.decode()
    assert f'value="{ben.public_id}"' in page
    assert f'value="{cem.public_id}"' not in page
    told = enter(ann).post(
        f"/tickets/{ticket.number}/change/",
        {"key": "k", "what": "assignee", "value": cem.public_id},
        headers={"X-Part": "1"},
    )
    assert (told.status_code, "does not see the mailbox Support" in told.content.decode()) == (422, True)


def test_a_team_that_is_gone_stands_in_no_rail_and_no_form(ann: Agent, enter: Callable[..., Client]) -> None:
    mailbox()
    gone = Team.objects.create(name="Nightshift", removed_at=timezone.now())
    assert gone.name not in enter(ann).get("/lists/open/").content.decode()
    assert gone.name not in enter(ann).get("/accounts/add/").content.decode()


def test_whoever_has_left_is_offered_nowhere_and_listed_apart(
    ann: Agent, ben: Agent, enter: Callable[..., Client]
) -> None:
    remove_agent(ben, ann)
    page = enter(ann).get("/people/").content.decode()
    assert page.index("Who has left") < page.index("Ben Agent")
