"""Where the record's files lie: a folder, or a bucket. Names are the same in both."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings


class Store(Protocol):
    """Holds files by name ("spool/in/…", "2026-11/cur/…"). A name, once written, keeps its bytes."""

    def write(self, name: str, data: bytes) -> None:
        """Store `data` durably; writing the same name again is harmless. Raises OSError when it is not stored."""

    def settle(self, *folders: str) -> None:
        """Make the names written to `folders` durable; one call serves a whole batch. Raises OSError."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises FileNotFoundError."""

    def remove(self, name: str) -> None:
        """Remove a file; a missing one is no error."""

    def modified(self, name: str) -> datetime | None:
        """Return when a file was written, None when it is not there."""

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of the files below `folder`, in no order."""


class FolderStore:
    """The record in a folder: written aside, fsynced, renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: set[Path] = set()

    def _folder(self, path: Path) -> None:
        if path in self._made and path.is_dir():
            return
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
        if path.name == "cur":  # a Maildir has three folders, or mail programs do not see one
            (path.parent / "new").mkdir(mode=0o750, exist_ok=True)
            (path.parent / "tmp").mkdir(mode=0o750, exist_ok=True)
        self._made.add(path)

    def write(self, name: str, data: bytes) -> None:
        target = self.root / name
        self._folder(target.parent)
        aside = target.parent.parent / "tmp" if target.parent.name == "cur" else target.parent
        temporary = aside / f".{uuid.uuid4().hex}"
        try:
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, target)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise

    def settle(self, *folders: str) -> None:
        for folder in folders:
            descriptor = os.open(self.root / folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.root / name).unlink()

    def modified(self, name: str) -> datetime | None:
        try:
            return datetime.fromtimestamp((self.root / name).stat().st_mtime, tz=UTC)
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> Iterator[str]:
        base = self.root / folder
        for path in base.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield str(path.relative_to(self.root))


@lru_cache(maxsize=8)
def _open(url: str) -> Store:
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from tickets.record.bucket import BucketStore  # noqa: PLC0415 - boto3 is heavy, and only for those who keep it there

        prefix = parts.path.strip("/")
        return BucketStore(parts.netloc, f"{prefix}/" if prefix else "")
    return FolderStore(Path(unquote(parts.path)))


def store() -> Store:
    """Return the store that RECORD_URL names."""
    return _open(settings.RECORD_URL)
