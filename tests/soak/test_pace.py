"""How long it takes from the 250 to a ticket, on the running stack at 50 mails a second. Printed, not judged: it is a figure."""

import smtplib
import threading
import time
from pathlib import Path

import pytest

from tests.helpdesk.killing import MAILBOX, MAKE_MAILBOX
from tests.services import holdfast
from tickets.bench.mails import mails

PER_SECOND, SECONDS, CONNECTIONS = 50, 12, 5
WATCH = f"""
import time
from django.db import connection
from tickets.models import Message
seen, late = [], time.time() + {SECONDS * 4}
tell("ready")
while len(seen) < {PER_SECOND * SECONDS} and time.time() < late:
    seen += [time.time()] * (Message.objects.filter(direction="in").count() - len(seen))
    time.sleep(0.02)
tell(seen)
"""


@pytest.mark.soak
def test_a_mail_is_a_ticket_soon_after_its_250(tmp_path: Path) -> None:
    raws = list(mails(PER_SECOND * SECONDS, seed=5))
    with holdfast.running(tmp_path / "data") as house:
        house.ask(MAKE_MAILBOX)
        seen: list[float] = []
        watcher = threading.Thread(target=lambda: seen.extend(house.ask(WATCH)))
        watcher.start()
        time.sleep(3)
        stored = send(house.smtp_port, raws)
        watcher.join()
        sizes = house.manage("run", "--memory").stdout.decode()
    assert len(seen) == len(raws)
    waits = sorted(max(0.0, there - when) for when, there in zip(sorted(stored), seen, strict=True))
    print(
        f"250 to ticket at {PER_SECOND}/s: median {waits[len(waits) // 2]:.3f} s, p95 {waits[int(len(waits) * 0.95)]:.3f} s"
    )
    print(sizes)


def send(port: int, raws: list[bytes]) -> list[float]:
    """Send mails at an even pace over a few connections; return when each had its 250."""
    stored: list[float] = []
    began = time.time()

    def one(first: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            for number in range(first, len(raws), CONNECTIONS):
                time.sleep(max(0.0, began + number / PER_SECOND - time.time()))
                client.sendmail("customer@mail.example", [MAILBOX], raws[number])
                stored.append(time.time())

    senders = [threading.Thread(target=one, args=(first,)) for first in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return stored
