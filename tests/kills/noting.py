"""Holdfast that notes what it has fsynced: `python -m tests.kills.noting LOG run`; with LOG "-" it fsyncs nothing at all.

kill -9 leaves the system's cache alone; only what is in the log would have outlived the power.
"""

import json
import os
import stat
import sys
from collections.abc import Callable

from django.core.management import execute_from_command_line


def noting(log: str, fsync: Callable[[int], None]) -> Callable[[int], None]:
    """An fsync that writes down what is durable afterwards: a file's bytes, or a folder's names."""
    notes = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def noted(descriptor: int) -> None:
        state = os.fstat(descriptor)
        names = os.listdir(descriptor) if stat.S_ISDIR(state.st_mode) else None
        path = os.readlink(f"/proc/self/fd/{descriptor}") if names is not None else ""
        fsync(descriptor)
        note = {"inode": state.st_ino, "size": state.st_size, "folder": path, "names": names}
        os.write(notes, json.dumps(note).encode() + b"\n")

    return noted


def main() -> None:
    """Change os.fsync, then do what manage.py does."""
    log = sys.argv.pop(1)
    os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
    os.fsync = (lambda descriptor: None) if log == "-" else noting(log, os.fsync)  # type: ignore[assignment]
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
