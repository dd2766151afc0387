"""A real Redis, the one that `make run` embeds, on the socket of the settings."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from helpdesk import redis
from tests.services.ports import wait_until


@contextmanager
def running(socket: Path, folder: Path) -> Iterator[str]:
    """Its URL, for as long as the block runs."""
    redis.prepare(socket, folder)
    command = redis.arguments(redis.find_binary(), socket, folder)
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        url = f"unix://{socket}"
        wait_until(lambda: pings(url), 10, "Redis did not answer")
        yield url
    finally:
        server.terminate()
        server.wait(10)


def pings(url: str) -> bool:
    """Whether it answers."""
    try:
        with Redis.from_url(url) as client:
            return bool(client.ping())
    except RedisError:
        return False
