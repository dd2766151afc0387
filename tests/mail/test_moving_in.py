"""A team moves in: old mail of both sides becomes tickets with their history, dates, states, contacts and agents."""

import imaplib
import mailbox
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.flows import desk
from tests.flows.desk import mail, settle
from tests.services.dovecot import Imap
from tickets.actions.people import add_agent
from tickets.inbox.accept import accept
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Contact, Delivery, Entry, Event, InboxItem, Message, Tag, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
DAY = timedelta(days=1)
NOW = timezone.now()


def said(days: float, text: str, who: str, to: str, number: str, answers: str | None = None, **more: Any) -> bytes:
    """A mail of so many days ago."""
    return mail(
        text, sender=who, name="", to=to, message_id=f"{number}@x.example", answers=answers and f"{answers}@x.example",
        date=NOW - days * DAY, **more,
    )  # fmt: skip


ZOE, MAX, EVA = "zoe@customer.example", "max@customer.example", "eva@customer.example"
US, BEN = "support@desk.example", "ben@desk.example"
INBOX = [
    said(400, "Old question", ZOE, US, "a1", subject="Old"),
    said(398, "Old thanks", ZOE, US, "a3", "a2", subject="Re: Old"),
    said(5, "My printer smokes", MAX, US, "b1", subject="Smoke"),
    said(2, "It still smokes", MAX, US, "b3", "b2", subject="Re: Smoke"),
    said(3, "Is it in stock?", EVA, US, "c1", subject="Stock"),
    said(1, "Hello there", "new@customer.example", US, "d1", subject="Hello"),
]
SENT = [
    said(399, "Old answer", US, ZOE, "a2", "a1", subject="Re: Old"),
    said(4, "Switch it off", BEN, MAX, "b2", "b1", subject="Re: Smoke"),
    said(2, "Yes, three of them", BEN, EVA, "c2", "c1", subject="Re: Stock"),
]


@pytest.fixture
def support() -> Account:
    return desk.mailbox()


@pytest.fixture
def ben(support: Account) -> Agent:
    return add_agent(BEN, "Ben Agent")


def put(path: Path, mails: Sequence[bytes]) -> Path:
    box = mailbox.mbox(path)
    for raw in mails:
        box.add(raw)
    box.close()
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with the INBOX and the sent mail of years."""
    (tmp_path / "old").mkdir()
    put(tmp_path / "old" / "1-sent", SENT)
    put(tmp_path / "old" / "2-inbox", INBOX)
    return tmp_path / "old"


def states() -> dict[str, str]:
    return dict(Ticket.objects.values_list("subject", "state"))


STATES = {"Old": "closed", "Smoke": "open", "Stock": "waiting", "Hello": "new"}


def test_both_sides_become_tickets_in_the_state_that_their_newest_mail_left(ben: Agent, old: Path) -> None:
    call_command("import", old)
    assert states() == STATES
    smoke = Ticket.objects.get(subject="Smoke")
    told = smoke.messages.order_by("at").values_list("direction", "author__email", "text")
    assert list(told) == [
        ("in", None, "My printer smokes"),
        ("out", BEN, "Switch it off"),
        ("in", None, "It still smokes"),
    ]
    assert abs(smoke.created_at - (NOW - 5 * DAY)) < timedelta(seconds=1)
    assert abs(smoke.last_message_at - (NOW - 2 * DAY)) < timedelta(seconds=1)
    assert smoke.snippet == "It still smokes"
    assert smoke.message_count == 3
    closed = Ticket.objects.get(subject="Old")
    assert closed.solved_at == closed.last_message_at
    assert closed.messages.get(direction="out").author is None
    assert closed.messages.get(direction="out").from_address == US


def test_nothing_is_sent_acknowledged_or_left_to_send(ben: Agent, old: Path) -> None:
    call_command("import", old)
    settle()
    assert Delivery.objects.count() == 0
    assert not Message.objects.filter(automatic=True).exists()
    assert set(Entry.objects.values_list("kind", flat=True)) == {"received"}
    assert Event.objects.count() == 0


def test_customers_become_contacts_and_our_own_addresses_do_not(ben: Agent, old: Path) -> None:
    call_command("import", old)
    addresses = Contact.objects.values_list("addresses__address", flat=True)
    assert sorted(addresses) == [EVA, MAX, "new@customer.example", ZOE]
    assert all(contact.addresses.get().proven for contact in Contact.objects.all())


def test_an_address_that_we_wrote_to_first_is_proven_by_the_answer(support: Account, tmp_path: Path) -> None:
    mails = [said(9, "Your offer", US, ZOE, "o1"), said(8, "Thanks", ZOE, US, "o2", "o1")]
    call_command("import", put(tmp_path / "first", mails[:1]))
    assert not Contact.objects.get().addresses.get().proven
    call_command("import", put(tmp_path / "then", mails))
    assert Contact.objects.get().addresses.get().proof == "They wrote from it."
    assert Ticket.objects.get().message_count == 2


def test_a_rebuild_gives_the_same(ben: Agent, old: Path) -> None:
    call_command("import", old)
    assert desk.rebuilt_differences() == []
    assert states() == STATES


def test_it_comes_in_once_however_often_and_from_wherever(ben: Agent, old: Path, tmp_path: Path) -> None:
    call_command("import", old)
    again = put(tmp_path / "again", [b"Status: RO\r\n" + raw for raw in [*SENT, *INBOX]])
    call_command("import", old)
    call_command("import", again)
    assert Message.objects.count() == len(INBOX) + len(SENT)
    assert Ticket.objects.count() == len(STATES)
    assert Entry.objects.filter(kind="copy").count() == len(INBOX) + len(SENT)


def test_newer_mail_that_comes_later_moves_the_ticket_on(ben: Agent, old: Path, tmp_path: Path) -> None:
    call_command("import", put(tmp_path / "part", INBOX[:3]))
    assert states() == {"Old": "closed", "Smoke": "new"}
    call_command("import", old)
    assert states() == STATES


def test_days_until_closing_are_chosen(ben: Agent, old: Path) -> None:
    call_command("import", old, close_after=1)
    assert states() == {"Old": "closed", "Smoke": "closed", "Stock": "closed", "Hello": "closed"}


def test_marks_of_mail_programs_help(support: Account, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    for number, (name, flags) in enumerate({"Answered": "RS", "Flagged": "F", "Draft": "D", "Gone": "T"}.items()):
        one = mailbox.MaildirMessage(said(2, name, ZOE, US, f"m{number}", subject=name))
        one.set_subdir("cur")
        one.set_flags(flags)
        box.add(one)
    keyworded = b"X-Keywords: urgent-case, NonJunk, $Forwarded\r\nX-Status: A\r\n" + said(
        2, "x", MAX, US, "k", subject="K"
    )
    box.add(keyworded)
    call_command("import", tmp_path / "box")
    assert states() == {"Answered": "waiting", "Flagged": "new", "K": "waiting"}
    assert dict(Tag.objects.values_list("tickets__subject", "name")) == {"Flagged": "flagged", "K": "urgent-case"}
    assert desk.rebuilt_differences() == []


def test_forged_mail_in_our_name_becomes_no_message_of_ours(
    support: Account, ben: Agent, tmp_path: Path, settings: Any
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"
    raw = b"Authentication-Results: mx.desk.example; dmarc=fail; spf=fail; dkim=fail\r\n" + said(
        2, "Pay", BEN, ZOE, "f"
    )
    call_command("import", put(tmp_path / "forged", [raw]), mailbox=US)
    assert Message.objects.get().direction == "in"


def test_an_agent_who_writes_to_the_mailbox_is_somebody_who_writes_in(ben: Agent, tmp_path: Path) -> None:
    call_command("import", put(tmp_path / "one", [said(2, "My own printer", BEN, US, "w")]))
    assert Message.objects.get().direction == "in"
    assert states() == {"Printer": "new"}


def test_history_never_changes_a_ticket_that_lives_here(support: Account, tmp_path: Path) -> None:
    accept(support, said(0.5, "Live", ZOE, US, "l1"), source="smtp")
    process_all()
    call_command("import", put(tmp_path / "late", [said(0.1, "Our answer", US, ZOE, "l2", "l1")]))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.message_count) == ("new", 2)


def test_a_dry_run_reports_and_writes_nothing(ben: Agent, old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(old / "3-else", [said(3, "Elsewhere", ZOE, "other@else.example", "e1"), b"Subject: no sender\n\nx"])
    desk.mailbox("orders@desk.example")
    call_command("import", old, dry_run=True)
    told = capsys.readouterr().out
    assert "11 mails" in told
    assert "About 4 tickets: 1 closed, 1 new, 1 open, 1 waiting." in told
    assert "4 contacts, 0 of them known." in told
    assert f"Written by agents: {BEN} (2)." in told
    assert "Written in the name of a mailbox: 1." in told
    assert "Without a mailbox here: 2, for" in told
    assert "other@else.example (1)" in told
    assert InboxItem.objects.count() == Ticket.objects.count() == Entry.objects.count() == 0
    with pytest.raises(CommandError, match="2 mails name no mailbox"):
        call_command("import", old)
    call_command("import", old, dry_run=True)
    assert "9 of them are here already." in capsys.readouterr().out


@pytest.mark.imap
def test_folders_of_an_imap_server_come_in_and_stay_as_they_are(
    ben: Agent, imap_server: Imap, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for raw in INBOX:
        imap_server.append("moving", raw, flags="\\Flagged" if b"Hello there" in raw else "")
    with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
        client.login("moving", imap_server.password)
        client.create("Sent")
    for raw in SENT:
        imap_server.append("moving", raw, "Sent")
    monkeypatch.setenv("IMAP_PASSWORD", imap_server.password)
    url = f"imap://moving@{imap_server.host}:{imap_server.port}"
    call_command("import", imap=url, mailbox=US, dry_run=True)
    assert "About 4 tickets: 1 closed, 1 new, 1 open, 1 waiting." in capsys.readouterr().out
    call_command("import", imap=url, mailbox=US)
    call_command("import", imap=url, mailbox=US)
    assert states() == STATES
    assert Message.objects.count() == len(INBOX) + len(SENT)
    assert Tag.objects.get().tickets.get().subject == "Hello"
    assert not any("Seen" in flags for flags in imap_server.flags("moving"))
    assert "0 mails are new, 9 were here already." in capsys.readouterr().out


@pytest.mark.imap
def test_a_connected_mailbox_is_named_by_its_address_and_nothing_polled_comes_twice(
    imap_server: Imap, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {"imap_host": imap_server.host, "imap_port": imap_server.port, "imap_security": "none", "imap_user": "own"}
    account = desk.mailbox(config=config, secrets={"imap_password": imap_server.password})
    imap_server.append("own", INBOX[4])
    call_command("import", imap=US, folder=["INBOX"])
    assert Message.objects.get().text == "Is it in stock?"
    key = InboxItem.objects.get(account=account).key
    assert key.partition("/")[2] == "1"
    assert key.partition("/")[0].isdigit()


def test_wrong_servers_and_choices_are_said(support: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMAP_PASSWORD", raising=False)
    for options, words in (
        ({}, "Say where the mail is"),
        ({"imap": "nobody@desk.example"}, "no mailbox nobody@desk.example that is read by IMAP"),
        ({"imap": "imaps://host.example"}, "names no server and user"),
        ({"imap": "imaps://zoe@host.example"}, "IMAP_PASSWORD"),
        ({"imap": "imap://zoe:x@127.0.0.1:1"}, "127.0.0.1:1"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import", **options)


def test_mail_of_no_date_or_a_future_one_is_dated_by_its_file(support: Account, tmp_path: Path) -> None:
    file = tmp_path / "odd.eml"
    file.write_bytes(f"From: {ZOE}\nTo: {US}\nDate: Tue, 4 Mar 2099 10:00:00 +0100\nSubject: Odd\n\nHello\n".encode())
    call_command("import", file)
    assert InboxItem.objects.get().received_at < datetime.now(UTC)
    assert Message.objects.get().at < datetime.now(UTC) + DAY
