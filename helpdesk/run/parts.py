"""What the parts do once they are forked: web, one worker per lane, clock, mail."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import partial
from types import FrameType

import uvicorn
from celery.exceptions import WorkerShutdown
from celery.signals import task_postrun, task_prerun
from celery.worker import WorkController, state
from django.conf import settings
from django.db import close_old_connections, connection
from redis import Redis, RedisError

from helpdesk.asgi import application
from helpdesk.celery import app
from helpdesk.run import phones
from helpdesk.run.process import Part
from tickets import heartbeat
from tickets.demo.alone import beside_others
from tickets.mail import run_listener, run_pollers
from tickets.tasks import tick
from tickets.wake import wake

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.25
# Second chances for what a lost bell left behind; nothing is wrong when there is nothing to do.
SWEEP_SECONDS = 15.0
DEAF_LOOKS = 3
# The listener asks for mailboxes all day long: its threads keep their connections for a while.
KEPT_SECONDS = 60


def parts(names: Collection[str], door: socket.socket | None) -> list[Part]:
    """The named parts in the order of their start; `door` is the web server's listening socket."""
    everything: dict[str, Callable[[], None]] = {
        "web": partial(serve, door),
        **{lane: partial(work, lane) for lane in settings.LANES},
        "clock": keep_time,
        "mail": carry_mail,
        "phone": lambda: phones.answer(stop_event()),
    }
    return [Part(name, living(name, run)) for name, run in everything.items() if name in names]


def living(name: str, run: Callable[[], None]) -> Callable[[], None]:
    """`run` with a thread beside it that tells /healthz of this process, and ends it when its parent is gone."""

    def lived() -> None:
        threading.Thread(target=show_life, args=(name, os.getppid()), name="heartbeat", daemon=True).start()
        run()

    return lived


def show_life(name: str, parent: int) -> None:
    """Every few seconds, for ever. A worker that hears no bell any more ends, and its parent starts another."""
    client, deaf = heartbeat.connect(), 0
    while os.getppid() == parent and deaf < DEAF_LOOKS:
        heartbeat.beat(client, name)
        time.sleep(heartbeat.EVERY_SECONDS)
        deaf = deaf + 1 if name in settings.LANES and is_deaf(client, name) else 0
    if deaf:
        logger.error("the worker of lane %s no longer hears its bells and is replaced", name)
    os._exit(1)


def is_deaf(client: Redis, lane: str) -> bool:
    """Whether bells wait while this worker does nothing: Celery's consumer can lose its Redis and not notice."""
    try:
        return not state.active_requests and bool(client.llen(f"{settings.BELLS_PREFIX}{lane}"))
    except RedisError:
        return False


def serve(door: socket.socket | None) -> None:
    """The web server on a socket that already listens. Live streams are cut three seconds after the signal."""
    with_pool()
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=64 * 1024,
    )
    uvicorn.Server(config).run(sockets=[door] if door else None)


def work(lane: str) -> None:
    """A Celery worker for one lane, one task at a time, in this process. SIGTERM lets the task in hand end."""
    with_pool()
    if settings.DEMO:
        pause_for_deletion()
    signal.signal(signal.SIGTERM, stop_worker)
    worker = WorkController(
        app=app,
        hostname=f"{lane}-{os.getpid()}@{socket.gethostname()}",
        pool="solo",
        concurrency=1,
        queues=[lane],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    if worker.exitcode:
        raise RuntimeError(f"the worker of lane {lane} ended with exit code {worker.exitcode}; the log above says why")


def pause_for_deletion() -> None:
    """In a demo each task waits while a visitor has the database deleted and rebuilt (tickets/demo/deletion.py)."""
    held = ExitStack()
    task_prerun.connect(lambda **_: held.enter_context(beside_others()), weak=False)
    task_postrun.connect(lambda **_: held.close(), weak=False)


def stop_worker(number: int, frame: FrameType | None) -> None:
    """A signal handler: leave at once when idle, else after the task in hand."""
    if state.active_requests:
        state.should_stop = 0
    else:
        raise WorkerShutdown(0)


def keep_time() -> None:
    """Four times a second: ring for what is due. A database that is away for a while is only logged."""
    stop, swept = stop_event(), 0.0
    while not stop.wait(TICK_SECONDS):
        try:
            tick()
            if time.monotonic() - swept > SWEEP_SECONDS:
                wake("sweep")
                swept = time.monotonic()
        except Exception:
            logger.exception("the clock missed a tick")
            close_old_connections()
            stop.wait(1)


def carry_mail() -> None:
    """The SMTP and LMTP listener, and the pollers of all mailboxes, in one process."""
    connection.settings_dict["CONN_MAX_AGE"] = KEPT_SECONDS
    stop = stop_event()
    pollers = threading.Thread(target=run_pollers, args=(stop,), name="pollers")
    pollers.start()
    try:
        run_listener(stop)
    finally:
        stop.set()
        pollers.join()


def with_pool() -> None:
    """Take PostgreSQL connections from a pool. Not for a part whose threads come and go: one that ends keeps its own."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["pool"] = settings.DATABASE_POOL


def stop_event() -> threading.Event:
    """Set by SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    return stop
