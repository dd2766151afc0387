"""The acknowledgement: once to a new ticket of a person, to the envelope's sender, never to a machine, and capped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.mime.parse import parse
from tickets.models import Account, Delivery, Entry, Message, Ticket
from tickets.models.numbers import skip_automation
from tickets.record import read
from tickets.record.append import append_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


def acknowledged() -> list[str]:
    settle()
    return list(Delivery.objects.filter(message__automatic=True).values_list("recipient", flat=True))


def test_a_new_ticket_is_acknowledged_to_the_envelope_sender_and_says_it_is_automatic(support: Account) -> None:
    arrive(support, mail(), envelope={"from": "zoe.at.work@customer.example", "to": ["support@desk.example"]})
    assert acknowledged() == ["zoe.at.work@customer.example"]
    sent = Message.objects.get(automatic=True)
    headers = parse(read.original(sent.entry)).headers
    assert headers.get("Auto-Submitted") == "auto-replied"
    assert headers.get("X-Auto-Response-Suppress") == "All"
    assert "number 1" in sent.text
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.first_answer_at) == ("new", None)


def test_an_answer_is_not_acknowledged(support: Account) -> None:
    first = arrive(support, mail())
    assert first
    arrive(support, mail("More", answers=first.message_id))
    assert len(acknowledged()) == 1


@pytest.mark.parametrize(
    ("headers", "envelope"),
    [
        ({"Auto-Submitted": "auto-generated"}, {}),
        ({"Precedence": "list"}, {}),
        ({"List-Id": "<news.example>"}, {}),
        ({"X-Auto-Response-Suppress": "OOF"}, {}),
        ({}, {"from": "", "to": []}),
    ],
    ids=["automatic", "precedence", "list", "suppressed", "null sender"],
)
def test_machines_get_no_answer(support: Account, headers: dict[str, str], envelope: dict[str, object]) -> None:
    arrive(support, mail(headers=headers), envelope=envelope)
    assert acknowledged() == []


def test_old_mail_imports_and_a_silent_mailbox_are_not_acknowledged(support: Account) -> None:
    arrive(support, mail(date=timezone.now() - timedelta(hours=25)))
    arrive(support, mail(), history=True)
    Account.objects.update(acknowledge=False)
    arrive(support, mail())
    assert acknowledged() == []


def test_one_address_gets_two_an_hour_and_no_more(support: Account) -> None:
    for number in range(5):
        arrive(support, mail(f"Again {number}"))
        settle()
    assert len(acknowledged()) == 2


def test_a_mailbox_may_have_words_of_its_own(support: Account) -> None:
    Account.objects.update(acknowledgement="Danke $name, Nummer $number. 100% $unknown")
    arrive(support, mail())
    settle()
    assert Message.objects.get(automatic=True).text == "Danke Zoe Customer, Nummer 1. 100% $unknown"


def test_after_a_rebuild_nothing_old_is_acknowledged(support: Account) -> None:
    arrive(support, mail())
    append_all()
    skip_automation(Entry.objects.count())
    assert acknowledged() == []
    assert Entry.objects.filter(kind="received").count() == 1
