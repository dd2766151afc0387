"""Holdfast itself as its users run it: `manage.py run` in a process of its own."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import migrated
from tests.services.ports import answers, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("web", "in", "out", "slow", "record", "files", "clock", "mail")


@dataclass
class Running:
    """A running Holdfast: where it is, and what can be done to it."""

    process: "subprocess.Popen[bytes]"
    environment: dict[str, str]
    log: Path

    @property
    def data_dir(self) -> Path:
        return Path(self.environment["DATA_DIR"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def smtp_port(self) -> int:
        return int(self.environment["SMTP_PORT"])

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=15) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except OSError:
            return 0, ""

    def health(self) -> dict[str, Any]:
        """What /healthz says; {} while nobody answers."""
        status, body = self.get("/healthz")
        return json.loads(body) if status in {200, 503} else {}

    def pids(self) -> dict[str, int]:
        """The parts by name, with the process that serves each now; none when it has ended."""
        try:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        except OSError:
            return {}
        named = {}
        for child in children:
            with suppress(OSError):
                named[Path(f"/proc/{child}/comm").read_text().strip().removeprefix("holdfast-")] = int(child)
        if "redis-server" in named:
            named["redis"] = named.pop("redis-server")
        return named

    def kill(self, part: str) -> int:
        """kill -9 of one part; returns the process id it had."""
        pid = self.pids()[part]
        os.kill(pid, signal.SIGKILL)
        return pid

    def manage(self, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Another manage.py command on the same data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, input=stdin, capture_output=True, timeout=120, check=False,
        )  # fmt: skip

    def ask(self, code: str) -> Any:
        """Run Python with Django ready on the same data; what it gives to `tell(…)` comes back."""
        script = (
            f"import json, django; django.setup(); tell = lambda answer: print(json.dumps(answer, default=str))\n{code}"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT, env={**self.environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None

    def words(self) -> str:
        """Everything it has printed and logged."""
        return self.log.read_text("utf-8", "replace")


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """A clean environment on free ports; `settings` come on top."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "DATABASE_URL") if name in os.environ}
    ports = {"PORT": str(free_port()), "SMTP_PORT": str(free_port())}
    return {**kept, "DATA_DIR": str(data_dir), **ports, "PYTHONWARNINGS": "default", **settings}


def start(data_dir: Path, command: tuple[str, ...] = ("manage.py", "run"), **settings: str) -> Running:
    """Start `manage.py run`, or another command like it, and do not wait."""
    data_dir.mkdir(parents=True, exist_ok=True)
    values = environment(data_dir, **settings)
    log = data_dir.parent / f"{data_dir.name}.log"
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT, env=values, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=end_with_the_test,
        )  # fmt: skip
    return Running(process, values, log)


def end_with_the_test() -> None:
    """In the child: a test that is killed leaves no Holdfast behind (Linux: PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def ready(house: Running) -> bool:
    """Every part has shown life and the mail port answers. AssertionError when the command has ended."""
    assert house.process.poll() is None, house.words()
    workers = house.health().get("workers", {})
    return bool(workers) and all(workers.values()) and answers(house.smtp_port)


@contextmanager
def running(
    data_dir: Path, command: tuple[str, ...] = ("manage.py", "run"), from_nothing: bool = False, **settings: str
) -> Iterator[Running]:
    """A whole Holdfast, for as long as the block runs; killed when it does not stop by itself.

    Where it uses SQLite its database has its tables already, unless `from_nothing`.
    """
    if not (from_nothing or settings.get("DATABASE_URL", os.environ.get("DATABASE_URL", ""))):
        migrated.put_into(data_dir)
    house = start(data_dir, command, **settings)
    try:
        wait_until(lambda: ready(house), 180, "Holdfast did not start")
        yield house
    finally:
        stop(house)


def stop(house: Running) -> None:
    """As `kill` does: SIGTERM, and SIGKILL when that is not enough."""
    if house.process.poll() is None:
        house.process.terminate()
        try:
            house.process.wait(20)
        except subprocess.TimeoutExpired:
            house.process.kill()
            house.process.wait(5)
            raise
