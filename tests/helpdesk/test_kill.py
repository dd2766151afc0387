"""kill -9 of any part at any moment loses nothing that was acknowledged, and sends nothing twice."""

import os
import random
from pathlib import Path
from time import sleep

import pytest

from tests.helpdesk.killing import MAKE_MAILBOX, VICTIMS, Killing
from tests.services import holdfast, migrated
from tests.services.smtp import Sink

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def settings(sink: Sink) -> dict[str, str]:
    """A way out to the test's own server, and an empty database of the kind that is under test."""
    url = os.environ.get("DATABASE_URL", "")
    database = migrated.database(url) if url.startswith("postgres") else ""
    return {"EMAIL_HOST": sink.host, "EMAIL_PORT": str(sink.port), "DATABASE_URL": database}


def kill(house: holdfast.Running, sink: Sink, mails: int, replies: int, pause: float) -> Killing:
    """Mail in and replies out while every part is killed."""
    print(f"SEED={SEED}")
    killing = Killing(house, sink, SEED)
    house.ask(MAKE_MAILBOX)
    with killing.murder(VICTIMS, pause):
        killing.send_mails(mails)
        killing.send_replies(replies)
    killing.settle(240)
    print(
        f"{mails} mails in, {len(killing.replies)} replies out, killed: {dict(killing.killed)}, {len(sink.letters)} mails accepted"
    )
    return killing


@pytest.mark.timeout(900)
@pytest.mark.database
def test_each_part_is_killed_once_amid_mail_and_nothing_is_lost_or_doubled(tmp_path: Path, smtp_sink: Sink) -> None:
    with holdfast.running(tmp_path / "data", **settings(smtp_sink)) as house:
        killing = kill(house, smtp_sink, mails=60, replies=20, pause=0.15)
        assert killing.faults() == []
        assert len(killing.acknowledged) == 60
        assert min(killing.killed[victim] for victim in VICTIMS) >= 1


@pytest.mark.soak
@pytest.mark.parametrize("time", range(10))
def test_ten_times_500_mails_and_200_replies(tmp_path: Path, smtp_sink: Sink, time: int) -> None:
    with holdfast.running(tmp_path / "data", **settings(smtp_sink)) as house:
        killing = kill(house, smtp_sink, mails=500, replies=200, pause=0.4)
        assert killing.faults() == []


@pytest.mark.soak
@pytest.mark.parametrize(("promise", "victim"), [("stored", "mail"), ("claimed", "out")])
def test_without_the_promise_the_same_count_finds_fault(
    tmp_path: Path, smtp_sink: Sink, promise: str, victim: str
) -> None:
    broken = ("-m", "tests.services.broken", promise, "run")
    smtp_sink.delay_seconds = 0.5
    with holdfast.running(tmp_path / "data", broken, **settings(smtp_sink)) as house:
        killing = Killing(house, smtp_sink, SEED)
        house.ask(MAKE_MAILBOX)
        with killing.murder((victim,), pause=0.7):
            killing.send_mails(60)
            sleep(15)
        killing.settle(120)
        faults = killing.faults()
    print(f"{len(faults)} faults, as {faults[:1]}")
    assert faults
