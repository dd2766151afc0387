"""Answers in the name of a business account: by its connection, and in words why not where its owner does not allow it."""

import time
from collections.abc import Callable

import pytest

from bridges.telegram.fake import FakeTelegram, business
from bridges.telegram.poll import take
from tests.bridges.telegram.out.conftest import ANN
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.correct import edit_message, withdraw_message
from tickets.actions.reply import NoRoute, reply
from tickets.inbox.process import process_all
from tickets.models import Account, Address, Agent, Delivery, Message, Ticket
from tickets.record.config import write_config

OWNER = 99
Answer = Callable[[str], Delivery]


@pytest.fixture
def answer(bot: Account, ben: Agent, telegram: FakeTelegram) -> Answer:
    """Ann wrote to Olga's business account, which the bot answers for; answer(text): Ben does."""
    telegram.allowed = ["business_connection", "business_message", "message"]
    business.connect(telegram, "BC1", OWNER)
    said = telegram.write(ANN, "Are you open?", name="Ann Lee", business_connection_id="BC1")
    telegram.updates[-1] = {"update_id": telegram.updates[-1]["update_id"], "business_message": said}
    take(bot, telegram.updates)
    process_all()

    def say(text: str) -> Delivery:
        message = reply(Ticket.objects.get(contact__name="Ann Lee"), text, ben)
        settle()
        return message.deliveries.get()

    return say


def test_an_answer_is_given_for_the_account_that_was_written_to(answer: Answer, telegram: FakeTelegram) -> None:
    assert answer("Until six.").state == "sent"
    assert [one["business_connection_id"] for one in telegram.sent] == ["BC1"]
    assert ("getbusinessconnection", {"business_connection_id": "BC1"}) not in telegram.calls


@pytest.mark.parametrize(
    ("rights", "words"),
    [
        ({"can_reply": False}, "Olga lets the bot read, but not answer"),
        ({"is_enabled": False}, "not connected to the bot any more"),
    ],
)
def test_where_the_owner_does_not_allow_answers_it_is_said_so(
    rights: dict[str, bool], words: str, answer: Answer, telegram: FakeTelegram
) -> None:
    business.connect(telegram, "BC1", OWNER, **rights)
    delivery = answer("Until six.")
    assert (delivery.state, words in delivery.reason) == ("failed", True)
    assert "(Bad Request: BUSINESS_CONNECTION_INVALID)" in delivery.reason
    assert not Address.objects.get(address=str(ANN)).reachable
    with pytest.raises(NoRoute, match=words):
        answer("Hello?")


def test_after_a_day_without_a_word_from_the_customer_nothing_may_be_said(
    answer: Answer, telegram: FakeTelegram
) -> None:
    telegram.chats[str(ANN)][0]["date"] = int(time.time()) - 25 * 3600
    delivery = answer("Still there?")
    assert (delivery.state, "within 24 hours" in delivery.reason) == ("failed", True)
    assert Address.objects.get(address=str(ANN)).reachable


@pytest.mark.django_db(transaction=True)
def test_it_is_edited_and_taken_back_for_the_account_too_and_the_record_knows_it(
    answer: Answer, ben: Agent, telegram: FakeTelegram
) -> None:
    message = answer("Until six.").message
    edit_message(message, "Until seven.", ben)
    settle()
    assert telegram.chats[str(ANN)][-1]["text"] == "Until seven."
    withdraw_message(Message.objects.get(pk=message.pk), ben)
    settle()
    assert [one["text"] for one in telegram.chats[str(ANN)]] == ["Are you open?"]
    write_config()
    assert rebuilt_differences() == []
