"""Processes of a benchmark, and the CPU seconds that they and a local PostgreSQL take."""

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Used:
    """What one process took until it ended."""

    cpu_seconds: float
    peak_bytes: int


def fork(run: Callable[[], None]) -> int:
    """Run something in a process of its own; return its id. No database connection may be open."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            run()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def wait(pid: int, name: str) -> Used:
    """Wait for the end of a process. Raises RuntimeError when it failed; its reason is on standard error."""
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"The part “{name}” of the benchmark failed; its reason is printed above.")
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def postmaster() -> int | None:
    """Return the process id of the PostgreSQL server when it runs on this machine."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    try:
        name, fields = _stat(backend)
    except OSError:
        return None
    return int(fields[1]) if name.startswith("postgres") else None


def seconds_of(server: int | None) -> float:
    """Return the CPU seconds of a server, its living children, and those that it has waited for."""
    if server is None:
        return 0.0
    children = Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()
    total = 0
    for pid, last in [(server, 15), *((int(child), 13) for child in children)]:
        try:
            total += sum(int(ticks) for ticks in _stat(pid)[1][11:last])  # utime, stime, and those of waited children
        except OSError:
            continue
    return total / TICKS


def _stat(pid: int) -> tuple[str, list[str]]:
    """Return name and fields (state first) of /proc/PID/stat. Raises OSError when there is no such process."""
    name, _, rest = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").partition("(")[2].rpartition(")")
    return name, rest.split()
