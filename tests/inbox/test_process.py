"""Stored before acknowledged, once, and one bad mail never stops the next."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.flows.desk import mail, mailbox
from tickets.channels import Channel, Notice
from tickets.inbox import accept as accepting
from tickets.inbox import file as filing
from tickets.inbox.accept import Arrival, accept, accept_many
from tickets.inbox.process import process_all, process_waiting, retry
from tickets.inbox.sweep import adopt
from tickets.mail.channel import Email
from tickets.models import Account, Entry, InboxItem, Message, Ticket
from tickets.record import read
from tickets.record.append import append_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


def spooled() -> list[Path]:
    return list((Path(settings.DATA_DIR) / "record" / "spool" / "in").glob("*"))


def test_what_was_accepted_lies_in_the_spool_before_its_row_is_there(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(accepting, "insert_new", broken)
    with pytest.raises(DatabaseError):
        accept(support, mail("Keep me"), source="smtp")
    assert len(spooled()) == 1
    monkeypatch.undo()
    assert adopt() == 1
    process_all()
    assert Message.objects.get().text == "Keep me"


def test_what_lies_in_the_spool_without_rows_is_adopted_in_the_order_in_which_it_came(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("gone")

    now = timezone.now()
    arrivals = [Arrival(support, mail(f"Line {n}"), "poll", str(n), {}, now) for n in range(90, 120)]
    monkeypatch.setattr(accepting, "insert_new", broken)
    with pytest.raises(DatabaseError):
        accept_many(arrivals)
    monkeypatch.undo()
    assert adopt() == 30
    assert list(InboxItem.objects.order_by("pk").values_list("key", flat=True)) == [str(n) for n in range(90, 120)]


def test_the_same_arrival_again_is_counted_and_makes_nothing_twice(support: Account) -> None:
    raw = mail("Once")
    assert accept(support, raw, source="smtp") is True
    assert accept(support, raw, source="smtp") is False
    process_all()
    assert accept(support, raw, source="smtp") is False
    process_all()
    assert InboxItem.objects.get().seen_count == 3
    assert Message.objects.count() == 1


def test_the_same_arrival_twice_in_one_batch_is_new_once(support: Account) -> None:
    arrival = Arrival(support, mail("Once"), "smtp", "k")
    assert accept_many([arrival, arrival]) == [True, False]
    assert InboxItem.objects.get().seen_count == 2


def test_a_record_file_ends_with_the_very_bytes_that_arrived(support: Account) -> None:
    raw = b"From: zoe@customer.example\nSubject: \xff\xfe raw\n\nbare line feeds\n\x00\x01"
    accept(support, raw, source="smtp")
    process_all()
    append_all()
    entry = Entry.objects.get()
    assert read.whole(entry).endswith(raw)
    assert read.original(entry) == raw
    assert spooled() == []


def test_live_mail_that_carries_our_trace_fields_is_ordinary_mail(support: Account) -> None:
    raw = b"Helpdesk-Ticket: 99\r\nHelpdesk-Original: size=0; sha256=x\r\n" + mail("A trick")
    accept(support, raw, source="smtp")
    process_all()
    append_all()
    assert Ticket.objects.get().number == 1
    assert read.original(Entry.objects.get()) == raw
    assert next(read.walk()).original == raw


def test_an_item_that_cannot_be_filed_is_parked_and_the_next_goes_on(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = filing.identify

    def stumble(arriving: filing.Arriving, desk: filing.Desk) -> None:
        if arriving.mail.text == "poison":
            raise ValueError("I stumbled over this")
        decide(arriving, desk)

    monkeypatch.setattr(filing, "STEPS", (filing.screen, stumble, filing.thread))
    for text in ("one", "poison", "two"):
        accept(support, mail(text), source="smtp")
    process_all()
    parked = InboxItem.objects.get(state="parked")
    assert "I stumbled over this" in parked.reason
    assert sorted(Message.objects.values_list("text", flat=True)) == ["one", "two"]
    monkeypatch.undo()
    retry(parked)
    process_all()
    assert Message.objects.count() == 3


def test_a_payload_that_a_reader_chokes_on_is_parked_with_its_bytes(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choke(self: Channel, raw: bytes) -> list[Notice]:
        raise KeyError("chat")

    monkeypatch.setattr(Email, "read", choke)
    accept(support, b"{}", source="webhook")
    process_all()
    item = InboxItem.objects.get()
    assert item.state == "parked"
    assert "KeyError" in item.reason
    assert len(spooled()) == 1


def test_what_holds_nothing_to_see_is_an_entry_all_the_same(support: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Email, "read", lambda self, raw: [])
    accept(support, b"{}", source="webhook")
    process_all()
    assert InboxItem.objects.get().state == "done"
    assert Entry.objects.get().kind == "ignored"


def test_queries_do_not_grow_with_the_batch(support: Account) -> None:
    def filed(count: int) -> int:
        for number in range(count):
            accept(support, mail(f"Mail {count} {number}", sender=f"{count}-{number}@customer.example"), source="smtp")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert process_waiting(50) == count
        return len(queries)

    filed(2)
    assert filed(20) <= filed(5) + 1  # SQLite takes 999 values at once: about twenty of the widest rows
    append_all()


def test_mail_with_a_false_date_is_listed_by_its_receipt(support: Account) -> None:
    accept(
        support, b"From: a@b.example\r\nDate: Fri, 1 Jan 2099 10:00:00 +0000\r\n\r\nfrom the future\r\n", source="smtp"
    )
    process_all()
    message = Message.objects.get()
    assert message.date
    assert message.date.year == 2099
    assert message.at.year < 2099


def test_history_is_solved_and_dated_as_it_was_sent(support: Account) -> None:
    raw = b"From: a@b.example\r\nDate: Fri, 2 Jan 2015 10:00:00 +0000\r\nSubject: old\r\n\r\nlong ago\r\n"
    accept(support, raw, source="import", history=True)
    process_all()
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.created_at.year, ticket.history) == ("solved", 2015, True)


@given(st.lists(st.binary(max_size=600), min_size=1, max_size=6))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_become_a_message_or_are_parked(support: Account, mails: list[bytes]) -> None:
    for raw in mails:
        accept(support, raw, source="smtp")
    process_all()
    append_all()
    assert not InboxItem.objects.filter(state="waiting").exists()
    assert not InboxItem.objects.filter(state="parked").exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no headers at all",
        b"From: a@b.example\r\nFrom: c@d.example\r\n\r\ntwo senders",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\x00\x01",
        b"From: a@b.example\r\nSubject: \x00NUL\x00\r\n\r\n\x00\x00",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200)),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\np\r\n" * 10_000,
        b"Subject: large\r\n\r\n" + b"x" * 30_000_000,
        b"Message-ID: <" + b"i" * 5000 + b"@x>\r\nReferences: " + b"<a@b> " * 5000 + b"\r\n\r\nlong ids",
    ],
    ids=["empty", "no headers", "two From", "charset", "NUL", "nested", "10000 parts", "30 MB", "long ids"],
)
def test_bad_mail_makes_a_ticket(support: Account, raw: bytes) -> None:
    accept(support, raw, source="smtp")
    accept(support, mail("the next one"), source="smtp")
    process_all()
    append_all()
    assert not InboxItem.objects.exclude(state="done").exists()
    assert Message.objects.filter(text="the next one").exists()
    assert Ticket.objects.count() == 2
