"""The acknowledgement: once to a new ticket of a person, to the envelope's sender, never to a machine, and capped."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, settle
from tickets.actions.contact import edit_contact
from tickets.actions.people import add_agent
from tickets.actions.reply import reply
from tickets.automation.run import run
from tickets.hours import read_week
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
    Account.objects.update(
        texts={"acknowledgement": {"de": "Danke[ {name}], Nummer {number}. 100% $unknown {unknown}"}}
    )
    arrive(support, mail("Guten Tag, mein Paket ist noch nicht da."))
    arrive(support, mail("Hello, my parcel has not come yet.", sender="max@customer.example", name=""))
    settle()
    german, english = Message.objects.filter(automatic=True).order_by("pk")
    assert german.text == "Danke Zoe Customer, Nummer 1. 100% $unknown"
    assert english.text.startswith("Hello,\n\nthank you for your message. We have received it as number 2 ")


def test_each_customer_is_acknowledged_in_the_language_they_write_and_why_is_kept(support: Account) -> None:
    arrive(support, mail("Добрий день, моє замовлення ще не прийшло.", sender="olha@customer.example", name="Ольга"))
    arrive(support, mail("Dzień dobry, moja paczka jeszcze nie dotarła.", sender="jan@customer.example"))
    arrive(support, mail("4711", sender="eva@customer.example", headers={"Content-Language": "fr-CA"}))
    settle()
    ukrainian, polish, french = Message.objects.filter(automatic=True).order_by("pk")
    assert ukrainian.text.startswith("Добрий день, Ольга.\n\nДякуємо за Ваше повідомлення.")
    assert re.fullmatch(r"In Ukrainian, as they write \(\d+ % sure\)\.", ukrainian.reason)
    assert polish.text.startswith("Hello Zoe Customer,")
    assert polish.reason == (
        "In English, the account's language: they seem to write Polish, in which there are no texts."
    )
    assert (french.text[:7], french.reason) == ("Bonjour", "In French, as their app or mail program says.")
    assert [row.entry.fields["language"] for row in (ukrainian, polish, french)] == ["uk", "en", "fr"]
    assert rebuilt_differences() == []


def test_the_language_that_an_agent_set_for_a_person_rules(support: Account) -> None:
    bea = add_agent("bea@desk.example", "Bea", "agent")
    first = arrive(support, mail("Hello, where is my parcel?", headers={"Content-Language": "en"}))
    assert first
    settle()
    edit_contact(first.ticket.contact, bea, name="Zoe", language="fr")
    arrive(support, mail("Hello again, the parcel is still missing.", subject="Another"))
    settle()
    french = Message.objects.filter(automatic=True).latest("pk")
    assert (french.text[:7], french.reason) == ("Bonjour", "In French, as was decided for this person.")
    said = reply(french.ticket, "Soon.", bea, to=[{"name": "Zoe", "address": "zoe@customer.example"}])
    assert said.entry.fields["language"] == "fr"
    assert rebuilt_differences() == []


def test_filing_guesses_no_language_and_an_acknowledgement_costs_a_fixed_number_of_queries(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as filing:
        filing.setattr("tickets.texts.choose.guess", lambda text: pytest.fail("filing waits for no guess"))
        for number in range(6):
            arrive(support, mail("Hello, where is my parcel?", sender=f"v{number}@customer.example"))
    append_all()
    counts = []
    for _ in range(6):
        with CaptureQueriesContext(connection) as asked:
            assert run(1) == 1
        counts.append(len(asked))
    assert max(counts[1:]) <= counts[0]
    assert Message.objects.filter(automatic=True).count() == 6


def test_out_of_hours_the_acknowledgement_says_when_somebody_is_back_in_the_accounts_time_zone(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.update(time_zone="Europe/Kyiv", hours=read_week("Mon-Fri 09:00-17:00"))
    friday_evening = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: friday_evening)
    arrive(support, mail("Guten Abend, mein Paket ist noch nicht da.", date=friday_evening))
    assert acknowledged() == ["zoe@customer.example"]
    said = Message.objects.get(automatic=True)
    assert "wir sind am Montag um 9:00 Uhr wieder für Sie da" in said.text
    assert said.reason.startswith("Nobody is here just now. In German, as they write (")
    assert parse(read.original(said.entry)).headers.get("Auto-Submitted") == "auto-replied"


def test_a_mailbox_that_is_closed_for_a_year_says_so_without_a_hole(support: Account) -> None:
    closed = [{"day": f"{month:02}-{day:02}", "name": ""} for month in range(1, 13) for day in range(1, 32)]
    days_off = [one for one in closed if one["day"] not in ("02-30", "02-31", "04-31", "06-31", "09-31", "11-31")]
    Account.objects.update(days_off=days_off, texts={"acknowledgement-closed": {"en": "Back {opens}."}})
    arrive(support, mail("Hello, my parcel has not come yet."))
    settle()
    assert "we will answer you as soon as we are back." in Message.objects.get(automatic=True).text


def test_a_name_carries_no_message_to_a_third_person_and_makes_no_header(support: Account) -> None:
    for number, name in enumerate(
        ["Win money at www.evil.example", "Zoe\nBcc: all@x.example", "{number}", "\u202eeoZ"]
    ):
        arrive(support, mail("Hello, my parcel has not come.", sender=f"v{number}@customer.example", name=name))
    settle()
    said = list(Message.objects.filter(automatic=True).order_by("pk").values_list("text", flat=True))
    assert [text.split("\n")[0] for text in said] == ["Hello,", "Hello,", "Hello,", "Hello eoZ,"]
    assert all(delivery.message.bcc == [] for delivery in Delivery.objects.all())


def test_after_a_rebuild_nothing_old_is_acknowledged(support: Account) -> None:
    arrive(support, mail())
    append_all()
    skip_automation(Entry.objects.count())
    assert acknowledged() == []
    assert Entry.objects.filter(kind="received").count() == 1
