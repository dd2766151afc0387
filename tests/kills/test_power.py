"""The power fails in the middle of incoming mail: whatever had its 250 is on the disk, once, and is filed after the start."""

import os
import random
import threading
import time
from pathlib import Path

import pytest

from tests.helpdesk.killing import MAKE_MAILBOX, Killing
from tests.kills.power import forget_unsynced, kept, kill_everything
from tests.services import holdfast
from tests.services.ports import wait_until
from tests.services.smtp import Sink

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


class House:
    """One DATA_DIR, on which Holdfast is started again after each failure."""

    def __init__(self, folder: Path, sink: Sink, *, noting: bool) -> None:
        self.folder = folder / "data"
        self.log = folder / "synced"
        self.command = ("-m", "tests.kills.noting", str(self.log) if noting else "-", "run")
        self.settings = {"EMAIL_HOST": sink.host, "EMAIL_PORT": str(sink.port), "DATABASE_URL": ""}
        self.killing = Killing(self.start(), sink, SEED)
        self.killing.house.ask(MAKE_MAILBOX)
        self.lost = 0

    def start(self) -> holdfast.Running:
        """Start it, on the same ports as before."""
        house = holdfast.start(self.folder, self.command, **self.settings)
        self.settings |= {name: house.environment[name] for name in ("PORT", "SMTP_PORT")}
        wait_until(lambda: holdfast.ready(house), 40, "Holdfast did not start")
        return house

    @property
    def record(self) -> Path:
        return self.folder / "record"

    def fail(self) -> set[str]:
        """Cut the power; return the mails that had their 250 and are gone."""
        kill_everything(self.killing.house)
        acknowledged = set(self.killing.acknowledged)
        self.lost += forget_unsynced(self.record, self.log)
        return acknowledged - kept(self.record, SEED)

    def end(self) -> None:
        """Stop it, whatever state it is in."""
        if self.killing.house.process.poll() is None:
            kill_everything(self.killing.house)


def fail_amid_mail(house: House, mails: int, replies: int, failures: int, pause: float) -> list[str]:
    """Mail in (and replies out) while the power fails again and again; return everything that is lost or doubled."""
    print(f"SEED={SEED}")
    chance = random.Random(SEED)
    killing = house.killing
    sending = threading.Thread(target=killing.send_mails, args=(mails,), daemon=True)
    sending.start()
    gone: set[str] = set()
    for number in range(failures):
        have = len(killing.acknowledged)
        wait_until(
            lambda have=have: len(killing.acknowledged) > have or not sending.is_alive(), 60, "no mail was taken"
        )
        if replies and number == failures // 2:
            killing.send_replies(replies)
        time.sleep(chance.uniform(0.2, 1.0) * pause)
        gone |= house.fail()
        killing.house = house.start()
    sending.join(180)
    killing.settle(120)
    print(f"{len(killing.acknowledged)} mails had their 250; {house.lost} files were not fsynced when the power failed")
    return [*(f"{name} had its 250 and was lost" for name in gone), *killing.faults()]


@pytest.mark.timeout(900)
def test_the_power_fails_amid_mail_and_nothing_acknowledged_is_lost(tmp_path: Path, smtp_sink: Sink) -> None:
    house = House(tmp_path, smtp_sink, noting=True)
    try:
        assert fail_amid_mail(house, mails=60, replies=0, failures=1, pause=0.3) == []
        assert len(house.killing.acknowledged) == 60
    finally:
        house.end()


@pytest.mark.timeout(900)
def test_without_fsync_the_same_failure_loses_mail(tmp_path: Path, smtp_sink: Sink) -> None:
    house = House(tmp_path, smtp_sink, noting=False)
    try:
        house.killing.send_mails(10)
        assert len(house.fail()) == 10
    finally:
        house.end()
