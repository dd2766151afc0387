"""Notifications: who is told of what, once, and by which ways; and who is told no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.flows.desk import arrive, arrive_together, mail, mailbox, settle
from tickets.actions import notify
from tickets.actions.bulk import begin
from tickets.actions.change import NotAllowed, assign, set_status
from tickets.actions.drafts import save_draft, schedule
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.notify import ANSWERED, ASSIGNED, MENTIONED, NEW
from tickets.actions.people import change_agent
from tickets.actions.reply import reply
from tickets.actions.told import words
from tickets.automation.run import run
from tickets.models import Account, Agent, Counter, Notification, Team, Ticket
from tickets.models.numbers import AUTOMATION
from tickets.permissions import visible_to, who_sees

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def support(db: None) -> Account:
    return mailbox(acknowledge=False)


def comes(account: Account, text: str = "Help", **more: Any) -> Ticket:
    message = arrive(account, mail(text, to=account.address, **more))
    settle()
    assert message
    return message.ticket


def answers(ticket: Ticket) -> None:
    first = ticket.messages.order_by("pk")[0]
    comes(ticket.mailbox, "And?", answers=first.message_id, subject=f"Re: {ticket.subject}")


def told(agent: Agent) -> list[str]:
    """What an agent is told and has not read, the oldest first."""
    return list(notify.shown_to(agent).filter(read_at=None).order_by("pk").values_list("kind", flat=True))


def test_a_new_ticket_is_told_to_those_in_whose_queues_it_stands(
    support: Account, ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    manager, lea = make_agent("Mia", "manager"), make_agent("Lea")
    team = Team.objects.create(name="Workshop")
    lea.teams.add(team)
    comes(support)
    assert [told(one) for one in (ann, ben, lea, manager)] == [[NEW], [NEW], [NEW], []]
    comes(mailbox("workshop@desk.example", team=team, acknowledge=False))
    assert [told(one) for one in (ann, ben, lea)] == [[NEW], [NEW], [NEW, NEW]]


def test_an_answer_is_told_to_whose_ticket_it_is_and_to_who_follows_it(
    support: Account, ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    lea, ticket = make_agent("Lea"), comes(support)
    for one in (ann, ben, lea):
        notify.clear(one, ticket.pk)
    assign(ticket, ben, ann)
    notify.follow(lea, ticket)
    settle()
    answers(ticket)
    assert [told(one) for one in (ann, ben, lea)] == [[], [ASSIGNED, ANSWERED], [ANSWERED]]
    notify.unfollow(lea, ticket)
    answers(ticket)
    assert told(lea) == [ANSWERED]


def test_what_nobody_has_is_new_again_when_the_customer_writes_again(support: Account, ben: Agent) -> None:
    ticket = comes(support)
    answers(ticket)
    assert [(row.kind, row.count) for row in Notification.objects.filter(agent=ben)] == [(NEW, 2)]
    notify.clear(ben, ticket.pk)
    answers(ticket)
    assert told(ben) == [NEW]


def test_nobody_is_told_of_their_own_acts(support: Account, ben: Agent) -> None:
    ticket = comes(support)
    notify.clear(ben, ticket.pk)
    assign(ticket, ben, ben)
    note(ticket, f"@{ben.name} remember", ben)
    settle()
    assert told(ben) == []


def test_a_ticket_that_somebody_took_or_answered_is_new_to_no_one(support: Account, ann: Agent, ben: Agent) -> None:
    for act in (
        lambda ticket: assign(ticket, ann, ann),
        lambda ticket: reply(ticket, "Done.", ann),
        lambda ticket: set_status(ticket, "closed", ann),
    ):
        ticket = comes(support)
        assert told(ben) == [NEW]
        act(ticket)
        settle()
        assert told(ben) == []


def test_many_assigned_at_once_are_one_notification_and_new_to_no_one(
    support: Account, ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    lea = make_agent("Lea")
    numbers = [comes(support, sender=f"{number}@y.example").number for number in range(3)]
    begin(ann, "assignee", ben.public_id, numbers)
    settle()
    assert told(lea) == []
    row = Notification.objects.get(agent=ben, kind=ASSIGNED)
    assert (row.count, row.ticket.number, words(row)) == (3, 1, "Ann Admin assigned 3 tickets to you, this first")
    begin(ben, "read", "", numbers)
    assert told(ben) == []


def test_spam_tells_nobody(support: Account, ann: Agent, ben: Agent) -> None:
    ticket = comes(support)
    begin(ann, "spam", "", [ticket.number])
    settle()
    assert told(ben) == []
    comes(support, sender="zoe@customer.example", subject="Buy")
    assert Ticket.objects.get(subject="Buy").spam
    assert told(ben) == []


def test_a_mention_is_told_and_lets_follow(support: Account, ann: Agent, ben: Agent) -> None:
    ticket = comes(support)
    notify.clear(ben, ticket.pk)
    made = note(ticket, f"@{ben.name}, can you look? Not you, ann@desk.example.", ann)
    settle()
    assert made.entry.fields["mentions"] == [ben.public_id]
    answers(ticket)
    assert told(ben) == [MENTIONED, ANSWERED]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@Ben Agent look", ["Ben Agent"]),
        ("@ben: look", ["Ben Agent"]),
        ("(@BEN@desk.example)", ["Ben Agent"]),
        ("mail ben@desk.example", []),
        ("@Benedict look", []),
        ("@nobody", []),
        ("@Ann Admin and @Ben Agent", ["Ann Admin", "Ben Agent"]),
    ],
)
def test_who_is_called_is_found_by_name_or_address(
    support: Account, ann: Agent, ben: Agent, make_agent: Callable[..., Agent], text: str, called: list[str]
) -> None:
    assert (ann.name, ben.name) == ("Ann Admin", "Ben Agent")
    made = note(comes(support), text, make_agent("Lea"))
    names = dict(Agent.objects.values_list("public_id", "name"))
    assert [names[one] for one in made.entry.fields.get("mentions", [])] == called


def test_calling_somebody_who_cannot_see_the_ticket_is_refused_when_send_is_pressed(ann: Agent, ben: Agent) -> None:
    board = mailbox("board@desk.example", team=Team.objects.create(name="Board"), acknowledge=False)
    draft = save_draft("k", ann, ticket=comes(board), kind="note", text=f"@{ben.name} look")
    with pytest.raises(NotAllowed, match=f"{ben.name} cannot see this ticket"):
        schedule(draft)
    assert draft.state == "editing"


def test_whoever_was_moved_out_of_a_team_sees_nothing_more(ben: Agent, ann: Agent) -> None:
    team = Team.objects.create(name="Board")
    ben.teams.add(team)
    ticket = comes(mailbox("board@desk.example", team=team, acknowledge=False))
    notify.follow(ben, ticket)
    assert told(ben) == [NEW]
    ben.teams.clear()
    assert told(ben) == []
    answers(ticket)
    assert not Notification.objects.filter(agent=ben, kind=ANSWERED).exists()


def test_who_sees_a_ticket_is_the_same_question_as_what_somebody_sees(
    support: Account, ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    team = Team.objects.create(name="Board")
    lea, gone = make_agent("Lea"), make_agent("Gus", removed_at=timezone.now())
    make_agent("Mia", "manager")
    lea.teams.add(team)
    gone.teams.add(team)
    comes(support)
    comes(mailbox("board@desk.example", team=team, acknowledge=False))
    first, second = comes(support, sender="x@y.example"), comes(support, sender="z@y.example")
    merge(first, second, ann)
    for ticket in Ticket.objects.select_related("mailbox"):
        seeing = {agent for agent in Agent.objects.all() if visible_to(agent).filter(pk=ticket.pk).exists()}
        assert set(who_sees(ticket)) == seeing


def test_a_burst_is_one_notification_that_counts(support: Account, ben: Agent) -> None:
    ticket = comes(support)
    first = ticket.messages.get()
    entry = arrive(support, mail("More", answers=first.message_id)).entry  # type: ignore[union-attr]
    entry.fields |= {"burst": first.public_id}
    entry.save()
    notify.clear(ben, ticket.pk)
    settle()
    row = Notification.objects.get(agent=ben)
    assert (row.count, row.read_at, row.mail_due_at) == (2, None, None)


def test_history_tells_nobody(support: Account, ben: Agent) -> None:
    arrive(support, mail("Old"), history=True)
    settle()
    message = arrive(support, mail("Read too late", sender="x@y.example"))
    assert message
    message.entry.at -= timedelta(days=2)
    message.entry.save()
    settle()
    assert not Notification.objects.exists()


def test_an_entry_that_is_read_again_tells_nobody_twice(support: Account, ann: Agent, ben: Agent) -> None:
    ticket = comes(support)
    assign(ticket, ben, ann)
    settle()
    before = Notification.objects.count()
    Counter.objects.filter(name=AUTOMATION).update(value=0)  # as if a worker had died before the cursor moved
    run()
    assert Notification.objects.count() == before


def test_each_chooses_the_ways_for_each_kind(support: Account, ann: Agent, ben: Agent) -> None:
    change_agent(ann, ann, preferences={"told": {NEW: []}})
    change_agent(ben, ben, preferences={"told": {NEW: ["browser", "mail"]}})
    comes(support)
    assert not Notification.objects.filter(agent=ann).exists()
    row = Notification.objects.get(agent=ben)
    assert (row.in_page, row.in_browser, row.mail_due_at is not None) == (False, True, True)


def test_reading_a_ticket_clears_what_was_told_of_it(support: Account, ben: Agent, client: Client) -> None:
    client.force_login(ben)
    ticket = comes(support)
    comes(support, sender="x@y.example")
    client.post(f"/tickets/{ticket.number}/read/")
    assert told(ben) == [NEW]
    answers(ticket)
    Notification.objects.filter(agent=ben).delete()
    client.post(f"/tickets/{ticket.number}/read/")
    Counter.objects.filter(name=AUTOMATION).update(value=0)
    run()
    assert Notification.objects.filter(agent=ben, ticket=ticket).count() == 0, "read before automation came by"


def test_what_is_old_goes_and_each_keeps_the_newest(support: Account, ben: Agent, monkeypatch: Any) -> None:
    monkeypatch.setattr(notify, "MOST_KEPT", 2)
    for number in range(4):
        comes(support, sender=f"{number}@y.example")
    Notification.objects.filter(agent=ben, ticket__number=4).update(at=timezone.now() - timedelta(days=31))
    notify.forget_old()
    assert list(Notification.objects.order_by("pk").values_list("ticket__number", flat=True)) == [2, 3]


def test_thirty_agents_cost_no_more_questions_than_one(
    support: Account, ben: Agent, make_agent: Callable[..., Agent], django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_agent(f"A{number}")
    arrive_together(support, [mail("x", sender="x@y.example")])
    entry = Ticket.objects.get().messages.get().entry
    with django_assert_max_num_queries(12):
        notify.make_new(Ticket.objects.get(), Agent.objects.all(), entry)
    assert Notification.objects.count() == 31
