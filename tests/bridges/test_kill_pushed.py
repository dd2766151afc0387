"""kill -9 of web server, worker and Redis while a vendor pushes: nothing lost, nothing doubled, the order of each chat kept.

For every channel whose vendor pushes, over its stand-in; tests/bridges/telegram/test_kill.py does it for one that is polled.
"""

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from tests.helpdesk.killing import Killing
from tests.services import holdfast, migrated
from tests.services.ports import wait_until
from tickets.channels import Channel, channel_classes
from tickets.stand_in import StandIn

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
VICTIMS = ("web", "in", "record", "redis", "out")
CHATS = 6
PUSHED = sorted(name for name, cls in channel_classes().items() if cls.stand_in and cls.poll is Channel.poll)
CONNECT = """
from tickets.actions.accounts import add_account
from tickets.channels import open_channel
add_account("email", "Help", "help@desk.example")
open_channel(add_account("%s", "Shop", "shop", %r, %r)).connect()
"""
SAID = """
from tickets.models import Message
tell(list(Message.objects.filter(direction="in", kind="message").order_by("pk").values_list("from_address", "text")))
"""
ANSWER = """
from tickets.models import Ticket
from tickets.actions.reply import reply
for ticket in Ticket.objects.order_by("number"):
    reply(ticket, f"Answer to {ticket.pk}", None)
"""
OUTCOMES = """
from tickets.models import Delivery
tell([list(row) for row in Delivery.objects.values_list("message__text", "state")])
"""


def connect(house: holdfast.Running, name: str, vendor: StandIn) -> None:
    """Connect an account to the stand-in, which pushes from then on."""
    cls, given = channel_classes()[name], vendor.connection()
    secret = {field.name for field in cls.config if field.secret}
    config = {key: value for key, value in given.items() if key not in secret}
    house.ask(CONNECT % (name, config, {key: given[key] for key in secret & given.keys()}))
    vendor.push_forever()


def write_amid_kills(house: holdfast.Running, vendor: StandIn, lines: int, pause: float) -> Killing:
    """Six customers write by turns; at the end all are answered."""
    print(f"SEED={SEED}")
    killing = Killing(house, None, SEED)  # type: ignore[arg-type]
    with killing.murder(VICTIMS, pause):
        for number in range(lines):
            vendor.say(100 + number % CHATS, f"line {number // CHATS}")
            time.sleep(0.05)
    wait_until(lambda: len(house.ask(SAID)) >= lines, 120 + lines, "not everything that was pushed is here")
    house.ask(ANSWER)
    house.kill("out")
    killing.settle(120 + lines)
    print(f"{lines} lines, killed: {dict(killing.killed)}")
    return killing


def check(house: holdfast.Running, vendor: StandIn, killing: Killing, lines: int) -> None:
    """Count everything."""
    said: dict[str, list[str]] = {}
    for sender, text in house.ask(SAID):
        said.setdefault(sender, []).append(text)
    assert sorted(said.values()) == [[f"line {number}" for number in range(lines // CHATS)]] * CHATS
    outcomes = dict(house.ask(OUTCOMES))
    heard = Counter(text for text, _at in vendor.heard())
    assert set(outcomes.values()) <= {"sent", "uncertain"}
    assert max(heard.values(), default=0) <= 1
    assert {text for text, state in outcomes.items() if state == "sent"} <= set(heard)
    assert min(killing.killed[victim] for victim in VICTIMS) >= 1


def run(name: str, tmp_path: Path, lines: int, pause: float) -> None:
    url = os.environ.get("DATABASE_URL", "")
    database = {"DATABASE_URL": migrated.database(url) if url.startswith("postgres") else ""}
    vendor: StandIn = import_string(channel_classes()[name].stand_in)()
    vendor.start()
    try:
        with holdfast.running(tmp_path / "data", **database) as house:
            connect(house, name, vendor)
            check(house, vendor, write_amid_kills(house, vendor, lines, pause), lines)
    finally:
        vendor.stop()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PUSHED)
def test_what_is_pushed_amid_kills_is_there_once_and_in_order(name: str, tmp_path: Path) -> None:
    run(name, tmp_path, 90, 0.6)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", PUSHED)
def test_3_000_pushes_amid_kills(name: str, tmp_path: Path) -> None:
    run(name, tmp_path, 3_000, 1.5)
