"""Who works here: the last administrator stays one, and what somebody leaves behind is given back."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences
from tickets.actions import changes
from tickets.actions.change import NotAllowed, assign, set_status
from tickets.actions.people import change_agent, remove_agent
from tickets.actions.teams import add_team, change_team, remove_team
from tickets.models import Account, Agent, Entry, Event, Role, Ticket
from tickets.record.config import snapshot
from tickets.views.lists import lists_for

pytestmark = pytest.mark.django_db


def letters(box: Account, count: int, who: str = "zoe") -> list[Ticket]:
    found = []
    for n in range(count):
        message = arrive(
            box, mail(f"Letter {n}", sender=f"{who}{n}@customer.example", to=box.address, subject=f"No. {n}")
        )
        assert message is not None
        found.append(message.ticket)
    return found


def test_a_leavers_open_tickets_are_unassigned_with_the_reason_and_solved_ones_stay_theirs(
    ann: Agent, ben: Agent
) -> None:
    box = mailbox()
    first, second, solved, anns = letters(box, 4)
    for ticket in (first, second, solved):
        assign(ticket, ben, ann)
    assign(anns, ann, ann)
    set_status(solved, "solved", ben)
    remove_agent(ben, ann)
    rows = {ticket.number: ticket.assignee for ticket in Ticket.objects.all()}
    assert rows == {first.number: None, second.number: None, solved.number: ben, anns.number: ann}
    entry = Entry.objects.get(kind="changes", fields__event="assigned")
    assert entry.fields["changes"][0]["tickets"] == [first.number, second.number]
    event = Event.objects.get(entry=entry, ticket=first)
    assert (event.by, event.reason) == (ann, "Ben Agent does not work here any more.")
    assert event.data == {"assignee": None, "from": ben.public_id}


def test_what_a_leaver_solved_is_unassigned_when_the_customer_answers(ann: Agent, ben: Agent) -> None:
    box = mailbox()
    (ticket,) = letters(box, 1)
    assign(ticket, ben, ann)
    set_status(ticket, "solved", ben)
    remove_agent(ben, ann)
    set_status(ticket, "open", None)
    lists = lists_for(ann)
    assert [one.number for one in lists.tickets(lists.named("unassigned"))] == [ticket.number]


def test_many_tickets_are_given_back_by_an_entry_for_each_five_hundred(
    ann: Agent, ben: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST", 2)
    for ticket in letters(mailbox(), 5):
        assign(ticket, ben, ann)
    remove_agent(ben, ann)
    assert [
        len(entry.fields["changes"][0]["tickets"]) for entry in Entry.objects.filter(kind="changes").order_by("pk")
    ] == [2, 2, 1]


def test_the_last_administrator_cannot_be_demoted_or_let_go(ann: Agent, ben: Agent) -> None:
    for change in ({"role": Role.AGENT}, {"role": Role.MANAGER}):
        with pytest.raises(NotAllowed, match="only administrator"):
            change_agent(ann, ann, **change)
    with pytest.raises(NotAllowed):
        remove_agent(ann, None)
    change_agent(ben, ann, role=Role.ADMINISTRATOR)
    remove_agent(ann, ben)
    ann.refresh_from_db()
    assert not ann.is_active


def test_who_becomes_a_manager_or_leaves_a_team_gives_back_what_they_cannot_answer(
    ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    cem = make_agent("Cem Agent")
    board = add_team("Board", ann, [ben, cem], [mailbox("board@desk.example")])
    (secret,) = letters(Account.objects.get(), 1)
    (common,) = letters(mailbox(), 1, "max")
    for ticket in (secret, common):
        assign(ticket, ben, ann)
    change_team(board, ann, "Board", [cem])
    assert [Ticket.objects.get(pk=one.pk).assignee for one in (secret, common)] == [None, ben]
    change_agent(ben, ann, role=Role.MANAGER)
    assert Ticket.objects.get(pk=common.pk).assignee is None


def test_a_ticket_is_given_only_to_somebody_who_sees_and_may_answer_it(
    ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    add_team("Board", ann, [], [mailbox("board@desk.example")])
    (secret,) = letters(Account.objects.get(), 1)
    with pytest.raises(NotAllowed, match="does not see the mailbox Board"):
        assign(secret, ben, ann)
    with pytest.raises(NotAllowed, match="reads and does not answer"):
        assign(secret, make_agent("Mo Manager", Role.MANAGER), ann)


def test_a_team_with_mailboxes_of_its_own_is_not_removed_because_everybody_would_see_them(
    ann: Agent, ben: Agent
) -> None:
    box = mailbox("board@desk.example")
    board = add_team("Board", ann, [ben], [box])
    with pytest.raises(NotAllowed, match="mailboxes of its own: Board"):
        remove_team(board, ann)
    change_team(board, ann, "Board", [ben], [])
    remove_team(board, ann)
    assert list(ben.teams.all()) == []
    add_team("Board", ann)  # the name is free again
    with pytest.raises(IntegrityError):
        add_team("Board", ann)


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_knows_who_left_what_and_no_file_of_the_record_holds_a_password(ann: Agent, ben: Agent) -> None:
    board = add_team("Board", ann, [ben])
    for ticket in letters(mailbox(), 3):
        assign(ticket, ben, ann)
    remove_team(board, ann)
    remove_agent(ben, ann)
    assert "correct" not in str(snapshot())
    assert ann.password not in str(snapshot())
    assert rebuilt_differences() == []
    assert not Agent.objects.get(email=ann.email).has_usable_password()


def test_every_change_of_people_and_teams_is_logged_with_its_author(ann: Agent, ben: Agent) -> None:
    board = add_team("Board", ann, [ben])
    change_agent(ben, ann, role=Role.MANAGER, teams=[])
    change_agent(ben, ben, language="de")  # their own affair
    remove_team(board, ann)
    logged = Entry.objects.filter(kind="configuration").order_by("pk").values_list("fields", flat=True)
    assert [(one["done"], one["of"], one["by_name"]) for one in logged] == [
        ("added", "team", "Ann Admin"),
        ("changed", "team", "Ann Admin"),
        ("changed", "agent", "Ann Admin"),
        ("removed", "team", "Ann Admin"),
    ]
    assert [(one["name"], one["before"], one["after"]) for one in logged[2]["changes"]] == [
        ("role", "agent", "manager"),
        ("teams", "Board", ""),
    ]
