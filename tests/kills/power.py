"""The power fails: every process ends at once, and what was not fsynced is not there any more."""

import json
import os
import re
import signal
from contextlib import suppress
from pathlib import Path

from tests.services.holdfast import Running
from tests.services.ports import wait_until


def kill_everything(house: Running) -> None:
    """kill -9 of the whole tree, its parent first: nobody can put anything in order."""
    pids = [house.process.pid, *house.pids().values()]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    house.process.wait(10)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 10, "a part lived on")


def forget_unsynced(record: Path, log: Path) -> int:
    """Undo what the disk never had: names that no fsync of their folder saw go, bytes that none saw are lost.

    Returns how many files that were. The database is SQLite's own affair: it has fsynced what it calls committed.
    """
    names, sizes = durable(log)
    lost = 0
    for path in sorted(record.rglob("*")):
        if not path.is_file() or path.parent.name == "config":  # the test's own commands write that, unnoted
            continue
        if path.name not in names.get(str(path.parent), set()):
            path.unlink()
            lost += 1
        elif sizes.get(path.stat().st_ino, -1) < path.stat().st_size:
            path.write_bytes(b"")
            lost += 1
    return lost


def durable(log: Path) -> tuple[dict[str, set[str]], dict[int, int]]:
    """The names in each folder at its last fsync, and the size of each file (by inode) at its last."""
    names: dict[str, set[str]] = {}
    sizes: dict[int, int] = {}
    for line in log.read_text().splitlines() if log.exists() else []:
        note = json.loads(line)
        if note["names"] is None:
            sizes[note["inode"]] = note["size"]
        else:
            names[note["folder"]] = set(note["names"])
    return names, sizes


def kept(record: Path, seed: int) -> set[str]:
    """The Message-IDs of this test's mails whose bytes lie in the record or in the spool."""
    found: set[str] = set()
    for path in record.rglob("*"):
        if path.is_file():
            text = path.read_text("latin-1")
            found.update(re.findall(rf"^Message-ID: <({seed}-\d+@customer\.example)>", text, re.MULTILINE))
    return found
