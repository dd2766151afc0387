"""The figures of what really came through the door: an import, a live mail with its acknowledgement, an answer, a vacation mail."""

import pytest

from tests.flows import desk
from tickets.actions.note import note
from tickets.actions.reply import recipients, reply
from tickets.models import Account, Agent, Message, Ticket
from tickets.reports import figures
from tickets.reports.figures import Scope, Worked
from tickets.reports.period import last_days

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.flows]
VACATION = {"Auto-Submitted": "auto-replied"}


@pytest.fixture
def support(db: None) -> Account:
    return desk.mailbox()


def test_only_what_people_said_today_is_counted(support: Account, ann: Agent) -> None:
    desk.arrive(support, desk.mail("From last year.", subject="Old"), history=True)
    envelope = {"from": "zoe@customer.example", "to": ["support@desk.example"]}
    question = desk.arrive(support, desk.mail("Where is it?", subject="New"), envelope=envelope)
    assert question is not None
    desk.settle()
    acknowledgement = Message.objects.get(automatic=True)
    scope = Scope(ann, last_days(7))
    assert figures.first_answers(scope) == []
    assert figures.unanswered(scope) == 1
    ticket = question.ticket
    answer = reply(ticket, "On its way.", ann, to=recipients(ticket, everybody=False)[0], then_state="solved")
    note(ticket, "He asks every week.", ann)
    away = desk.mail("I am away.", answers=answer.message_id, subject="Out of office", headers=VACATION)
    desk.arrive(support, away)
    desk.settle()
    assert Ticket.objects.count() == 2
    assert acknowledgement.at < answer.at
    assert sorted((cell.direction, count) for cell, count in figures.traffic(scope).items()) == [("in", 1), ("out", 1)]
    assert figures.begun(scope) == 1
    assert figures.by_machines(scope) == 1
    assert figures.first_answers(scope) == [answer.at - question.at]
    assert figures.unanswered(scope) == 0
    assert figures.by_agent(scope) == [Worked("Ann Admin", answers=1, solved=1, notes=1)]
    assert sum(aged.ours + aged.theirs for aged in figures.open_by_age(scope)) == 0
