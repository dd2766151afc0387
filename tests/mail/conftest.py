"""What the tests of email's wire share: a mailbox, and a running listener."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from tests.services.ports import free_port
from tickets.actions.accounts import add_account
from tickets.mail import smtp
from tickets.models import Account


@pytest.fixture
def support(db: None) -> Account:
    """The mailbox support@desk.example."""
    return add_account("email", "Desk Support", "support@desk.example")


@pytest.fixture
def listening(transactional_db: None, settings: Any) -> Callable[..., Any]:
    """`with listening() as dial:` a running listener; `dial()` is a connected smtplib.SMTP."""

    @contextmanager
    def run(**changed: Any) -> Iterator[Callable[[], smtplib.SMTP]]:
        settings.SMTP_PORT = free_port()
        for name, value in changed.items():
            setattr(settings, name, value)
        stop, ready = threading.Event(), threading.Event()

        def serve() -> None:
            smtp.run(stop, ready.set)
            connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield lambda: smtplib.SMTP("127.0.0.1", settings.SMTP_PORT, timeout=10)
        finally:
            stop.set()
            thread.join(10)

    return run
