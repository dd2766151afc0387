"""Ring a worker after commit. The tables are the queues: a bell that is lost costs time, not messages.

`wake` never raises and never waits: a thread of its own does the ringing. A bell already rung and not yet answered is
not rung again.
"""

import os
import queue
import threading
from functools import lru_cache

from celery import current_app
from django.conf import settings
from django.db import transaction
from redis import Redis, RedisError

UNANSWERED_SECONDS = 5  # after this a bell may be rung again: its worker may have died
_bells: "queue.Queue[str]" = queue.Queue(maxsize=1000)
_ringer: tuple[int, threading.Thread] | None = None


def wake(task: str) -> None:
    """Ring the lane of `task` ("process_inbox", "append", …) once the transaction has committed."""
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(lambda: _enqueue(task))


def answered(task: str) -> None:
    """Say that a worker has heard the bell: from now on a new one counts."""
    try:
        _redis().delete(f"bell:{task}")
    except RedisError:
        pass  # the bell runs out by itself


def _enqueue(task: str) -> None:
    global _ringer
    if _ringer is None or _ringer[0] != os.getpid() or not _ringer[1].is_alive():  # threads do not survive a fork
        _ringer = (os.getpid(), threading.Thread(target=_ring_all, daemon=True, name="bells"))
        _ringer[1].start()
    try:
        _bells.put_nowait(task)
    except queue.Full:
        pass  # the clock looks for what is due four times a second


def _ring_all() -> None:
    while True:
        _ring(_bells.get())


def _ring(task: str) -> None:
    try:
        if _redis().set(f"bell:{task}", "1", nx=True, ex=UNANSWERED_SECONDS):
            current_app.send_task(f"tickets.tasks.{task}", retry=False, ignore_result=True)
    except Exception:
        return


@lru_cache(maxsize=1)
def _client(url: str, process: int) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=1)


def _redis() -> Redis:
    return _client(settings.REDIS_URL, os.getpid())
