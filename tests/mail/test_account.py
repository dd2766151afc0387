"""`manage.py account`: mailboxes without the web."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.services.dovecot import Imap
from tests.services.ports import free_port
from tests.services.smtp import Sink
from tickets.actions.configuration import log_of
from tickets.inbox.process import process_all
from tickets.mail import imap
from tickets.models import Account, InboxItem, Ticket

pytestmark = [pytest.mark.database]


def add(*settings: str, name: str = "Support") -> None:
    call_command("account", "add", "email", "--name", name, *(["--set", *settings] if settings else []))


def only() -> Account:
    return Account.objects.get(removed_at=None)


def test_a_mailbox_is_added_with_its_secrets_apart(db: None, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("pass=word\n")
    settings = ("smtp_host=mail.desk.example", "smtp_port=465", "smtp_user=support", f"SMTP_PASSWORD_FILE={secret}")
    add("address=Support@desk.example", *settings, "acknowledge=no", "language=de")
    account = only()
    assert account.address == "support@desk.example"
    assert account.config == {"smtp_host": "mail.desk.example", "smtp_port": "465", "smtp_user": "support"}
    assert account.secrets == {"smtp_password": "pass=word"}
    assert (account.acknowledge, account.language) == (False, "de")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["address=a@b.example", "smpt_host=x"], "Unknown setting: smpt_host"),
        (["address=a@b.example", "smtp_security=tls"], "smtp_security must be one of"),
        (["address=a@b.example", "smtp_port=smtp"], "smtp_port must be a number"),
        (["address=a@b.example", "since=yesterday"], "since must be now, all, or a date"),
        (["address=a@b.example", "since=2026-13-45"], "since must be now, all, or a date"),
        (["address=a@b.example", "team=Nobody"], "There is no team Nobody"),
        (["address=a@b.example", "smtp_password_file=/not/there"], "cannot be read"),
        (["address=a@b.example", "word"], "is not of the form KEY=VALUE"),
        ([], "Its address is missing"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_said(db: None, given: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        add(*given)
    assert not Account.objects.exists()


def test_new_credentials_of_a_connected_address_are_put_in_place(
    support: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    Account.objects.update(signature="Your desk", state={"imap": {"folder": "INBOX", "last": 7}})
    add("address=Support@desk.example", "imap_password=old", "smtp_user=support")
    add("address=support@desk.example", "imap_password=new", name="Another name")
    account = only()
    assert "was connected already" in capsys.readouterr().out
    assert (account.pk, account.name, account.signature) == (support.pk, "Desk Support", "Your desk")
    assert (account.config, account.secrets) == ({"smtp_user": "support"}, {"imap_password": "new"})
    assert account.state["imap"]["last"] == 7
    last = log_of(account).first()
    assert last
    assert last.fields["changes"] == [{"name": "imap_password", "before": "", "after": "", "secret": True}]
    assert last.fields["by_name"].startswith("command line")


def test_settings_are_changed_by_command_and_words_of_other_kinds_stay(support: Account) -> None:
    Account.objects.update(texts={"greeting": {"en": "Hi."}, "away": {"de": "Bis morgen."}})
    call_command("account", "set", "desk support", "--set", "hours=Mon 09:00-17:00", "greeting=Hello.", "smtp_user=x")
    account = only()
    assert account.hours == {"mon": [["09:00", "17:00"]]}
    assert account.texts == {"greeting": {"en": "Hello."}, "away": {"de": "Bis morgen."}}
    call_command("account", "set", "support@desk.example", "--set", "smtp_user=")
    assert only().config == {"smtp_user": ""}
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("account", "set", "desk support", "--set", "hours=nine to five")


def test_the_list_is_made_for_programs_too(support: Account, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("account", "list", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {
        "channel": "email", "name": "Desk Support", "address": "support@desk.example", "health": "working",
        "reason": "", "last_in": None, "last_out": None,
        "since": None, "last_fetch": None, "last_error": "", "last_error_at": None,
    }  # fmt: skip
    call_command("account", "list")
    assert "support@desk.example" in capsys.readouterr().out


def test_the_list_tells_since_when_and_what_went_wrong_last(
    support: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    support.note_health("degraded", "Receiving: it does not answer")
    broken_since = Account.objects.get().health_since
    support.note_health("degraded", "Receiving: nothing listens on that port")
    support.note_fetch()
    call_command("account", "list")
    said = capsys.readouterr().out
    assert f"degraded since {timezone.localtime(broken_since):%Y-%m-%d %H:%M}: Receiving: nothing listens" in said
    assert f"last fetch: {timezone.localtime():%Y-%m-%d}" in said
    support.note_health("working")
    call_command("account", "list", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["health"], row["reason"], row["last_error"]) == (
        "working", "", "Receiving: nothing listens on that port",
    )  # fmt: skip


def test_a_removed_account_is_gone_from_the_list_and_its_tickets_stay(support: Account) -> None:
    call_command("account", "remove", "desk support")
    assert Account.objects.get().removed_at
    with pytest.raises(CommandError, match="There is no account"):
        call_command("account", "remove", "desk support")


def test_a_check_names_what_is_wrong_both_ways(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    add(
        "address=support@desk.example",
        "imap_host=127.0.0.1",
        f"imap_port={port}",
        "smtp_host=127.0.0.1",
        f"smtp_port={port}",
    )
    with pytest.raises(CommandError, match="Not working: "):
        call_command("account", "check", "support@desk.example")
    said = capsys.readouterr().out
    assert "Receiving: " in said
    assert "Sending: " in said
    assert only().health == "degraded"


def loop_back(sink: Sink, imap_server: Imap, drops_plus: bool = False) -> Callable[[], None]:
    """Carry what the sink gets into the mailboxes of Dovecot, as a provider does."""
    over = threading.Event()

    def carry() -> None:
        carried = 0
        while not over.wait(0.1):
            for letter in sink.letters[carried:]:
                carried += 1
                for recipient in letter.recipients:
                    local, _, domain = recipient.rpartition("@")
                    if "+" not in local or not drops_plus:
                        imap_server.append(f"{local.partition('+')[0]}@{domain}", letter.raw)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        thread.join(5)

    return end


@pytest.mark.imap
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("drops_plus", [False, True])
def test_a_check_finds_out_whether_signed_addresses_come_back(
    smtp_sink: Sink, imap_server: Imap, drops_plus: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"check{int(drops_plus)}{free_port()}@desk.example"
    servers = [f"imap_host=127.0.0.1 imap_port={imap_server.port} imap_password={imap_server.password}"]
    servers += [f"smtp_host={smtp_sink.host} smtp_port={smtp_sink.port}"]
    add(f"address={address}", *" ".join(servers).split())
    assert only().state["imap"]["scanning"] is False
    end = loop_back(smtp_sink, imap_server, drops_plus)
    try:
        call_command("account", "check", "--wait", "3" if drops_plus else "30")
    finally:
        end()
    said = capsys.readouterr().out
    assert only().reply_style == ("plain" if drops_plus else "plus")
    plain = "A test mail came back; one to a signed reply address did not come back within 3 seconds."
    assert (plain if drops_plus else "comes back: replies carry them") in said


@pytest.mark.imap
@pytest.mark.django_db(transaction=True)
def test_a_check_says_when_no_mail_comes_back_and_which_folders_there_are(
    smtp_sink: Sink, imap_server: Imap, capsys: pytest.CaptureFixture[str]
) -> None:
    add(
        f"address=lost{free_port()}@desk.example", "imap_host=127.0.0.1", f"imap_port={imap_server.port}",
        f"imap_password={imap_server.password}", f"smtp_host={smtp_sink.host}", f"smtp_port={smtp_sink.port}",
    )  # fmt: skip
    call_command("account", "check", "--wait", "1")
    assert "The test mail was sent, but did not come back within 1 seconds" in capsys.readouterr().out
    call_command("account", "set", only().address, "--set", "imap_folder=Tickets")
    with pytest.raises(CommandError, match="Not working"):
        call_command("account", "check", "--wait", "1")
    said = capsys.readouterr().out
    assert "The folder Tickets cannot be opened: " in said
    assert "Check its name; there are: INBOX." in said


@pytest.mark.imap
@pytest.mark.django_db(transaction=True)
def test_the_test_mail_makes_no_ticket(smtp_sink: Sink, imap_server: Imap) -> None:
    address = f"quiet{free_port()}@desk.example"
    add(
        f"address={address}", "imap_host=127.0.0.1", f"imap_port={imap_server.port}",
        f"imap_password={imap_server.password}", f"smtp_host={smtp_sink.host}", f"smtp_port={smtp_sink.port}",
    )  # fmt: skip
    stop = threading.Event()
    poller = threading.Thread(target=imap.poll, args=(only(), stop.is_set), daemon=True)
    poller.start()
    end = loop_back(smtp_sink, imap_server)
    try:
        call_command("account", "check", "--wait", "30")
    finally:
        end()
        stop.set()
        poller.join(10)
    process_all()
    assert not Ticket.objects.exists()
    assert all(item.state == "done" for item in InboxItem.objects.all())


def test_without_a_way_out_the_check_says_so(
    support: Account, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    call_command("account", "check", "--wait", "1")
    said = capsys.readouterr().out
    assert "No way out is set up" in said
    assert "Reply addresses were not tested" in said
