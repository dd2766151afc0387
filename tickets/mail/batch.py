"""Group commit: what many connections bring at one moment is stored together, with one fsync and one transaction."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from tickets.inbox.accept import Arrival, accept_many

logger = logging.getLogger(__name__)

MOST = 100
MOST_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class _Waiting:
    """The arrivals of one mail, and where its connection waits for the answer."""

    arrivals: Sequence[Arrival]
    answer: "asyncio.Future[list[Exception | None]]"

    @property
    def size(self) -> int:
        return sum(len(arrival.raw) for arrival in self.arrivals)


class Batcher:
    """A thread that stores what connections hand in. `store` answers once everything is on the disk."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    async def store(self, arrivals: Sequence[Arrival]) -> list[Exception | None]:
        """Store arrivals; for each None, or why it is not stored and must not be acknowledged."""
        answer: asyncio.Future[list[Exception | None]] = self._loop.create_future()
        with self._changed:
            self._waiting.append(_Waiting(arrivals, answer))
            self._changed.notify()
        return await answer

    def end(self) -> None:
        """Store what waits, then end."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(30)

    def _run(self) -> None:
        while batch := self._next():
            self._answer(batch, stored([arrival for one in batch for arrival in one.arrivals]))
        connection.close()

    def _next(self) -> list[_Waiting]:
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            batch: list[_Waiting] = []
            size = 0
            while self._waiting and len(batch) < MOST and (not batch or size < MOST_BYTES):
                batch.append(self._waiting.popleft())
                size += batch[-1].size
            return batch

    def _answer(self, batch: list[_Waiting], results: list[Exception | None]) -> None:
        answers = []
        for one in batch:
            count = len(one.arrivals)
            answers.append((one.answer, results[:count]))
            results = results[count:]
        self._loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: "list[tuple[asyncio.Future[list[Exception | None]], list[Exception | None]]]") -> None:
    for future, result in answers:
        if not future.done():  # the connection may be gone
            future.set_result(result)


def stored(arrivals: Sequence[Arrival]) -> list[Exception | None]:
    """Store arrivals together; for each None, or why it is not stored. One that cannot be stored never stops the others."""
    error = _try(arrivals)
    if error is None:
        return [None] * len(arrivals)
    if len(arrivals) == 1 or isinstance(error, OSError | OperationalError | InterfaceError):
        return [error] * len(arrivals)
    return [_try([arrival]) for arrival in arrivals]


def _try(arrivals: Sequence[Arrival]) -> Exception | None:
    try:
        close_old_connections()
        accept_many(arrivals)
    except Exception as error:  # whatever it is, the source must hear "try again"
        logger.exception("%d arrivals could not be stored", len(arrivals))
        return error
    return None
