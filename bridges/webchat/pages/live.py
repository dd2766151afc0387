"""A stream for each open chat that says "there is something new"; the page then asks for its lines.

One task per process reads new entries for all of them; no stream holds a thread. The stream only hints: whatever it misses, the
page finds when it asks, and it asks whenever it connects.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.core.cache import cache
from django.db import Error
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from redis import RedisError

from bridges.webchat.channel import Webchat, typing_key
from bridges.webchat.pages.door import chat_of, pass_of, refused
from bridges.webchat.passes import Pass
from tickets.channels import Account, Reading, newest, something_new

EVERY_SECONDS = 0.25
BEAT_SECONDS = 25
NEW, TYPING, BEAT = b"event: new\ndata: 1\n\n", b"event: typing\ndata: 1\n\n", b"event: beat\ndata: 1\n\n"
ask = Reading("webchat").ask


@dataclass(eq=False, slots=True)
class Stream:
    """One open chat."""

    visitor: str
    typing: str  # where it stands that somebody writes to them
    is_new: asyncio.Event = field(default_factory=asyncio.Event)
    is_typed: bool = False


@dataclass(eq=False, slots=True)
class Hub:
    """The open chats of one process, by visitor, and the task that reads for all of them while there are any."""

    streams: dict[str, set[Stream]] = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None
    number: int = 0  # the newest entry that was told

    async def join(self, stream: Stream) -> None:
        """Let a stream take part; the first one starts the task."""
        if not self.streams:
            self.number = await ask(newest)
        self.streams.setdefault(stream.visitor, set()).add(stream)
        if self.task is None or self.task.done():
            # A context of its own: the task outlives the request that happens to start it.
            self.task = asyncio.create_task(self.watch(), context=contextvars.Context())

    def leave(self, stream: Stream) -> None:
        """Forget a stream that has ended."""
        there = self.streams.get(stream.visitor, set())
        there.discard(stream)
        if not there:
            self.streams.pop(stream.visitor, None)

    async def watch(self) -> None:
        """Read what is new until nobody listens. A database that does not answer is asked again."""
        while self.streams:
            with contextlib.suppress(Error, OSError, RedisError):
                self.number, changed = await ask(lambda: something_new(Webchat.name, self.number))
                for visitor in changed & self.streams.keys():
                    self.ring(visitor)
                await self.tell_of_typing()
            await asyncio.sleep(EVERY_SECONDS)

    def ring(self, visitor: str, *, is_typed: bool = False) -> None:
        """Wake the streams of a visitor."""
        for stream in self.streams.get(visitor, set()):
            stream.is_typed = is_typed
            stream.is_new.set()

    async def tell_of_typing(self) -> None:
        """Tell those to whom somebody writes just now."""
        there = {stream.typing: visitor for visitor, streams in self.streams.items() for stream in streams}
        typed = await ask(lambda: cache.get_many(list(there)))
        for key in typed:
            if not any(stream.is_new.is_set() for stream in self.streams.get(there[key], ())):
                self.ring(there[key], is_typed=True)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


@csrf_exempt
async def live(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The stream of a visitor's chat; 401 without a pass that counts, so that the page asks for a new one."""
    account, given = await ask(lambda: _visitor(request, public_id))
    if given is None:
        return refused("This pass does not count (any more): ask for a new one.", 401)
    stream = Stream(given.visitor, typing_key(account, given.visitor))
    still = lambda: pass_of(request, account) is not None  # noqa: E731
    response = StreamingHttpResponse(events(stream, still), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def _visitor(request: HttpRequest, public_id: str) -> tuple[Account, Pass | None]:
    account = chat_of(public_id)
    return account, pass_of(request, account)


async def events(stream: Stream, still: Callable[[], bool]) -> AsyncIterator[bytes]:
    """A hint at the beginning, then one for each change, with a sign of life in between; ends when the pass does."""
    hub = _hubs.setdefault(asyncio.get_running_loop(), Hub())
    await hub.join(stream)
    try:
        yield NEW
        while True:
            try:
                await asyncio.wait_for(stream.is_new.wait(), BEAT_SECONDS)
            except TimeoutError:
                if not await ask(still):
                    return
                yield BEAT
                continue
            event = TYPING if stream.is_typed else NEW
            stream.is_new.clear()
            stream.is_typed = False
            yield event
    finally:
        hub.leave(stream)
