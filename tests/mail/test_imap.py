"""IMAP against a real Dovecot: nothing lost, nothing twice, and the mailbox left as it was."""

import imaplib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.services.dovecot import Imap
from tests.services.ports import free_port, wait_until
from tickets.actions.accounts import add_account
from tickets.inbox.process import process_waiting
from tickets.mail import imap, run_pollers
from tickets.models import Account, Health, InboxItem
from tickets.record import spool

pytestmark = [pytest.mark.imap, pytest.mark.django_db(transaction=True)]

users = (f"zoe{number}@desk.example" for number in itertools.count(int(time.time())))


def letter(number: int, head: bytes = b"") -> bytes:
    return b"From: zoe@customer.example\r\n%sSubject: Letter %d\r\n\r\nHello %d\r\n" % (head, number, number)


@pytest.fixture
def connect(transactional_db: None, imap_server: Imap) -> Callable[..., Account]:
    """connect(since="all", server=…): a mailbox of its own at Dovecot."""

    def make(server: Imap = imap_server, address: str = "", since_at: datetime | None = None, **config: Any) -> Account:
        place = {"imap_host": server.host, "imap_port": server.port} | config
        fields = {"since": since_at} if since_at else {}
        return add_account("email", "Desk", address or next(users), place, {"imap_password": server.password}, **fields)

    return make


@contextmanager
def polling(account: Account) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=imap.poll, args=(account, stop.is_set), daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def arrived(account: Account) -> list[InboxItem]:
    return list(InboxItem.objects.filter(account=account).order_by("pk"))


def subjects(account: Account) -> list[str]:
    return [spool.get(i.spool).raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for i in arrived(account)]


def wait_for(account: Account, count: int, seconds: float = 15) -> None:
    wait_until(lambda: len(arrived(account)) >= count, seconds, f"{count} mails did not arrive")


def test_new_mail_arrives_at_once_and_the_mailbox_stays_as_it_was(
    connect: Callable[..., Account], imap_server: Imap
) -> None:
    account = connect()
    with polling(account):
        wait_until(lambda: bool(Account.objects.get(pk=account.pk).state), 10, "not connected")
        imap_server.append(account.address, letter(1))
        wait_for(account, 1, 5)
        imap_server.append(account.address, letter(2))
        wait_for(account, 2, 5)
    first = arrived(account)[0]
    assert spool.get(first.spool).raw == letter(1)
    assert first.source == "imap"
    assert first.key.endswith("/1")
    assert not first.history
    assert not any("Seen" in flags for flags in imap_server.flags(account.address))


def test_by_default_older_mail_stays_out(connect: Callable[..., Account], imap_server: Imap) -> None:
    address = next(users)
    imap_server.append(address, letter(1))
    time.sleep(1.1)
    account = connect(address=address)
    with polling(account):
        wait_until(lambda: bool(Account.objects.get(pk=account.pk).state), 10, "not connected")
        imap_server.append(address, letter(2))
        wait_for(account, 1)
    assert subjects(account) == ["Letter 2"]


def test_reading_can_begin_at_the_next_number_exactly(connect: Callable[..., Account], imap_server: Imap) -> None:
    address = next(users)
    imap_server.append(address, letter(1))
    account = connect(address=address)
    imap.begin_now(account)
    imap_server.append(address, letter(2))
    with polling(account):
        wait_for(account, 1)
    assert subjects(account) == ["Letter 2"]


def test_with_all_older_mail_comes_in_as_history(connect: Callable[..., Account], imap_server: Imap) -> None:
    address = next(users)
    for number in range(3):
        imap_server.append(address, letter(number))
    account = connect(address=address, since="all", since_at=datetime.now(UTC) + timedelta(minutes=1))
    with polling(account):
        wait_for(account, 3)
    assert all(item.history for item in arrived(account))


def test_a_restart_brings_nothing_twice_and_loses_nothing_of_days_of_downtime(
    connect: Callable[..., Account], imap_server: Imap
) -> None:
    account = connect()
    with polling(account):
        wait_until(lambda: bool(Account.objects.get(pk=account.pk).state), 10, "not connected")
        imap_server.append(account.address, letter(1))
        wait_for(account, 1)
    for number in range(2, 130):
        imap_server.append(account.address, letter(number))
    with polling(account):
        wait_for(account, 129, 30)
        time.sleep(1)
    assert subjects(account) == [f"Letter {number}" for number in range(1, 130)]
    assert all(item.seen_count == 1 for item in arrived(account))


def test_what_was_stored_before_a_crash_is_known_again(connect: Callable[..., Account], imap_server: Imap) -> None:
    account = connect(since="all")
    imap_server.append(account.address, letter(1))
    with polling(account):
        wait_for(account, 1)
    Account.objects.filter(pk=account.pk).update(state={})  # stored, but the cursor was never kept
    with polling(account):
        wait_until(lambda: arrived(account)[0].seen_count == 2, 10, "not read again")
    assert len(arrived(account)) == 1


def test_new_numbers_for_all_mail_bring_nothing_new(connect: Callable[..., Account], imap_server: Imap) -> None:
    account = connect(since="all")
    for number in range(3):
        imap_server.append(account.address, letter(number))
    with polling(account):
        wait_for(account, 3)
    entries_of(account)
    before = Account.objects.get(pk=account.pk).state["imap"]["uidvalidity"]
    time.sleep(1.1)  # Dovecot counts UIDVALIDITY in seconds
    home = imap_server.folder / "mail" / account.address / "Maildir"
    for index in home.glob("dovecot*"):
        index.unlink()
    imap_server.append(account.address, letter(3))
    with polling(account):
        wait_for(account, 4)
        time.sleep(1)
    assert Account.objects.get(pk=account.pk).state["imap"]["uidvalidity"] != before
    assert subjects(account) == [f"Letter {number}" for number in range(4)]


def entries_of(account: Account) -> None:
    """File what arrived, as the worker would."""
    while process_waiting():
        pass


def test_marks_and_moves_come_only_after_storing(connect: Callable[..., Account], imap_server: Imap) -> None:
    account = connect(since="all", mark_seen="yes", move_to="Done")
    with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
        client.login(account.address, imap_server.password)
        client.create("Done")
    imap_server.append(account.address, letter(1))
    with polling(account):
        wait_for(account, 1)
        wait_until(
            lambda: any("Seen" in flags for flags in imap_server.flags(account.address, "Done")), 10, "not moved"
        )


def test_a_wrong_password_is_said_in_words_and_mended_by_the_right_one(
    connect: Callable[..., Account], imap_server: Imap
) -> None:
    account = connect()
    account.secrets = {"imap_password": "wrong"}
    account.save()
    assert "did not accept the user" in imap.probe(account)
    stop = threading.Event()
    thread = threading.Thread(target=run_pollers, args=(stop,), daemon=True)
    thread.start()
    try:
        wait_until(lambda: Account.objects.get(pk=account.pk).health == Health.DEGRADED, 15, "nothing was said")
        assert "did not accept" in Account.objects.get(pk=account.pk).health_reason
        account.secrets = {"imap_password": imap_server.password}
        account.save()
        wait_until(lambda: Account.objects.get(pk=account.pk).health == Health.WORKING, 15, "still degraded")
        imap_server.append(account.address, letter(1))
        wait_for(account, 1)
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def test_a_server_that_goes_away_is_found_again(connect: Callable[..., Account], imap_server: Imap) -> None:
    """A forwarder stands for the server: it is cut off in the middle of IDLE, stays away, and comes back."""
    port = free_port()
    account = connect(since="all", imap_port=port)
    with polling(account):
        with forwarding(port, imap_server.port):
            imap_server.append(account.address, letter(1))
            wait_for(account, 1)
        imap_server.append(account.address, letter(2))
        wait_until(lambda: Account.objects.get(pk=account.pk).health == Health.DEGRADED, 15, "nothing was said")
        assert "Receiving: " in Account.objects.get(pk=account.pk).health_reason
        with forwarding(port, imap_server.port):
            wait_for(account, 2, 30)
            assert Account.objects.get(pk=account.pk).health == Health.WORKING
    assert subjects(account) == ["Letter 1", "Letter 2"]
    assert all(item.seen_count == 1 for item in arrived(account))


@contextmanager
def forwarding(port: int, to: int) -> Iterator[None]:
    """Carry bytes both ways; at the end every connection is cut."""
    door = socket.create_server(("127.0.0.1", port))
    wires: list[socket.socket] = []

    def carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while chunk := one.recv(65536):
                other.sendall(chunk)
        for wire in (one, other):
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                here, _ = door.accept()
                there = socket.create_connection(("127.0.0.1", to))
                wires.extend((here, there))
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield
    door.shutdown(socket.SHUT_RDWR)
    door.close()
    for wire in wires:
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
            wire.close()


def test_a_thousand_mails_are_read_in_small_batches(connect: Callable[..., Account], imap_server: Imap) -> None:
    account = connect(since="all")
    with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
        client.login(account.address, imap_server.password)
        for number in range(600):
            client.append("INBOX", "", imaplib.Time2Internaldate(time.time()), letter(number))
    with polling(account):
        wait_for(account, 600, 60)
    assert len(set(subjects(account))) == 600
