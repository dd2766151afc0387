"""kill -9 of any part at any moment loses nothing that was acknowledged, and sends nothing twice."""

import os
import random
from pathlib import Path

import pytest

from tests.helpdesk.killing import MAKE_MAILBOX, VICTIMS, Killing
from tests.services import holdfast
from tests.services.smtp import Sink

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def settings(sink: Sink) -> dict[str, str]:
    """A way out to the test's own server; the database is the one under test."""
    return {"EMAIL_HOST": sink.host, "EMAIL_PORT": str(sink.port)}


def kill(house: holdfast.Running, sink: Sink, mails: int, replies: int, pause: float) -> Killing:
    """Mail in and replies out while every part is killed."""
    print(f"SEED={SEED}")
    killing = Killing(house, sink, SEED)
    house.ask(MAKE_MAILBOX)
    with killing.murder(VICTIMS, pause):
        killing.send_mails(mails)
        killing.send_replies(replies)
    killing.settle(90)
    print(
        f"{mails} mails in, {replies} replies out, killed: {dict(killing.killed)}, {len(sink.letters)} mails accepted"
    )
    return killing


@pytest.mark.timeout(300)
def test_each_part_is_killed_once_amid_mail_and_nothing_is_lost_or_doubled(tmp_path: Path, smtp_sink: Sink) -> None:
    with holdfast.running(tmp_path / "data", DATABASE_URL="", **settings(smtp_sink)) as house:
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
@pytest.mark.parametrize("promise", ["stored", "claimed"])
def test_without_the_promise_the_same_test_fails(tmp_path: Path, smtp_sink: Sink, promise: str) -> None:
    broken = ("-m", "tests.services.broken", promise, "run")
    smtp_sink.delay_seconds = 0.2
    with holdfast.running(tmp_path / "data", broken, DATABASE_URL="", **settings(smtp_sink)) as house:
        killing = kill(house, smtp_sink, mails=100, replies=40, pause=0.15)
        assert killing.faults() != []
