"""The Bot API by python-telegram-bot: one loop thread and one Bot per token in each process. Imported only when it is needed."""

import asyncio
import json
import logging
import os
import re
import threading
import time
import warnings
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

import httpx
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning, PTBUserWarning

from bridges.telegram.refusals import Refused, parameter

T = TypeVar("T")
log = logging.getLogger(__name__)
TOKEN = re.compile(r"\d{1,20}:[\w-]{1,200}", re.ASCII)  # anything else would end up in the address of the call
# What goes wrong before a byte of the request is written.
UNWRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
LOOKS_EVERY = 0.2  # seconds in which a long poll notices that it shall stop
READ_TIMEOUT = 20.0
LONGEST_CALL = 120.0  # seconds after which a call counts as unanswered, whatever the library does
_said: ContextVar[list[tuple[int, bytes]]] = ContextVar("answers of the API to the call of this task")

warnings.filterwarnings("ignore", category=PTBUserWarning, message="Please use")  # raw answers lose no unknown field
warnings.filterwarnings("ignore", category=PTBDeprecationWarning, message=".*retry_after")
for _name in ("httpx", "telegram"):  # their lines hold the address, and the address holds the token
    logging.getLogger(_name).setLevel(logging.WARNING)


class Request(HTTPXRequest):
    """Keeps the answers as they came: the library rewrites the vendor's words."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """See BaseRequest.do_request."""
        status, payload = await super().do_request(*args, **kwargs)
        _said.get([]).append((status, payload))
        return status, payload


def call(token: str, url: str, make: Callable[[Bot], Awaitable[T]], stop: Callable[[], bool] | None = None) -> T | None:
    """Run one call of the API to its end; None when `stop()` became true before. Raises Refused."""
    if not TOKEN.fullmatch(token):
        raise Refused(401, "Unauthorized: invalid token specified", written=False)
    future = asyncio.run_coroutine_threadsafe(_told(bot(token, url), make), loop(os.getpid()))
    try:
        return _wait(future, stop)
    except CancelledError:
        return None


def send_off(token: str, url: str, make: Callable[[Bot], Awaitable[object]]) -> None:
    """Begin a call and wait for nothing; nobody learns whether it was done."""
    if TOKEN.fullmatch(token):
        asyncio.run_coroutine_threadsafe(_untold(bot(token, url), make), loop(os.getpid()))


async def _untold(client: Bot, make: Callable[[Bot], Awaitable[object]]) -> None:
    try:
        await make(client)
    except TelegramError as error:
        log.info("A call that nobody waits for was refused: %s", str(error).replace(client.token, "<token>"))


def _wait(future: "Future[T]", stop: Callable[[], bool] | None) -> T | None:
    over = time.monotonic() + LONGEST_CALL
    while time.monotonic() < over:
        try:
            return future.result(LOOKS_EVERY if stop else LONGEST_CALL)
        except TimeoutError:
            if future.done():
                raise Refused(0, "The call ended without an answer.") from None
            if stop and stop():
                future.cancel()
                return None
    future.cancel()
    raise Refused(0, f"No answer within {LONGEST_CALL:.0f} s.")


async def _told(client: Bot, make: Callable[[Bot], Awaitable[T]]) -> T:
    answers: list[tuple[int, bytes]] = []
    _said.set(answers)
    try:
        return await make(client)
    except TelegramError as error:
        raise _refused(error, answers, client.token) from None


def _refused(error: TelegramError, answers: list[tuple[int, bytes]], token: str) -> Refused:
    if not answers:
        cause = error.__cause__
        written = not isinstance(cause, UNWRITTEN)
        reason = f"{type(cause).__name__}: {cause}" if cause else str(error)
        return Refused(0, reason.replace(token, "<token>"), written=written)
    status, payload = answers[-1]
    try:
        found = json.loads(payload)
    except ValueError:
        found = {}
    answer: dict[str, Any] = found if isinstance(found, dict) else {}
    description = str(answer.get("description") or error).replace(token, "<token>")
    migrated = parameter(answer, "migrate_to_chat_id", int)
    return Refused(
        # An answer of 200 that the library could not read may well mean that it was done.
        0 if status < 300 else status,
        description,
        parameter(answer, "retry_after", float),
        None if migrated is None else int(migrated),
    )


def loop(process: int) -> asyncio.AbstractEventLoop:
    """Return the event loop of this process; it runs in a thread of its own."""
    with _making:
        return _loop(process)


@lru_cache(1)  # by process: threads do not survive a fork
def _loop(process: int) -> asyncio.AbstractEventLoop:
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, name="telegram", daemon=True).start()
    return made


def bot(token: str, url: str) -> Bot:
    """Return this process's Bot for a token at a Bot API server."""
    with _making:
        return _bot(token, url, os.getpid())


_making = threading.Lock()


@lru_cache(64)
def _bot(token: str, url: str, process: int) -> Bot:
    return Bot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=Request(connection_pool_size=8, read_timeout=READ_TIMEOUT, connect_timeout=10, pool_timeout=10),
        get_updates_request=Request(connection_pool_size=1, read_timeout=READ_TIMEOUT, connect_timeout=10),
    )
