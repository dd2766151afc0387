"""Viber closes the bot, in each of its forms: sending stops, receiving goes on, and what waits goes by mail."""

from collections.abc import Callable
from typing import Any

import pytest

from bridges.viber.fake import FakeViber
from bridges.viber.fake.state import CLOSED
from tests.flows.desk import arrive as arrive_mail
from tests.flows.desk import mail, rebuilt_differences, send_by, settle
from tests.services.smtp import Sink
from tickets.actions import breaker
from tickets.actions.accounts import change_account
from tickets.actions.deliver import recheck
from tickets.actions.join import join
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.models import Account, Agent, Contact, Incident, Message, Ticket
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Arrive = Callable[[], list[Any]]
ANN, BO = 42, 43
MEANS = {
    "token": "does not know this token",
    "blocked": "blocked the bot",
    "suspended": "suspended the bot",
    "gone": "is not there any more",
    "unauthorised": "may not use the API",
    "unpaid": "are not paid",
}


@pytest.fixture
def tickets(
    support: Account, bot: Account, viber: FakeViber, arrive: Arrive, ann: Agent, ben: Agent, smtp_sink: Sink
) -> list[Ticket]:
    """Ann and Bo write; of Ann a proven mail address is known. Nobody has time to halt what follows."""
    send_by(support, smtp_sink)
    change_account(bot, ann, config=bot.config | {"reroute_seconds": "0"})
    viber.write(ANN, "Question of Ann", "Ann")
    viber.write(BO, "Question of Bo", "Bo")
    arrive()
    before = arrive_mail(support, mail("Hello", sender="ann@home.example", name="Ann", subject="Mail"))
    assert before
    join(before.ticket.contact, Contact.objects.get(name="Ann", addresses__channel="viber"), ben, "The same.")
    settle()
    smtp_sink.reset()
    return list(Ticket.objects.filter(channel="viber").order_by("pk"))


def work() -> None:
    for _ in range(6):
        settle()
        breaker.look_after()


@pytest.mark.parametrize("form", sorted(CLOSED))
def test_the_answer_goes_by_mail_the_incident_says_why_and_receiving_goes_on(
    form: str, tickets: list[Ticket], bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent, smtp_sink: Sink
) -> None:
    viber.close(form)
    for ticket in tickets:
        reply(ticket, f"Answer for {ticket.contact.name}", ben)
    work()
    assert [letter.recipients for letter in smtp_sink.letters] == [["ann@home.example"]]
    assert viber.sent == []
    bot.refresh_from_db()
    incident = Incident.objects.get()
    assert (bot.health, incident.reason) == ("cut_off", bot.health_reason)
    assert f"(status {CLOSED[form]})" in bot.health_reason
    assert MEANS[form] in open_channel(bot).explain(bot.health_reason).meaning
    assert incident.ticket
    assert MEANS[form] in incident.ticket.messages.get().text
    viber.write(BO, "Are you there?", "Bo")
    arrive()
    assert Message.objects.filter(text="Are you there?", ticket__channel="viber").exists()
    viber.open()
    recheck()
    work()
    assert [sent["text"] for sent in viber.sent] == ["Answer for Bo"]
    assert len(smtp_sink.letters) == 1
    write_config()
    assert rebuilt_differences() == []


def test_one_message_of_a_bot_without_money_for_it_goes_by_mail_and_the_bot_stays_open(
    tickets: list[Ticket], bot: Account, viber: FakeViber, ben: Agent, smtp_sink: Sink
) -> None:
    viber.plan("send_message", 23)
    reply(tickets[0], "Answer for Ann", ben)
    reply(tickets[1], "Answer for Bo", ben)
    work()
    assert [letter.recipients for letter in smtp_sink.letters] == [["ann@home.example"]]
    assert [sent["text"] for sent in viber.sent] == ["Answer for Bo"]
    bot.refresh_from_db()
    assert bot.health == "working"


def test_a_new_token_of_the_same_bot_takes_the_old_ones_place(
    tickets: list[Ticket], bot: Account, viber: FakeViber, ben: Agent
) -> None:
    viber.token = "5e2f2a3b4c5d6e7f-0123456789abcdef-89abcdef01234567"
    reply(tickets[1], "It waits", ben)
    work()
    assert viber.sent == []
    fresh = change_account(Account.objects.get(pk=bot.pk), None, secrets={"token": viber.token})
    assert open_channel(fresh).identify().key == open_channel(fresh).identity
    open_channel(fresh).connect()
    recheck()
    work()
    assert [sent["text"] for sent in viber.sent] == ["It waits"]
