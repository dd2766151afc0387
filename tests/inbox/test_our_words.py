"""What we sent is known: quoted back, in whatever form, it is not what the customer wrote this time."""

import pytest

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, settle
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.inbox.accept import accept
from tickets.inbox.process import process_all
from tickets.models import Account, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

OURS = (
    "The spare part left our house on Monday with the parcel service.\nIt will be with you on Thursday at the latest."
)


@pytest.fixture
def answer(transactional_db: None) -> Message:
    support = mailbox(reply_style="plus")
    question = arrive(support, mail("Where is it?"))
    assert question
    agent = add_agent("ann@desk.example", "Ann Oak", "administrator")
    message = reply(question.ticket, OURS, agent, to=recipients(question.ticket)[0])
    settle()
    return message


def back(answer: Message, text: str) -> Message:
    message = arrive(Account.objects.get(), mail(text, answers=answer.message_id))
    assert message
    return message


def test_words_of_ours_that_no_mark_sets_apart_are_left_out_and_kept(answer: Message) -> None:
    message = back(answer, f"Thursday is fine.\n\n{OURS}")
    assert message.reply == "Thursday is fine."
    assert OURS in message.text
    assert message.entry.fields["knows"] == [answer.public_id]


def test_an_answer_between_our_words_stays(answer: Message) -> None:
    first, second = OURS.split("\n")
    message = back(answer, f"{first}\nGood, I saw it.\n{second}\nI am away then.")
    assert "Good, I saw it." in message.reply
    assert "I am away then." in message.reply
    assert second not in message.reply


def test_a_mail_that_quotes_nothing_of_ours_is_cut_as_ever(answer: Message) -> None:
    message = back(answer, "Thanks!\n\n-- \nZoe")
    assert message.reply == "Thanks!"
    assert "knows" not in message.entry.fields


def test_a_rebuild_cuts_the_same(answer: Message) -> None:
    back(answer, f"Thursday is fine.\n\n{OURS}")
    back(answer, f"{OURS}\n\nAnd where is the manual?")
    assert rebuilt_differences() == []
    assert set(Message.objects.filter(direction="in").values_list("reply", flat=True)) >= {"Thursday is fine."}


def test_a_rebuild_knows_our_words_from_imported_mail_of_the_same_batch(transactional_db: None) -> None:
    support = mailbox()
    sent = mail(OURS, sender="support@desk.example", to="zoe@customer.example", message_id="sent@desk.example")
    accept(support, sent, source="import", history=True)
    process_all()
    accept(support, mail(f"Thursday is fine.\n\n{OURS}", answers="sent@desk.example"), source="import", history=True)
    process_all()
    assert Message.objects.get(direction="in").reply == "Thursday is fine."
    assert rebuilt_differences() == []
