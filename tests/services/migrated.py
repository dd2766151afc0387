"""Databases with all tables and nothing in them, copied from one that was migrated once: a start need not do it each time.

`make test` migrates one for all of its workers and names it in MIGRATED; a test that is run alone makes its own.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLE = "MIGRATED"


def migrate(url: str, folder: Path) -> None:
    """Give the database of `url` ("": SQLite in `folder`) all its tables."""
    values = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=ROOT, env=values, stdin=subprocess.DEVNULL, check=True)


def make(url: str, folder: Path) -> str:
    """Make what is copied; return what MIGRATED says of it: the name of a database of the server of `url`, or a file."""
    if not url:
        migrate("", folder)
        return str(folder / "db.sqlite3")
    name = f"migrated_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    migrate(urlunsplit(urlsplit(url)._replace(path=f"/{name}")), folder)
    return name


@cache
def _template(url: str) -> str:
    """Of this process, where nobody has made one for all."""
    named = os.environ.get(VARIABLE, "")
    if named and bool(url) != named.endswith(".sqlite3"):
        return named
    folder = Path(tempfile.mkdtemp(prefix="holdfast-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make(url, folder)


def put_into(data_dir: Path) -> None:
    """Put an empty SQLite database into a folder that has none."""
    data_dir.mkdir(parents=True, exist_ok=True)
    there = data_dir / "db.sqlite3"
    if not there.exists() or not there.stat().st_size:
        shutil.copyfile(_template(""), there)


def database(url: str) -> str:
    """Make another database on the PostgreSQL server of `url`; return its URL."""
    name = f"made_{uuid4().hex}"
    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template(url)}"')  # type: ignore[arg-type]
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
