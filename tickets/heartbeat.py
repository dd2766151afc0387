"""Signs of life of the parts (web, worker lanes, clock, mail), kept in Redis for /healthz. A dead Redis is no error here."""

import json
import os
import socket
import time

from django.conf import settings
from redis import Redis, RedisError

PREFIX = "heartbeat:"
EVERY_SECONDS = 5
KEPT_SECONDS = 15


def connect() -> Redis:
    """A client that gives up within a second instead of holding its caller."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=1)


def beat(client: Redis, part: str) -> bool:
    """Say that this process serves `part`; forgotten after 15 s. False when Redis cannot be reached."""
    sign = json.dumps({"at": time.time(), "pid": os.getpid()})
    try:
        return bool(client.set(f"{PREFIX}{part}:{socket.gethostname()}:{os.getpid()}", sign, ex=KEPT_SECONDS))
    except RedisError:
        return False


def alive(client: Redis) -> dict[str, int]:
    """How many processes serve each part now. Raises RedisError when Redis cannot be reached."""
    counts: dict[str, int] = {}
    for key in client.scan_iter(f"{PREFIX}*", count=1000):
        _, part, host, pid = key.decode().split(":")
        if host != socket.gethostname() or is_process(int(pid)):
            counts[part] = counts.get(part, 0) + 1
    return counts


def is_process(pid: int) -> bool:
    """Whether a process of this machine is there: a killed one leaves its last sign behind for some seconds."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's, so it is there
    return True
