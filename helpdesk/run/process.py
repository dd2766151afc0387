"""One forked part: what happens in the child, and what the parent knows of it."""

import ctypes
import faulthandler
import multiprocessing
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
REASON_BYTES = 4000


@dataclass(frozen=True)
class Part:
    """A process to keep alive. `run` returns only when the part is told to stop (SIGTERM)."""

    name: str
    run: Callable[[], None]


@dataclass
class Child:
    """A running part, as its parent sees it."""

    part: Part
    pid: int
    started: float
    reason_from: int

    def reason(self, status: int) -> str:
        """Why it ended: its own words, else the signal or the exit code."""
        with suppress(OSError):
            words = os.read(self.reason_from, REASON_BYTES).decode("utf-8", "replace") if self.has_words() else ""
            os.close(self.reason_from)
            if words:
                return words
        if os.WIFSIGNALED(status):
            return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
        return f"ended with exit code {os.waitstatus_to_exitcode(status)}"

    def has_words(self) -> bool:
        """Whether the child wrote a reason (a grandchild may still hold the pipe open, so a plain read could wait)."""
        return bool(select.select([self.reason_from], [], [], 0)[0])


def spawn(part: Part) -> Child:
    """Fork `part` from this process."""
    reading, writing = os.pipe()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        live(part, parent, writing)
    os.close(writing)
    return Child(part, pid, time.monotonic(), reading)


def live(part: Part, parent: int, reason_to: int) -> None:
    """The whole life of the child. Never returns."""
    code = 1
    try:
        become_child(part.name, parent)
        part.run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    except BaseException as error:
        traceback.print_exc()
        os.write(reason_to, f"{type(error).__name__}: {error}".encode()[:REASON_BYTES])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def become_child(name: str, parent: int) -> None:
    """Own process group (Ctrl-C reaches the parent alone), default signals, and no life after the parent's."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(parent)
    rename(name)
    faulthandler.enable()


def die_with_parent(parent: int) -> None:
    """Linux kills this process when its parent ends; elsewhere the heartbeat looks after it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def rename(name: str) -> None:
    """The name in ps (Linux keeps 15 bytes of it) and in the log."""
    multiprocessing.current_process().name = name
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(15, f"holdfast-{name}".encode()[:15], 0, 0, 0)


def raise_file_limit() -> None:
    """As many open files as the system allows: every mail connection and live stream is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536, hard)
        )
