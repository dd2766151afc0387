"""The file of a backup: a tar, written and read as a stream; by its name packed with gzip or zstd."""

import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    """Put bytes into the archive."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), int(time.time()), 0o600
    archive.addfile(info, BytesIO(data))


@contextmanager
def writing(path: Path) -> Iterator[tarfile.TarFile]:
    """An archive at `path`, open for as long as the block runs. Raises CommandError when zstd is wanted and missing."""
    if path.name.endswith(".zst"):
        with open(path, "wb") as file, _zstd("-T0", stdin=subprocess.PIPE, stdout=file) as process:
            with tarfile.open(fileobj=process.stdin, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                yield archive
            assert process.stdin
            process.stdin.close()
    else:
        with tarfile.open(str(path), "w|gz" if path.name.endswith((".gz", ".tgz")) else "w|") as archive:
            yield archive


@contextmanager
def reading(path: Path) -> Iterator[tarfile.TarFile]:
    """The archive at `path`. Raises CommandError when it is none."""
    try:
        if path.name.endswith(".zst"):
            with (
                open(path, "rb") as file,
                _zstd("-d", stdin=file, stdout=subprocess.PIPE) as process,
                tarfile.open(fileobj=process.stdout, mode="r|") as archive,
            ):
                yield archive
                assert process.stdout
                process.stdout.read()  # what pads the archive: so that zstd comes to its end
        else:
            with tarfile.open(str(path), "r|*") as archive:
                yield archive
    except (tarfile.TarError, EOFError) as error:
        raise CommandError(f"{path} is no backup, or a part of one: {error}. Take another copy of it.") from error


@contextmanager
def _zstd(*options: str, stdin: int | IO[bytes], stdout: int | IO[bytes]) -> Iterator["subprocess.Popen[bytes]"]:
    command = shutil.which("zstd")
    if command is None:
        raise CommandError("zstd is not installed here. Install it, or name the file .tar or .tar.gz.")
    with subprocess.Popen([command, "-q", "-c", *options], stdin=stdin, stdout=stdout) as process:
        yield process
    if process.returncode:
        raise CommandError(f"zstd ended with status {process.returncode}.")


def content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """Return a member of the archive, to be read before the next one."""
    found: Any = archive.extractfile(member)
    if found is None:
        raise CommandError(f"{member.name} in the backup is no file.")
    return found  # type: ignore[no-any-return]
