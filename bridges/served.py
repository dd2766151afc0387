"""What every stand-in of a vendor that pushes has: an HTTP server on this machine, and callbacks that are repeated until they are taken."""

import json
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Generic, Self, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

LONGEST_PAUSE = 3600.0  # seconds, of the growing ones
PATIENCE = 10  # seconds for a callback
SAVED_EVERY = 1.0
T = TypeVar("T")  # one thing that is to be pushed


def save_always(fake: Any, file: Path, kept: Callable[[], dict[str, Any]]) -> threading.Thread:
    """Write what `kept` says of a stand-in into a file, whenever it has changed, for as long as the stand-in lives."""

    def save() -> None:
        last = ""
        while not fake.is_closed:
            with fake.changed:
                text = json.dumps(kept(), ensure_ascii=False)
            if text != last:
                file.parent.mkdir(parents=True, exist_ok=True)
                draft = file.with_suffix(".new")
                draft.write_text(text, "utf-8")
                draft.replace(file)
                last = text
            time.sleep(SAVED_EVERY)

    thread = threading.Thread(target=save, daemon=True, name="save")
    thread.start()
    return thread


class Handler(BaseHTTPRequestHandler):
    """Requests of one stand-in, `fake`; silent, and with one write for each answer."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write: two would wait for a delayed ACK
    fake: Any

    def log_message(self, *args: Any) -> None:
        """Say nothing: addresses may hold a token."""

    @property
    def raw(self) -> bytes:
        """The body; to be read once."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Answer; JSON unless `headers` say otherwise."""
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Listening:
    """A stand-in that listens, and wakes whoever waits for `changed`."""

    handler: type[Handler] = Handler
    server: ThreadingHTTPServer | None = None
    changed: threading.Condition
    is_closed: bool

    def start(self, port: int = 0) -> Self:
        """Listen on this machine; without a port on a free one."""
        handler = type("OwnHandler", (self.handler,), {"fake": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Listen no more, and push no more; who waits comes back with nothing."""
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_port}"


class Served(Listening, Generic[T]):
    """A stand-in that listens, and pushes what waits in `waiting`, oldest first."""

    together = 1  # how many are in one callback
    lanes = 1  # how many callbacks are under way at once
    waiting: list[T]

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.is_closed = False
        self.waiting = []

    @property
    @abstractmethod
    def target(self) -> str:
        """Where callbacks go; "" while nobody has said so."""

    @abstractmethod
    def signed(self, things: list[T]) -> tuple[bytes, dict[str, str]]:
        """Return a callback's body and headers."""

    def answered(self, things: list[T], body: bytes) -> None:
        """Take what a callback was answered with."""

    def pushes(self, together: int = 1) -> list[tuple[bytes, dict[str, str]]]:
        """Take out what waits to be pushed, signed."""
        found = []
        with self.changed:
            while self.waiting:
                things, self.waiting = self.waiting[:together], self.waiting[together:]
                found.append(self.signed(things))
        return found

    def deliver(self, together: int = 1) -> list[int]:
        """Push once what waits; return the statuses. What is not taken stays."""
        statuses: list[int] = []
        while self.waiting and self.target:
            things = self.waiting[:together]
            statuses.append(self.post(things))
            if statuses[-1] != 200:
                break
            with self.changed:
                del self.waiting[: len(things)]
        return statuses

    def post(self, things: list[T]) -> int:
        """Push; return the HTTP status, 0 when nobody answers."""
        body, headers = self.signed(things)
        try:
            with urlopen(Request(self.target, body, headers), timeout=PATIENCE) as response:  # noqa: S310
                self.answered(things, response.read())
                return int(response.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return 0

    def lane(self, thing: T) -> int:
        """Return a number that is the same for all that has to stay in order."""
        return 0

    def push_forever(self, second: float = 1.0) -> list[threading.Thread]:
        """Push in the background, with growing pauses until a callback is taken; `second`: how long one is."""
        threads = [
            threading.Thread(target=self._push, args=(lane, second), daemon=True, name=f"webhook {lane}")
            for lane in range(self.lanes)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _push(self, lane: int, second: float) -> None:
        pause = 1.0
        while not self.is_closed:
            with self.changed:
                mine = [one for one in self.waiting if self.lane(one) % self.lanes == lane][: self.together]
                if not (mine and self.target):
                    self.changed.wait(0.2)
                    continue
            if self.post(mine) == 200:
                with self.changed:
                    done = {id(one) for one in mine}
                    self.waiting[:] = [one for one in self.waiting if id(one) not in done]
                pause = 1.0
                continue
            self._rest(pause * second)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _rest(self, seconds: float) -> None:
        over = time.monotonic() + seconds
        while time.monotonic() < over and not self.is_closed:
            time.sleep(min(0.1, seconds))
