"""Ports for the servers of a test."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens on 127.0.0.1."""
    with socket.socket() as visitor:
        visitor.settimeout(0.5)
        return visitor.connect_ex(("127.0.0.1", port)) == 0


def wait_until(what: Callable[[], object], seconds: float = 60, why: str = "it did not happen") -> None:
    """Ask again and again until it is so; AssertionError after `seconds`."""
    late = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < late, f"{why} (within {seconds:g} s)"
        time.sleep(0.02)
