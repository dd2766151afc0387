"""Where the record's files lie: a folder, or a bucket. Names are the same in both."""

import contextlib
import io
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings

_ASIDE = re.compile(r"\.[0-9a-f]{32}")
READ_AT_ONCE = 64 * 1024  # bytes
OPEN_AT_ONCE = 100  # files that are open while a batch is written


class Store(Protocol):
    """Holds files by name ("spool/in/…", "2026-11/cur/…"). A name, once written, keeps its bytes, unless it is erased."""

    def write(self, name: str, data: bytes) -> None:
        """Store `data` durably; writing the same name again is harmless. Raises OSError when it is not stored."""

    def write_many(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Store many (name, data) at once, which is faster. Raises OSError when any is not stored."""

    def replace(self, name: str, data: bytes) -> None:
        """Store `data` durably in place of what `name` holds: an erasure. Raises OSError when it is not stored."""

    def settle(self, *folders: str) -> None:
        """Make the names written to `folders` durable; one call serves a whole batch. Raises OSError."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises FileNotFoundError."""

    def keeps_versions(self) -> bool:
        """Whether what is replaced or removed stays as an earlier version."""

    def remove(self, name: str) -> None:
        """Remove a file; a missing one is no error."""

    def modified(self, name: str) -> datetime | None:
        """Return when a file was written, None when it is not there."""

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of the files below `folder`, in no order."""

    def read_many(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the bytes of many files in their order, None for one that is not there. Raises OSError."""

    def unfinished(self) -> Iterator[str]:
        """Yield the names of files whose writing was cut off: nobody refers to them."""


def write_all(file: io.FileIO, data: bytes) -> None:
    """Write everything, however many calls that takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def start_writing(descriptor: int) -> None:
    """Ask the system to begin writing a file to the disk, and do not wait: only fsync promises anything."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderStore:
    """The record in a folder: written aside, fsynced, renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: set[Path] = set()

    def _folder(self, path: Path) -> None:
        if path in self._made and path.is_dir():
            return
        if self._made and not self.root.is_dir():  # made anew, it would lie where the real one is mounted again
            raise FileNotFoundError(f"The folder of the record is not there any more: {self.root}")
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
        if path.name == "cur":  # a Maildir has three folders, or mail programs do not see one
            (path.parent / "new").mkdir(mode=0o750, exist_ok=True)
            (path.parent / "tmp").mkdir(mode=0o750, exist_ok=True)
        for parent in path.relative_to(self.root).parents:  # a new folder is durable once its parent is
            _sync(self.root / parent)
        self._made.add(path)

    def write(self, name: str, data: bytes) -> None:
        self.write_many([(name, data)])

    def replace(self, name: str, data: bytes) -> None:
        self.write(name, data)  # written aside and renamed: there is never half a file
        self.settle(name.rsplit("/", 1)[0])

    def write_many(self, files: Sequence[tuple[str, bytes]]) -> None:
        for start in range(0, len(files), OPEN_AT_ONCE):
            self._write(files[start : start + OPEN_AT_ONCE])

    def _write(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Let the disk begin with all of them, then wait for each: the waits are short, and one journal serves many."""
        written: list[tuple[str, Path]] = []  # (the file aside, its place)
        try:
            with contextlib.ExitStack() as opened:
                descriptors = []
                for name, data in files:
                    target = self.root / name
                    written.append((self._aside(target), target))
                    file = opened.enter_context(open(written[-1][0], "xb", buffering=0))
                    write_all(file, data)
                    descriptors.append(file.fileno())
                    start_writing(file.fileno())
                for descriptor in descriptors:
                    os.fsync(descriptor)
            for aside, target in written:
                os.rename(aside, target)
        except OSError:
            for aside, _ in written:
                with contextlib.suppress(OSError):
                    os.unlink(aside)
            raise

    def _aside(self, target: Path) -> str:
        folder = target.parent
        self._folder(folder)
        return f"{folder.parent / 'tmp' if folder.name == 'cur' else folder}/.{uuid.uuid4().hex}"

    def settle(self, *folders: str) -> None:
        for folder in folders:
            _sync(self.root / folder)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def keeps_versions(self) -> bool:
        return False

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.root / name).unlink()

    def modified(self, name: str) -> datetime | None:
        try:
            return datetime.fromtimestamp((self.root / name).stat().st_mtime, tz=UTC)
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> Iterator[str]:
        yield from _below(str(self.root / folder), f"{folder}/" if folder else "")

    def read_many(self, names: Iterable[str]) -> Iterator[bytes | None]:
        base = f"{self.root}/"
        for name in names:
            try:
                yield _whole(base + name)
            except FileNotFoundError:
                yield None

    def unfinished(self) -> Iterator[str]:
        for path in self.root.rglob(".*"):
            if _ASIDE.fullmatch(path.name):
                yield str(path.relative_to(self.root))


def _whole(path: str) -> bytes:
    """Return a file's bytes in three calls of the system where `open` needs six: this is done a million times."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(descriptor, READ_AT_ONCE)
        if len(data) == READ_AT_ONCE:
            with open(descriptor, "rb", buffering=0, closefd=False) as file:
                data += file.read()
        return data
    finally:
        os.close(descriptor)


def _below(folder: str, name: str) -> Iterator[str]:
    """Yield the names of files below a folder; the kind of each comes with its name, no file is asked for it."""
    try:
        found = os.scandir(folder)
    except FileNotFoundError:
        return
    with found:
        for one in found:
            if one.name.startswith("."):
                continue
            if one.is_dir(follow_symlinks=False):
                yield from _below(one.path, f"{name}{one.name}/")
            else:
                yield name + one.name


def store_at(url: str, secret: str = "") -> Store:
    """Return the store that a URL names: file:///path or s3://key@bucket/prefix?endpoint=…&region=…, the last three optional."""
    parts = urlsplit(url)
    if parts.scheme != "s3":
        return FolderStore(Path(unquote(parts.path)))
    from tickets.record.bucket import Access, BucketStore  # noqa: PLC0415 - boto3 is heavy, and only for those who keep it there

    asked = dict(parse_qsl(parts.query))
    access = Access(asked.get("endpoint", ""), asked.get("region", ""), unquote(parts.username or ""), secret)
    prefix = parts.path.strip("/")
    return BucketStore(parts.netloc.rpartition("@")[2], f"{prefix}/" if prefix else "", access)


@lru_cache(maxsize=8)
def _open(url: str) -> Store:
    return store_at(url)


def store() -> Store:
    """Return the store that RECORD_URL names."""
    return _open(settings.RECORD_URL)
