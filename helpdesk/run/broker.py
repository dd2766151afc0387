"""Redis before everything else: the embedded one as a part, or the server that REDIS_URL names."""

import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from redis import Redis, RedisError

from helpdesk import redis
from helpdesk.run.problems import CannotStart
from helpdesk.run.process import Part

START_SECONDS = 10


def prepare() -> Part:
    """The embedded Redis as a part. Raises CannotStart when there is no binary or its folder cannot be used."""
    try:
        binary = redis.find_binary()
        redis.prepare(settings.REDIS_SOCKET, settings.DATA_DIR / "redis")
    except (redis.NoRedis, OSError) as error:
        raise CannotStart(str(error)) from None
    return Part("redis", lambda: become_redis(binary))


def become_redis(binary: str) -> None:
    """Turn this process into Redis; its few warnings go to a file, whose end is the reason when it does not start."""
    log = os.open(settings.DATA_DIR / "redis" / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.execv(binary, redis.arguments(binary, settings.REDIS_SOCKET, settings.DATA_DIR / "redis"))


def wait(dead: Callable[[], bool]) -> None:
    """Until Redis answers. `dead` says that the embedded one has ended. Raises CannotStart."""
    late = time.monotonic() + START_SECONDS
    while True:
        try:
            with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2) as client:
                client.ping()
            return
        except RedisError as error:
            if dead() or time.monotonic() > late or not settings.REDIS_IS_EMBEDDED:
                raise CannotStart(explain(error)) from None
        time.sleep(0.01)


def explain(error: Exception) -> str:
    """Which Redis does not answer, in its own words, and what to do."""
    if settings.REDIS_IS_EMBEDDED:
        folder = settings.DATA_DIR / "redis"
        words = (
            (folder / "log").read_text("utf-8", "replace").strip().splitlines()[-3:]
            if (folder / "log").exists()
            else []
        )
        return (
            f"The embedded Redis does not start: {' '.join(words) or error} "
            f"It keeps nothing that cannot be made again: remove {folder} and start once more, or set REDIS_URL."
        )
    parts = urlsplit(settings.REDIS_URL)
    where = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
    return f"The Redis of REDIS_URL ({where}) does not answer: {error}. Start it, or unset REDIS_URL to use the embedded one."
