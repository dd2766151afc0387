"""Keep parts alive: start them, start again what died, stop all of them on a signal."""

import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType

from helpdesk.run.problems import CannotStart
from helpdesk.run.process import Child, Part, spawn

logger = logging.getLogger(__name__)

QUICK_SECONDS = 5.0
QUICK_DEATHS = 3
STOP_SECONDS = 8.0
# Somebody else ended it: that is no sign of a part that cannot start.
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


class Supervisor:
    """The parent of all parts. Parts stop in the opposite order of their start groups."""

    def __init__(self) -> None:
        self.children: dict[int, Child] = {}
        self.quick_deaths: dict[str, int] = {}
        self.stopping = False
        self.starting = True
        self.wake_from, self.wake_to = os.pipe()

    def take_signals(self) -> None:
        """SIGTERM, SIGINT and SIGHUP stop everything; SIGCHLD wakes the loop."""
        os.set_blocking(self.wake_from, False)
        os.set_blocking(self.wake_to, False)
        signal.set_wakeup_fd(self.wake_to, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop_soon)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def stop_soon(self, number: int, frame: FrameType | None) -> None:
        """A signal handler: leaves a note for the loop; before there is one, it ends the start."""
        self.stopping = True
        if self.starting:
            sys.exit(0)

    def start(self, part: Part) -> Child:
        """Fork a part now."""
        child = spawn(part)
        self.children[child.pid] = child
        return child

    def ask(self, name: str, question: Callable[[], str]) -> str:
        """What `question` answers in a child: it may open connections and threads, which must not be there at a fork.

        Raises CannotStart when it fails.
        """
        reading, writing = os.pipe()
        child = self.start(Part(name, lambda: write(writing, question())))
        os.close(writing)
        with open(reading, encoding="utf-8") as answer:
            words = answer.read()
        _, status = os.waitpid(child.pid, 0)
        del self.children[child.pid]
        reason = child.reason(status)
        if status:
            raise CannotStart(f"The step “{name}” failed: {reason}")
        return words

    def watch(self) -> None:
        """Until told to stop: start again what died. Raises CannotStart for a part that does not stay up."""
        self.starting = False
        while not self.stopping:
            self.sleep(1.0)
            for child, reason in self.reap():
                self.replace(child, reason)

    def sleep(self, seconds: float) -> None:
        """Wait for a signal, at most this long."""
        if select.select([self.wake_from], [], [], seconds)[0]:
            with suppress(BlockingIOError):
                os.read(self.wake_from, 512)

    def reap(self) -> Iterable[tuple[Child, str]]:
        """The children that ended since the last call, each with the reason; the reason is "" when it came from outside."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.children.pop(pid, None)
            if child is not None:
                outside = os.WIFSIGNALED(status) and os.WTERMSIG(status) in FROM_OUTSIDE
                words = child.reason(status)
                logger.warning("%s (process %d) %s", child.part.name, pid, words)
                yield child, "" if outside else words

    def replace(self, child: Child, reason: str) -> None:
        """Start a part again, a little later each time. Raises CannotStart when it died three times within seconds."""
        if self.stopping:
            return
        name = child.part.name
        quick = time.monotonic() - child.started < QUICK_SECONDS
        deaths = self.quick_deaths[name] = self.quick_deaths.get(name, 0) + 1 if quick and reason else 0
        if deaths >= QUICK_DEATHS:
            raise CannotStart(f"The part “{name}” does not stay up: {reason}")
        time.sleep(0.3 * deaths)
        new = self.start(child.part)
        logger.info("%s is back as process %d", name, new.pid)

    def stop(self, last: str = "redis") -> None:
        """End every part, `last` after all others have gone; what does not go in time is killed."""
        self.stopping, self.starting = True, False
        self.end([child for child in self.children.values() if child.part.name != last])
        self.end(list(self.children.values()))

    def end(self, children: list[Child]) -> None:
        """SIGTERM, wait, SIGKILL."""
        for child in children:
            os.kill(child.pid, signal.SIGTERM)
        late = time.monotonic() + STOP_SECONDS
        while any(child.pid in self.children for child in children):
            if time.monotonic() > late:
                self.kill(children)
            self.sleep(0.2)
            self.forget_dead()

    def kill(self, children: list[Child]) -> None:
        """What did not go by itself."""
        for child in children:
            if child.pid in self.children:
                logger.warning("%s did not stop in %.0f s and is killed", child.part.name, STOP_SECONDS)
                os.kill(child.pid, signal.SIGKILL)

    def forget_dead(self) -> None:
        """Reap without a word: these were told to go."""
        for pid in list(self.children):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    os.close(self.children.pop(pid).reason_from)


def write(to: int, words: str) -> None:
    """Everything into a pipe."""
    with open(to, "w", encoding="utf-8") as pipe:
        pipe.write(words)
