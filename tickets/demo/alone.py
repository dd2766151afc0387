"""Everybody in a demo works under a shared lock on its DATA_DIR; who empties the database holds it alone.

helpdesk/run lets the workers of a demo take it for each task; where there is no demo, nobody takes it.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

PATIENCE = 30.0  # seconds until those who are at work must have ended


class Busy(Exception):
    """Somebody holds it."""


def _file() -> IO[bytes]:
    folder = settings.DATA_DIR / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(folder / "work", "ab")


@contextmanager
def beside_others() -> Iterator[None]:
    """Work as everybody does; waits while somebody is alone."""
    with _file() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Wait until the others have ended what they do, and keep them waiting. Raises Busy after half a minute."""
    late = time.monotonic() + PATIENCE
    with _file() as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > late:
                    raise Busy from None
                time.sleep(0.05)
        yield
