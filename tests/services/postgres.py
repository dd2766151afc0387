"""A real PostgreSQL with data of its own, on a unix socket. As root it runs as another user: initdb refuses root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from tests.services.ports import wait_until

# Processes are killed in the tests, the machine is not: nothing has to outlive a power failure here.
ONLY_FOR_A_WHILE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off")


def folder_of_binaries() -> Path | None:
    """Where initdb is; Debian keeps it off the PATH. The newest version when there are several."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda path: int(path.parent.name), default=None)


def other_user() -> dict[str, Any]:
    """What subprocess needs to become the user who may run PostgreSQL."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def running() -> Iterator[str]:
    """Its DATABASE_URL, for as long as the block runs."""
    binaries = folder_of_binaries()
    assert binaries, "PostgreSQL is not installed"
    user = other_user()
    folder = Path(tempfile.mkdtemp(prefix="holdfast-postgres-"))
    if user:
        os.chown(folder, user["user"], user["group"])
    options = {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **user}
    initdb = [
        binaries / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(initdb, check=True, **options)
    with open(folder / "log", "wb") as log:
        postgres = [
            binaries / "postgres",
            "-D",
            folder / "data",
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=200",
            *chain.from_iterable(("-c", setting) for setting in ONLY_FOR_A_WHILE),
        ]
        server = subprocess.Popen(postgres, stderr=log, **options)
        try:
            ready = [binaries / "pg_isready", "-q", "-h", folder]
            wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, 30, "PostgreSQL did not start")
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            server.terminate()
            server.wait(30)
            shutil.rmtree(folder, ignore_errors=True)


def empty_database(url: str) -> str:
    """Make another database on the server of `url`; return its URL."""
    name = f"made_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
