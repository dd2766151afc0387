"""Notifications by mail: short, one thread per ticket, not recorded; and what is answered to one goes nowhere, in words."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from tests.flows.desk import arrive, mail, settle
from tests.services.smtp import Sink
from tickets.actions import notify
from tickets.actions.accounts import add_account
from tickets.actions.change import assign
from tickets.actions.note import note
from tickets.actions.people import change_agent
from tickets.mail.telling import MOST_TRIES, tell_due
from tickets.mime.parse import Mail, parse
from tickets.models import Account, Agent, Delivery, Entry, Message, Notification, Team, Ticket

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db: None, smtp_sink: Sink, ben: Agent) -> Account:
    """A mailbox that sends through the sink, and Ben, who wants mail of everything."""
    change_agent(ben, ben, preferences={"told": {kind: ["page", "mail"] for kind in notify.KINDS}})
    place = {"smtp_host": smtp_sink.host, "smtp_port": smtp_sink.port}
    return add_account("email", "Support", "support@desk.example", place, acknowledge=False)


def ticket_of(account: Account, **more: Any) -> Ticket:
    message = arrive(account, mail("It smokes.", **more))
    settle()
    assert message
    return message.ticket


def a_minute_later() -> int:
    Notification.objects.exclude(mail_due_at=None).update(mail_due_at=Now() - timedelta(seconds=1))
    return tell_due()


def mailed(sink: Sink) -> list[Mail]:
    return [parse(letter.raw) for letter in sink.to("ben@desk.example")]


def test_what_happens_within_a_minute_is_one_short_mail_with_a_link(
    desk: Account, ann: Agent, ben: Agent, smtp_sink: Sink, settings: Any
) -> None:
    ticket = ticket_of(desk)
    assign(ticket, ben, ann)
    note(ticket, f"@{ben.name} hurry", ann)
    settle()
    assert tell_due() == 0, "it waits a minute"
    assert a_minute_later() == 1
    (letter,) = mailed(smtp_sink)
    assert letter.subject == f"#{ticket.number} Printer"
    assert letter.headers.get("auto-submitted") == "auto-generated"
    assert "Ann Admin assigned it to you.\nAnn Admin mentioned you in a note.\n" in letter.text
    assert f"{settings.SITE_URL}/tickets/{ticket.number}/" in letter.text
    assert "smokes" not in letter.text
    assert "hurry" not in letter.text
    assert a_minute_later() == 0
    note(ticket, f"@{ben.name} again", ann)
    settle()
    a_minute_later()
    first, second = mailed(smtp_sink)
    assert first.references == second.references != []
    assert first.message_id != second.message_id
    assert not Delivery.objects.exists()
    assert not Entry.objects.filter(kind__in=("reply", "outcome")).exists()


def test_what_was_read_within_the_minute_is_not_mailed(desk: Account, ben: Agent, smtp_sink: Sink) -> None:
    ticket = ticket_of(desk)
    notify.clear(ben, ticket.pk)
    assert a_minute_later() == 0
    assert smtp_sink.letters == []


def test_nothing_is_mailed_of_a_ticket_that_one_may_not_see_any_more(
    desk: Account, ben: Agent, smtp_sink: Sink
) -> None:
    ticket_of(desk)
    Account.objects.update(team=Team.objects.create(name="Board"))
    a_minute_later()
    assert smtp_sink.letters == []
    assert Notification.objects.get(agent=ben).mail_reason == "They may not see this ticket any more."


def test_what_was_certainly_not_sent_is_tried_again_and_not_for_ever(
    desk: Account, ben: Agent, smtp_sink: Sink
) -> None:
    ticket_of(desk)
    Account.objects.update(config={"smtp_host": "127.0.0.1", "smtp_port": 9})
    for _try in range(MOST_TRIES):
        assert a_minute_later() == 1
    row = Notification.objects.get(agent=ben)
    assert (row.mail_due_at, row.mailed_at, row.mail_attempts) == (None, None, MOST_TRIES)
    assert "cannot be reached" in row.mail_reason
    Account.objects.update(config={"smtp_host": smtp_sink.host, "smtp_port": smtp_sink.port})
    assert a_minute_later() == 0


def test_nothing_leaves_by_an_account_that_is_paused(desk: Account, ben: Agent, smtp_sink: Sink) -> None:
    ticket_of(desk)
    Account.objects.update(paused_at=Now())
    a_minute_later()
    assert smtp_sink.letters == []


def test_an_answer_to_a_notification_makes_no_ticket_and_is_refused_in_words(
    desk: Account, ben: Agent, smtp_sink: Sink
) -> None:
    ticket = ticket_of(desk)
    a_minute_later()
    (letter,) = mailed(smtp_sink)
    for _ in range(2):
        arrive(desk, mail("I take it.", sender=ben.email, answers=letter.message_id, subject=f"Re: {letter.subject}"))
        settle()
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    screened = Entry.objects.filter(kind="screened")
    assert [one.fields["told"] for one in screened] == [ticket.number] * 2
    a_minute_later()
    assert [one.subject for one in mailed(smtp_sink)] == [f"#{ticket.number} Printer"] * 2, "told once an hour"
    assert "was not taken in" in mailed(smtp_sink)[1].text


def test_a_machine_that_answers_a_notification_hears_nothing(desk: Account, ben: Agent, smtp_sink: Sink) -> None:
    ticket_of(desk)
    a_minute_later()
    (letter,) = mailed(smtp_sink)
    away = {"Auto-Submitted": "auto-replied"}
    arrive(desk, mail("I am away.", sender=ben.email, answers=letter.message_id, headers=away))
    settle()
    a_minute_later()
    assert len(smtp_sink.letters) == 1
    assert Ticket.objects.count() == 1


def test_a_stranger_to_whom_it_was_passed_on_makes_a_ticket(desk: Account, ben: Agent, smtp_sink: Sink) -> None:
    ticket_of(desk)
    a_minute_later()
    (letter,) = mailed(smtp_sink)
    arrive(desk, mail("Is this for me?", sender="una@customer.example", answers=letter.message_id))
    assert Ticket.objects.count() == 2
