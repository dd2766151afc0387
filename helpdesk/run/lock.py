"""One `run` per DATA_DIR: two appenders of one machine, or two Redis on one socket, would be in each other's way."""

import fcntl
import os
from pathlib import Path
from typing import IO

from helpdesk.run.problems import CannotStart


def lock(data_dir: Path) -> IO[str]:
    """Hold DATA_DIR for as long as the returned file stays open; it ends with the process. Raises CannotStart."""
    folder = data_dir / "run"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(folder / "lock", "a+", encoding="ascii")  # noqa: SIM115
    except OSError as error:
        raise CannotStart(
            f"{folder} cannot be written ({error.strerror}). Give it to this user, or set DATA_DIR."
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise CannotStart(
            f"Holdfast already runs on {data_dir} (process {file.read().strip() or 'unknown'}). "
            "Stop it first, or set DATA_DIR to another folder."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
