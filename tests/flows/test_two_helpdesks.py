"""Two helpdesks that answer each other's automatic answers stop after a few mails, even over a relay that hides what they are."""

import smtplib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services import holdfast
from tests.services.holdfast import Running
from tests.services.ports import free_port, wait_until

APART = {"DATABASE_URL": ""}  # each has a database of its own, whatever the tests run on
TELLING = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop", "Precedence", "In-Reply-To", "References")


class RudeRelay:
    """Passes mail on without anything that tells it was written by a machine, and in the name of its From."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.passed: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(bytes(envelope.content or b""))
        for name in TELLING:
            del mail[name]
        self.passed.append(mail)
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.sendmail(parseaddr(mail["From"])[1], envelope.rcpt_tos, mail.as_bytes())
        return "250 passed on"


@contextmanager
def relay(to_port: int) -> Iterator[tuple[int, RudeRelay]]:
    """A relay to the listener on `to_port`."""
    handler = RudeRelay(to_port)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port, handler
    finally:
        controller.stop()


def open_mailbox(house: Running, address: str) -> None:
    """Connect a mailbox that acknowledges."""
    house.ask(f"from tickets.actions.accounts import add_account\nadd_account('email', 'Desk', '{address}')")


def tickets(house: Running) -> int:
    """How many tickets it holds."""
    return int(house.ask("from tickets.models import Ticket\ntell(Ticket.objects.count())"))


@pytest.mark.timeout(900)
def test_two_running_helpdesks_stop_answering_each_other(tmp_path: Path) -> None:
    first_port, second_port = free_port(), free_port()
    with ExitStack() as stack:
        to_first, back = stack.enter_context(relay(first_port))
        to_second, forth = stack.enter_context(relay(second_port))
        one = stack.enter_context(
            holdfast.running(
                tmp_path / "one", **APART, SMTP_PORT=str(first_port), EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(to_second)
            )
        )
        two = stack.enter_context(
            holdfast.running(
                tmp_path / "two", **APART, SMTP_PORT=str(second_port), EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(to_first)
            )
        )
        open_mailbox(one, "desk@one.example")
        open_mailbox(two, "desk@two.example")
        mail = b"From: desk@two.example\r\nTo: desk@one.example\r\nSubject: Hello\r\nMessage-ID: <1@two.example>\r\n\r\nHello\r\n"
        with smtplib.SMTP("127.0.0.1", first_port) as client:
            client.sendmail("desk@two.example", ["desk@one.example"], mail)
        wait_until(lambda: len(forth.passed) + len(back.passed) >= 2, 30, "They did not answer at all")
        passed, before = -1, -2
        while passed != before:  # until nothing has passed for a while
            before = passed
            time.sleep(4)
            passed = len(forth.passed) + len(back.passed)
        assert 2 <= passed <= 4
        assert tickets(one) + tickets(two) <= 5
