"""How deliveries end: sent, refused with the server's words, tried again, cut off, uncertain; never twice by themselves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.actions.change import NotAllowed
from tickets.actions.deliver import deliver_due, give_up_on_abandoned
from tickets.actions.delivered import retry_delivery
from tickets.actions.reply import reply
from tickets.channels import Done, NotSent, Outgoing, Refused
from tickets.mail.channel import Email
from tickets.models import Account, Address, Agent, Delivery, Entry, Message, Ticket
from tickets.outbox import queue
from tickets.record.append import append_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ZOE = [{"name": "Zoe", "address": "zoe@customer.example"}]
Send = Callable[[Email, Outgoing, bytes, Done], Refused]


@pytest.fixture
def answer(transactional_db: None, ann: Agent) -> Message:
    message = arrive(mailbox(acknowledge=False), mail())
    assert message
    said = reply(message.ticket, "On its way.", ann, to=ZOE)
    append_all()
    return said


def refusing(kind: str, words: str) -> Send:
    def send(channel: Email, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        raise NotSent(words, kind)

    return send


def test_nothing_leaves_before_it_stands_in_the_record(answer: Message, ann: Agent) -> None:
    reply(answer.ticket, "And more.", ann, to=ZOE)
    assert deliver_due() == 1
    append_all()
    assert deliver_due() == 1


def test_a_sent_delivery_is_settled_with_what_was_rendered(answer: Message) -> None:
    settle()
    delivery = Delivery.objects.get()
    assert delivery.state == "sent"
    assert len(delivery.rendered_sha256) == 64
    assert delivery.outcome
    assert delivery.outcome.kind == "outcome"


def test_a_refusal_keeps_the_servers_words_marks_the_address_and_opens_the_ticket(
    answer: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Email, "send", refusing("contact_gone", "550 5.1.1 no such user"))
    settle()
    assert Delivery.objects.get().reason == "550 5.1.1 no such user"
    assert Delivery.objects.get().state == "failed"
    assert Address.objects.get().reachable is False
    assert Ticket.objects.get().state == "open"


def test_temporary_trouble_is_tried_again_later_with_growing_pauses(
    answer: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Email, "send", refusing("temporary", "451 try later"))
    pauses = []
    for _ in range(3):
        deliver_due()
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.reason) == ("queued", "451 try later")
        pauses.append(delivery.due_at)
        assert deliver_due() == 0
        Delivery.objects.update(due_at=Now())
    assert Delivery.objects.get().attempts == 3
    monkeypatch.undo()
    settle()
    assert Delivery.objects.get().state == "sent"


def test_after_two_days_of_trouble_it_has_failed(answer: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Email, "send", refusing("temporary", "451 try later"))
    Message.objects.filter(pk=answer.pk).update(at=answer.at - timedelta(days=3))
    deliver_due()
    assert Delivery.objects.get().state == "failed"


def test_a_sender_that_died_leaves_an_uncertain_delivery_which_is_never_sent_again_by_itself(answer: Message) -> None:
    queue.claim(queue.due(1)[0])
    assert deliver_due() == 0
    Delivery.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert give_up_on_abandoned() == 1
    settle()
    delivery = Delivery.objects.get()
    assert delivery.state == "uncertain"
    assert "may or may not" in delivery.reason
    assert deliver_due() == 0


def test_a_sender_that_died_after_it_was_told_ok_leaves_a_sent_delivery(answer: Message) -> None:
    queue.claim(queue.due(1)[0])
    Delivery.objects.update(lease_until=Now() - timedelta(seconds=1), parts_sent=1, remote_ids=["<x>"])
    give_up_on_abandoned()
    assert Delivery.objects.get().state == "sent"


def test_a_person_may_send_an_uncertain_one_again_and_that_is_noted(answer: Message, ann: Agent) -> None:
    queue.claim(queue.due(1)[0])
    Delivery.objects.update(lease_until=Now() - timedelta(seconds=1))
    give_up_on_abandoned()
    retry_delivery(Delivery.objects.get(), ann)
    assert answer.ticket.events.get(kind="retried").by == ann
    settle()
    assert Delivery.objects.get().state == "sent"
    with pytest.raises(NotAllowed):
        retry_delivery(Delivery.objects.get(), ann)


def test_two_workers_never_claim_the_same_delivery(answer: Message) -> None:
    (found,) = queue.due(10)
    assert len(queue.claim(found)) == 1
    assert queue.claim(found) == []
    assert queue.due(10) == []


def test_a_paused_account_sends_nothing(answer: Message) -> None:
    Account.objects.update(paused_at=Now())
    assert deliver_due() == 0
    Account.objects.update(paused_at=None)
    assert deliver_due() == 1


def test_an_outcome_is_a_delivery_status_notification_in_the_record(answer: Message) -> None:
    settle()
    entry = Entry.objects.get(kind="outcome")
    assert entry.number
    assert entry.fields["outcomes"][0]["state"] == "sent"


def test_what_cannot_be_rendered_has_failed_and_is_not_uncertain(
    answer: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(channel: Email, outgoing: Outgoing) -> bytes:
        raise KeyError("name")

    monkeypatch.setattr(Email, "render", broken)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("failed", "KeyError: 'name'")


def test_an_account_with_much_to_send_holds_up_no_other(answer: Message, ann: Agent) -> None:
    for number in range(5):
        reply(answer.ticket, f"Line {number}", ann, to=ZOE)
    other = arrive(mailbox("orders@desk.example", acknowledge=False), mail(to="orders@desk.example", subject="Order"))
    assert other
    reply(other.ticket, "The only one here.", ann, to=ZOE)
    append_all()

    found = [rows[0].message.text.strip() for rows in queue.due(3)]

    assert found == ["On its way.", "The only one here.", "Line 0", "Line 1"]
