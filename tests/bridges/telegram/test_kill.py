"""kill -9 of poller, worker and Redis while customers write: nothing lost, nothing doubled, the order of each chat kept."""

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from bridges.telegram.fake import FakeTelegram
from tests.helpdesk.killing import Killing
from tests.services import holdfast, migrated
from tests.services.ports import wait_until

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
VICTIMS = ("mail", "in", "record", "redis", "out")
CHATS = 10
CONNECT = """
from tickets.actions.accounts import add_account
add_account("email", "Help", "help@desk.example")
add_account("telegram", "Shop", "help_bot", {"api_url": "%s"}, {"token": "%s"})
"""
SAID = """
from tickets.models import Message
tell(list(Message.objects.filter(direction="in").order_by("pk").values_list("from_address", "text")))
"""
ANSWER = """
from tickets.models import Ticket
from tickets.actions.reply import reply
for ticket in Ticket.objects.order_by("number"):
    reply(ticket, f"Answer to {ticket.contact.addresses.get().address}", None)
"""
OUTCOMES = """
from tickets.models import Delivery
tell(list(Delivery.objects.values_list("recipient", "state")))
"""


def write_amid_kills(house: holdfast.Running, telegram: FakeTelegram, updates: int, pause: float) -> Killing:
    """Ten customers write by turns; in the middle they are answered."""
    print(f"SEED={SEED}")
    house.ask(CONNECT % (telegram.url, telegram.token))
    killing = Killing(house, None, SEED)  # type: ignore[arg-type]
    with killing.murder(VICTIMS, pause):
        for number in range(updates):
            telegram.write(100 + number % CHATS, f"line {number // CHATS}", name=f"Person {number % CHATS}")
            time.sleep(0.02)
    wait_until(lambda: len(house.ask(SAID)) >= updates // 2, 60 + updates / 20, "the poller fetches nothing")
    house.ask(ANSWER)
    house.kill("out")
    wait_until(lambda: not telegram.updates, 60 + updates / 20, "the queue at the vendor does not empty")
    killing.settle(120 + updates / 20)
    print(f"{updates} updates, {len(telegram.sent)} answers, killed: {dict(killing.killed)}")
    return killing


def check(house: holdfast.Running, telegram: FakeTelegram, killing: Killing, updates: int) -> None:
    """Count everything."""
    said: dict[str, list[str]] = {}
    for chat, text in house.ask(SAID):
        said.setdefault(chat, []).append(text)
    wanted = [f"line {number}" for number in range(updates // CHATS)]
    assert said == {str(100 + chat): wanted for chat in range(CHATS)}
    outcomes = dict(house.ask(OUTCOMES))
    assert set(outcomes.values()) <= {"sent", "uncertain"}
    reached = Counter(str(sent["chat"]["id"]) for sent in telegram.sent)
    assert max(reached.values(), default=0) <= 1
    assert {chat for chat, state in outcomes.items() if state == "sent"} <= set(reached)
    assert min(killing.killed[victim] for victim in VICTIMS) >= 1


def run(tmp_path: Path, updates: int, pause: float) -> None:
    url = os.environ.get("DATABASE_URL", "")
    database = {"DATABASE_URL": migrated.database(url) if url.startswith("postgres") else ""}
    telegram = FakeTelegram().start()
    try:
        with holdfast.running(tmp_path / "data", **database) as house:
            check(house, telegram, write_amid_kills(house, telegram, updates, pause), updates)
    finally:
        telegram.stop()


@pytest.mark.timeout(900)
def test_300_updates_amid_kills_of_poller_worker_and_redis(tmp_path: Path) -> None:
    run(tmp_path, 300, 0.3)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_10_000_updates_amid_kills_of_poller_worker_and_redis(tmp_path: Path) -> None:
    run(tmp_path, 10_000, 1.5)
