"""No automatic decision of Holdfast closes a customer's door: what holds them shows them with the reason, and ends.

docs/held-and-shown.md lists every such decision, and where those are met that are not met here.
"""

from typing import Any

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, report, settle
from tickets.actions.reply import reply
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.flood import MOST_BEGUN
from tickets.inbox.process import park, process_all
from tickets.models import Account, Address, Agent, Delivery, InboxItem, Message, Ticket
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
YARA = "yara@customer.example"


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


@pytest.fixture
def desk(client: Client, ann: Agent) -> Client:
    client.force_login(ann)
    return client


def page(desk: Client, path: str) -> str:
    return desk.get(path).content.decode()


def test_what_the_border_calls_spam_is_kept_shown_with_the_reason_and_one_press_takes_it_back(
    support: Account, desk: Client, settings: Any
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"
    marks = {"Authentication-Results": "mx.desk.example; dkim=pass header.d=customer.example", "X-Spam-Flag": "YES"}
    message = arrive(support, mail("Where is my order?", sender=YARA, subject="Order", headers=marks))
    assert message
    settle()
    assert "Our own mail server calls it spam" in page(desk, f"/tickets/{message.ticket.number}/")
    desk.post("/acts/", {"what": "not-spam", "numbers": str(message.ticket.number), "key": "once"})
    message.ticket.refresh_from_db()
    assert message.ticket.spam == ""
    assert f"/tickets/{message.ticket.number}/" in page(desk, "/lists/open/")


def test_who_was_put_into_spam_once_is_kept_there_shown_and_comes_back_when_one_ticket_does(
    support: Account, desk: Client, ann: Agent
) -> None:
    first = arrive(support, mail("Buy this", sender=YARA, subject="One"))
    assert first
    desk.post("/acts/", {"what": "spam", "numbers": str(first.ticket.number), "key": "a"})
    settle()
    second = arrive(support, mail("Where is my order?", sender=YARA, subject="Two"))
    assert second
    assert second.ticket.spam
    assert "called spam before" in page(desk, f"/tickets/{second.ticket.number}/")
    assert f"/tickets/{second.ticket.number}/" in page(desk, "/lists/spam/")
    desk.post("/acts/", {"what": "not-spam", "numbers": str(second.ticket.number), "key": "b"})
    third = arrive(support, mail("And now?", sender=YARA, subject="Three"))
    assert third
    assert third.ticket.spam == ""


def test_a_flood_is_gathered_with_its_reason_on_the_screen(support: Account, desk: Client) -> None:
    accept_many(
        [
            Arrival(support, mail(f"Alarm {n}", sender=YARA, subject=f"Alarm {n}"), "smtp", str(n))
            for n in range(MOST_BEGUN + 3)
        ]
    )
    process_all()
    assert Message.objects.count() == MOST_BEGUN + 3
    last = Message.objects.latest("pk")
    assert "began 30 tickets here within an hour" in page(desk, f"/tickets/{last.ticket.number}/")


def test_what_cannot_be_read_is_parked_with_its_reason_and_another_try_files_it(support: Account, desk: Client) -> None:
    accept_many([Arrival(support, mail("Hello?", sender=YARA), "smtp", "one")])
    item = InboxItem.objects.get()
    park(item, "It could not be read.")
    assert "It could not be read." in page(desk, f"/parked/{item.spool}/")
    desk.post(f"/parked/{item.spool}/retry/", {"key": "again"})
    process_all()
    assert Message.objects.filter(text__startswith="Hello?").exists()


def test_an_address_that_bounced_is_shown_with_the_words_and_one_press_uses_it_again(
    support: Account, desk: Client, ann: Agent
) -> None:
    message = arrive(support, mail("Where is my order?", sender=YARA))
    assert message
    answer = reply(message.ticket, "On its way.", ann)
    settle()
    arrive(support, report(answer, "failed"))
    settle()
    address = Address.objects.get(address=YARA)
    assert not address.reachable
    contact = f"/contacts/{address.contact.public_id}/"
    assert address.unreachable_reason in page(desk, contact)
    desk.post(f"{contact}addresses/again/", {"address": YARA, "key": "again"})
    address.refresh_from_db()
    assert (address.reachable, address.unreachable_reason) == (True, "")
    assert f"lets the address {YARA} be used again" in page(desk, contact)
    reply(Ticket.objects.get(pk=message.ticket_id), "Again.", ann)
    settle()
    again = Delivery.objects.get(message__text="Again.")
    assert (again.recipient, again.state) == (YARA, "sent")
    write_config()
    assert rebuilt_differences() == []


def test_an_address_that_bounced_is_used_again_by_itself_when_they_write(support: Account, ann: Agent) -> None:
    message = arrive(support, mail("Where is my order?", sender=YARA))
    assert message
    answer = reply(message.ticket, "On its way.", ann)
    settle()
    arrive(support, report(answer, "failed"))
    arrive(support, mail("I am back.", sender=YARA, subject="Back"))
    assert Address.objects.get(address=YARA).reachable


def test_a_cap_on_automatic_answers_holds_back_nothing_of_the_customers(support: Account, desk: Client) -> None:
    for number in range(4):
        arrive(support, mail(f"Line {number}", sender=YARA, subject=str(number)))
        settle()
    assert Delivery.objects.filter(message__automatic=True).count() == 2
    assert Ticket.objects.filter(state="new").count() == 4
    for ticket in Ticket.objects.all():
        assert f"Line {ticket.number - 1}" in page(desk, f"/tickets/{ticket.number}/")
