"""GET /live: one stream of server-sent events per browser, that says "ticket N changed" and who is at which ticket.

One task per process reads new entries twice a second, whatever the number of streams; no stream holds a thread. The id
of each change is an entry's number, so that Last-Event-ID (or ?after=) resumes where a cut connection ended. Who is where
is told whole for each ticket, without an id: what was missed of it is worthless; of notifications, that there are others
than before. A beat every 15 s lets a page that was
asleep find out that its connection is gone.
"""

import asyncio
import contextlib
import contextvars
import json
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from weakref import WeakKeyDictionary

from allauth.core.internal.sessionkit import get_session_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from tickets.actions import notify, presence
from tickets.actions.presence import Present
from tickets.channels.reading import Reading
from tickets.models import Agent
from tickets.permissions import visible_to
from tickets.record import changes as record_changes
from tickets.record.changes import MOST_AT_ONCE, Change
from tickets.views.presence import told

EVERY_SECONDS = 0.5
HEARTBEAT_SECONDS = 15
SESSION_SECONDS = 60  # after which a stream asks again whether its session still is one
BEAT = b"event: beat\ndata: 1\n\n"
MOST_WAITING = 1000  # events for one slow browser; with more it is cut off, and resumes where it was
ask = Reading("live").ask


def visible_among(agent_pk: int, changes: Iterable[Change]) -> list[Change]:
    """These changes with those tickets alone that the agent may see now; nothing when they have been removed."""
    changes = list(changes)
    seen = visible_numbers(agent_pk, frozenset().union(*(tickets for _number, tickets in changes)))
    return [(number, tickets & seen) for number, tickets in changes if tickets & seen]


def visible_numbers(agent_pk: int, numbers: Collection[int]) -> frozenset[int]:
    """Those of these tickets that the agent may see now; none when they have been removed."""
    agent = Agent.objects.filter(pk=agent_pk, removed_at__isnull=True).first() if numbers else None
    if agent is None:
        return frozenset()
    return frozenset(visible_to(agent).filter(number__in=numbers).values_list("number", flat=True))


@dataclass(eq=False, slots=True)
class Stream:
    """One browser that listens."""

    agent: int
    is_signed_in: Callable[[], bool] = lambda: True
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def put(self, event: bytes) -> None:
        """Queue an event; a browser that does not keep up is told to come again."""
        if self.waiting.full():
            self.waiting.get_nowait()
            self.waiting.put_nowait(None)
        else:
            self.waiting.put_nowait(event)


@dataclass(eq=False, slots=True)
class Hub:
    """The streams of one process, and the task that reads for all of them while there are any."""

    streams: set[Stream] = field(default_factory=set)
    task: "asyncio.Task[None] | None" = None
    number: int = 0  # the newest entry that was told
    present: dict[int, frozenset[Present]] = field(default_factory=dict)  # who is where, as it was told
    told: set[tuple[int, int, datetime]] | None = None  # the changes of notifications that were told lately

    async def join(self, stream: Stream) -> None:
        """Let a stream take part; the first one starts the task."""
        start = await ask(record_changes.newest)
        self.streams.add(stream)
        self.number = min(self.number, start)  # a record begun anew counts from the beginning
        if self.task is None or self.task.done():
            # A context of its own: the task outlives the request that happens to start it.
            self.number = start
            self.task = asyncio.create_task(self.watch(), context=contextvars.Context())

    async def watch(self) -> None:
        """Read what is new until nobody listens. A database that does not answer is asked again."""
        while self.streams:
            with contextlib.suppress(Error, OSError):
                self.number = await self.tell(self.number)
                await self.tell_who_is_where()
                await self.tell_of_notifications()
            await asyncio.sleep(EVERY_SECONDS)

    async def tell(self, number: int) -> int:
        """Tell every stream what came after `number`; return the newest number that was told."""
        changes = await ask(lambda: record_changes.after(number))
        for agent in {stream.agent for stream in self.streams} if changes else ():
            seen = await ask(partial(visible_among, agent, changes))
            for stream in [one for one in self.streams if one.agent == agent]:
                for change in seen:
                    stream.put(written(change))
        return changes[-1][0] if changes else number

    async def tell_who_is_where(self) -> None:
        """Tell every stream of the tickets to which somebody came, or from which they went."""
        before, self.present = self.present, await ask(presence.everywhere)
        numbers = before.keys() | self.present.keys()
        moved = frozenset(number for number in numbers if before.get(number) != self.present.get(number))
        for agent in {stream.agent for stream in self.streams} if moved else ():
            events = await self.whereabouts(agent, moved)
            for stream in [one for one in self.streams if one.agent == agent]:
                for event in events:
                    stream.put(event)

    async def tell_of_notifications(self) -> None:
        """Tell the streams of those whose notifications changed, and not which: the page asks."""
        before, self.told = self.told, await ask(notify.changes)
        agents = {agent for agent, _row, _at in self.told - before} if before is not None else set()
        for stream in [one for one in self.streams if one.agent in agents]:
            stream.put(b"event: told\ndata: 1\n\n")

    async def whereabouts(self, agent: int, numbers: Collection[int]) -> list[bytes]:
        """Who is at those of these tickets that an agent may see, as events."""
        seen = await ask(partial(visible_numbers, agent, numbers))
        return [whereabouts(number, self.present.get(number, frozenset())) for number in sorted(seen)]


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


@require_safe
async def live(request: HttpRequest) -> HttpResponseBase:
    """The stream for the signed-in agent; 401 without one, so that the browser stops asking."""
    user = await request.auser()
    if not isinstance(user, Agent):
        return HttpResponse(status=401)
    last = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    after = int(last) if last.isdecimal() and len(last) < 19 else None
    there = partial(is_signed_in, request.session)
    response = StreamingHttpResponse(events(Stream(user.pk, there), after), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def is_signed_in(session: SessionBase) -> bool:
    """Whether the session has not been ended since, and its password is still the person's."""
    return get_session_user(type(session)(session.session_key)) is not None


async def events(stream: Stream, after: int | None) -> AsyncIterator[bytes]:
    """What was missed since `after`, then what happens, with a sign of life every 15 s."""
    hub, agent = _hubs.setdefault(asyncio.get_running_loop(), Hub()), stream.agent
    await hub.join(stream)
    try:
        yield b"retry: 1000\n\n"
        if after is not None:
            changes = await ask(lambda: record_changes.after(after))
            if len(changes) == MOST_AT_ONCE:
                yield b'data: {"all": true}\n\n'
            for change in await ask(lambda: visible_among(agent, changes)):
                yield written(change)
        for event in await hub.whereabouts(agent, hub.present.keys()):
            yield event
        async for line in follow(stream):
            yield line
    finally:
        hub.streams.discard(stream)


async def follow(stream: Stream) -> AsyncIterator[bytes]:
    """The stream's events as they come; ends when it could not keep up, and soon after the session has ended."""
    asked = time.monotonic()
    while True:
        try:
            event = await asyncio.wait_for(stream.waiting.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            event = BEAT
        if event is None:
            return
        if time.monotonic() - asked >= SESSION_SECONDS:
            if not await ask(stream.is_signed_in):
                return
            asked = time.monotonic()
        yield event


def written(change: Change) -> bytes:
    """One event as it goes over the wire."""
    number, tickets = change
    return b"".join(b"id: %d\ndata: %s\n\n" % (number, json.dumps({"ticket": one}).encode()) for one in sorted(tickets))


def whereabouts(number: int, people: frozenset[Present]) -> bytes:
    """Who is at a ticket, as one event without an id: it leaves Last-Event-ID as it is."""
    return b"event: presence\ndata: %s\n\n" % json.dumps(told(number, people)).encode()
