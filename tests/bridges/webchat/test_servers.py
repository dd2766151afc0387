"""Behind several web servers a visitor has one conversation, whichever of them answers."""

from collections.abc import Iterator

import httpx
import pytest

from bridges.webchat.visitors import Visitors
from tests.bridges.webchat.conftest import answer
from tests.services import web
from tests.services.ports import wait_until
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, InboxItem, Message, Ticket

ZOE = 1


@pytest.fixture
def servers() -> Iterator[tuple[str, str]]:
    """Two web servers on the same data."""
    with web.running() as one, web.running() as other:
        yield one, other


def test_what_is_written_at_one_server_and_answered_is_seen_at_the_other(
    servers: tuple[str, str], chat: Account, ben: Agent
) -> None:
    here, there = (f"{server}/chat/{chat.public_id}/" for server in servers)
    zoe = Visitors(here)
    zoe.start()
    try:
        zoe.say(ZOE, "Written at the first")
        wait_until(lambda: ZOE in zoe.open, 30, "her page did not open")
        head = {"Authorization": f"Bearer {zoe.passes[ZOE]}"}
        form = {"id": (None, "0123456789abcdef"), "text": (None, "Written at the second")}
        for server in (there, here, there):  # the same line, repeated wherever it lands
            assert httpx.post(f"{server}say/", files=form, headers=head).json() == {"stored": True}
        assert InboxItem.objects.count() == 2
        process_all()
        answer(Ticket.objects.get(), ben, "Answered once")
        wait_until(lambda: "Answered once" in dict(zoe.heard()), 30, "her page did not show it")
        shown = [line["text"] or "Answered once" for line in httpx.get(f"{there}lines/", headers=head).json()["lines"]]
        assert shown == zoe.shown_to(ZOE) == ["Written at the first", "Written at the second", "Answered once"]
        assert Message.objects.count() == 3
    finally:
        zoe.stop()
