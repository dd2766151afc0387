"""Loops and floods: nothing is deleted, everything says why, and it ends by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, settle
from tickets.actions.change import set_status
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.flood import MOST_BEGUN
from tickets.inbox.process import process_all
from tickets.models import Account, Delivery, Message, Participant, Ticket
from tickets.record import read

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


def pour(support: Account, count: int, sender: str = "pump@machine.example", cc: str = "") -> None:
    arrivals = [
        Arrival(support, mail(f"Alarm {n}", sender=sender, subject=f"Alarm {n}", cc=cc), "smtp", f"{sender}{n}{cc}")
        for n in range(count)
    ]
    accept_many(arrivals)
    process_all()


def test_a_flood_is_kept_in_one_ticket_with_its_reason_and_nothing_is_lost(support: Account) -> None:
    pour(support, 100)
    arrive(support, mail("I am a person", subject="Hello"))
    assert Message.objects.count() == 101
    assert Ticket.objects.count() == MOST_BEGUN + 1
    last = Ticket.objects.get(number=MOST_BEGUN)
    assert last.message_count == 1 + 100 - MOST_BEGUN
    reasons = set(last.messages.order_by("pk")[1:].values_list("reason", flat=True))
    assert len(reasons) == 1
    assert "pump@machine.example began 30 tickets here within an hour" in reasons.pop()


def test_a_flood_gets_two_automatic_answers_and_goes_on_in_a_ticket_that_somebody_looks_at(support: Account) -> None:
    pour(support, 40)
    settle()
    assert Delivery.objects.filter(message__automatic=True).count() == 2
    last = Ticket.objects.get(number=MOST_BEGUN)
    set_status(last, "solved", None)
    pour(support, 45, cc="victim@elsewhere.example")
    last.refresh_from_db()
    assert (last.state, last.message_count) == ("solved", 1 + 10)
    newest = Ticket.objects.get(number=MOST_BEGUN + 1)
    assert (newest.state, newest.message_count, Ticket.objects.count()) == ("new", 45, MOST_BEGUN + 1)
    assert Participant.objects.filter(address="victim@elsewhere.example").count() == 1  # of the one that began it


def test_a_flood_ends_by_itself(support: Account) -> None:
    pour(support, 40)
    earlier = timezone.now() - timedelta(minutes=61)
    Ticket.objects.update(created_at=earlier, last_message_at=earlier)
    fresh = arrive(support, mail("Better now", sender="pump@machine.example", subject="All is well"))
    assert fresh
    assert fresh.ticket.number == MOST_BEGUN + 1


def test_an_answer_amid_a_flood_still_finds_its_ticket(support: Account) -> None:
    pour(support, 40)
    third = Message.objects.get(ticket__number=3)
    back = arrive(support, mail("About 3", sender="pump@machine.example", answers=third.message_id))
    assert back
    assert back.ticket.number == 3


def test_one_mailboxs_flood_is_not_anothers(support: Account) -> None:
    orders = mailbox("orders@desk.example")
    pour(support, 40)
    elsewhere = arrive(orders, mail("Order", sender="pump@machine.example", to="orders@desk.example"))
    assert elsewhere
    assert elsewhere.ticket.number == MOST_BEGUN + 1


def test_a_flood_comes_back_from_the_record_as_it_was(support: Account) -> None:
    pour(support, 35, cc="carl@customer.example")
    assert rebuilt_differences() == []


def test_our_automatic_mail_coming_back_with_another_id_makes_no_message(support: Account) -> None:
    arrive(support, mail())
    settle()
    ours = Message.objects.get(automatic=True)
    sent = read.original(ours.entry)
    assert b"X-Loop: support@desk.example" in sent
    returned = sent.replace(ours.message_id.encode(), b"rewritten@gateway.example")
    before = Message.objects.count()
    arrive(support, returned)
    assert Message.objects.count() == before
    entry = support.entries.order_by("-pk")[0]
    assert (entry.kind, "X-Loop" in entry.fields["reason"]) == ("screened", True)
    assert read.original(entry) == returned


def test_another_desks_mark_is_none_of_ours(support: Account) -> None:
    message = arrive(support, mail(headers={"X-Loop": "help@other.example"}))
    assert message
    settle()
    assert not Delivery.objects.filter(message__automatic=True).exists()


def test_two_machines_that_do_not_say_so_stop_after_ten_a_day(support: Account) -> None:
    for hour in range(8):
        for _ in range(3):
            arrive(support, mail("Your request was received", sender="desk@other.example", subject="Ticket"))
        settle()
        earlier = timezone.now() - timedelta(hours=1, minutes=hour + 1)
        Delivery.objects.filter(at__gt=timezone.now() - timedelta(minutes=30)).update(at=earlier)
    assert Delivery.objects.filter(message__automatic=True).count() == 10
