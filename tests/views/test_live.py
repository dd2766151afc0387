"""The stream: what it says, to whom, and from where it goes on."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import AsyncClient

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.actions import presence
from tickets.actions.merge import merge
from tickets.models import Account, Agent, Team
from tickets.record import changes as record_changes
from tickets.views import live

T = TypeVar("T")
pytestmark = pytest.mark.django_db(transaction=True)


def ran(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: Playwright's event loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def heard(agent: Agent, after: int | None, most: int, seconds: float = 4) -> list[tuple[int, int]]:
    """(id, ticket) of the first events of a stream."""
    client = AsyncClient()
    await client.aforce_login(agent)
    response = await client.get("/live", headers={} if after is None else {"Last-Event-ID": str(after)})
    assert response.headers["Content-Type"] == "text/event-stream"
    found: list[tuple[int, int]] = []

    async def listen() -> None:
        async for block in response.streaming_content:  # type: ignore[attr-defined]
            for line in block.decode().split("\n\n"):
                if line.startswith("id: "):
                    head, data = line.split("\n")
                    found.append((int(head[4:]), json.loads(data.removeprefix("data: "))["ticket"]))
            if len(found) >= most:
                return

    try:
        await asyncio.wait_for(listen(), seconds)
    except TimeoutError:
        pass
    return found


def test_a_stream_goes_on_where_it_was_cut(ben: Agent) -> None:
    support = mailbox()
    first = arrive(support, mail("One", sender="a@customer.example"))
    settle()
    cut = record_changes.newest()
    second = arrive(support, mail("Two", sender="b@customer.example"))
    settle()
    assert first
    assert second
    told = ran(heard(ben, cut, 1))
    assert {ticket for _id, ticket in told} == {second.ticket.number}
    assert told[0][0] > cut


def test_a_stream_tells_only_of_tickets_that_the_agent_may_see(ben: Agent, ann: Agent) -> None:
    board = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    secret = arrive(board, mail("Hush", to="board@desk.example"))
    settle()
    assert secret
    assert ran(heard(ben, 0, 1, 1.5)) == []
    assert ran(heard(ann, 0, 1))[0][1] == secret.ticket.number


def test_what_happens_while_somebody_listens_is_told(ben: Agent) -> None:
    support = mailbox()

    async def both() -> list[tuple[int, int]]:
        listening = asyncio.create_task(heard(ben, None, 1))
        await asyncio.sleep(0.7)
        await asyncio.to_thread(lambda: (arrive(support, mail("Now")), settle()))
        return await listening

    assert ran(both())[0][1] == 1


def test_joining_two_tickets_tells_of_the_one_that_stays(ben: Agent, db: None) -> None:
    support: Account = mailbox()
    kept, gone = (arrive(support, mail("x", sender=f"{n}@customer.example")) for n in "ab")
    settle()
    before = record_changes.newest()
    assert kept
    assert gone
    merge(gone.ticket, kept.ticket, ben)
    settle()
    changed = {ticket for _number, tickets in record_changes.after(before) for ticket in tickets}
    assert kept.ticket.number in changed


def test_who_is_at_a_ticket_is_told_to_those_who_may_see_it(ann: Agent, ben: Agent) -> None:
    board = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    secret, open_ = arrive(board, mail("Hush", to="board@desk.example")), arrive(mailbox(), mail("Open"))
    assert secret
    assert open_
    presence.be_here(ann, secret.ticket, writing=False)
    presence.be_here(ann, open_.ticket, writing=True)

    async def listen(agent: Agent) -> list[dict[str, Any]]:
        """What is told of two tickets, as far as this agent hears of both: once they came, and once they left."""
        client = AsyncClient()
        await client.aforce_login(agent)
        response = await client.get("/live")
        found: list[dict[str, Any]] = []

        async def hear() -> None:
            async for block in response.streaming_content:  # type: ignore[attr-defined]
                if block.startswith(b"event: presence"):
                    found.append(json.loads(block.decode().split("data: ")[1]))
                    if len(found) == 1:
                        await asyncio.to_thread(presence.leave, ann, open_.ticket)
                    if not found[-1]["people"]:
                        return

        await asyncio.wait_for(hear(), 6)
        return found

    heard_by_ben = ran(listen(ben))
    assert {one["ticket"] for one in heard_by_ben} == {open_.ticket.number}
    assert [one["people"] and one["people"][0]["name"] for one in (heard_by_ben[0], heard_by_ben[-1])] == [ann.name, []]
    assert heard_by_ben[0]["people"][0]["writing"] is True


def test_a_stream_that_does_not_keep_up_is_ended_so_that_it_comes_again() -> None:
    async def fill() -> None:
        stream = live.Stream(1)
        for number in range(live.MOST_WAITING + 1):
            stream.put(live.written((number, frozenset([1]))))
        lines = [line async for line in live.follow(stream)]
        assert len(lines) == live.MOST_WAITING - 1

    ran(fill())


def test_nobody_hears_without_signing_in() -> None:
    async def ask() -> int:
        return (await AsyncClient().get("/live")).status_code

    assert ran(ask()) == 401


async def lines_until_its_end(agent: Agent, end: Callable[[str], None]) -> list[bytes]:
    """What a stream says from when its session is ended until it ends itself."""
    client = AsyncClient()
    await client.aforce_login(agent)
    response = await client.get("/live")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    await sync_to_async(end)(session)

    async def rest() -> list[bytes]:
        return [block async for block in response.streaming_content]  # type: ignore[attr-defined]

    return await asyncio.wait_for(rest(), 10)


def test_a_stream_ends_when_its_session_has_ended(ben: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(live, "SESSION_SECONDS", 0.3)
    said = ran(lines_until_its_end(ben, lambda key: SessionStore(key).delete()))
    assert live.BEAT in said
