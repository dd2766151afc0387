"""kill -9 of web server, worker and Redis while visitors write: nothing lost, nothing doubled, the order of each chat kept."""

import os
import random
import time
from pathlib import Path

import httpx
import pytest

from bridges.webchat.visitors import Visitors
from tests.helpdesk.killing import Killing
from tests.services import holdfast, migrated
from tests.services.ports import wait_until

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
VICTIMS = ("web", "in", "record", "redis", "out")
CHATS = 6
CONNECT = """
from tickets.actions.accounts import add_account
from tickets.channels import open_channel
add_account("email", "Help", "help@desk.example")
chat = add_account("webchat", "Shop", "chat")
open_channel(chat).connect()
tell(chat.public_id)
"""
SAID = """
from tickets.models import Message
tell(list(Message.objects.filter(direction="in").order_by("pk").values_list("from_address", "text")))
"""
ANSWER = """
from tickets.models import Ticket
from tickets.actions.reply import reply
for ticket in Ticket.objects.order_by("number"):
    reply(ticket, "An answer, once", None)
"""


def write_amid_kills(house: holdfast.Running, visitors: Visitors, lines: int, pause: float) -> Killing:
    """Six visitors write by turns; in the middle they are answered."""
    print(f"SEED={SEED}")
    killing = Killing(house, None, SEED)  # type: ignore[arg-type]
    with killing.murder(VICTIMS, pause):
        for number in range(lines):
            visitors.say(number % CHATS, f"line {number // CHATS}")
            time.sleep(0.05)
        wait_until(lambda: visitors.waiting <= lines // 2, 60 + lines / 2, "the web server takes nothing")
    wait_until(lambda: not visitors.waiting, 60 + lines, "not every line was taken")
    house.ask(ANSWER)
    house.kill("out")
    killing.settle(120 + lines)
    print(f"{lines} lines, killed: {dict(killing.killed)}")
    return killing


def answered(visitors: Visitors, who: int) -> bool:
    try:
        return "An answer, once" in visitors.shown_to(who)
    except httpx.HTTPError:
        return False


def check(house: holdfast.Running, visitors: Visitors, killing: Killing, lines: int) -> None:
    """Count everything, on our side and on theirs."""
    wanted = [f"line {number}" for number in range(lines // CHATS)]
    said: dict[str, list[str]] = {}
    for visitor, text in house.ask(SAID):
        said.setdefault(visitor, []).append(text)
    assert sorted(said.values()) == [wanted] * CHATS
    for who in range(CHATS):
        wait_until(lambda who=who: answered(visitors, who), 60, "an answer is not there")  # type: ignore[misc]
        shown = visitors.shown_to(who)
        assert [line for line in shown if line.startswith("line ")] == wanted
        assert shown.count("An answer, once") == 1
    assert min(killing.killed[victim] for victim in VICTIMS) >= 1


@pytest.mark.timeout(900)
def test_what_visitors_write_amid_kills_is_there_once_and_in_order(tmp_path: Path) -> None:
    lines = 90
    url = os.environ.get("DATABASE_URL", "")
    database = {"DATABASE_URL": migrated.database(url) if url.startswith("postgres") else ""}
    with holdfast.running(tmp_path / "data", **database) as house:
        visitors = Visitors(f"{house.url}/chat/{house.ask(CONNECT)}/")
        visitors.start()
        try:
            check(house, visitors, write_amid_kills(house, visitors, lines, 0.8), lines)
        finally:
            visitors.stop()
