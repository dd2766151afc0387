"""Where a mirror writes: what every kind of place promises, and the two that keep files by name, a folder and a bucket."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tickets.models import Mirror
from tickets.record.store import Store, store_at
from tickets.record.trace import LAST_FIELD
from tickets.record.wrapper import Copied

_ERASED = re.compile(rb"\nHelpdesk-Erased: (\d+)")


class Trouble(Exception):
    """The place cannot be used just now; the text says why, in the words of whoever said so, and what to do."""


class Cut(Trouble):
    """The connection broke while entries were handed over: some of them may be there."""


@dataclass(frozen=True, slots=True)
class File:
    """The file of one entry on its way to a mirror. `refused` says why it is not to be tried any more."""

    number: int
    name: str
    data: bytes
    at: datetime
    chain: str
    mailbox: str
    refused: str = ""

    @property
    def erased(self) -> int:
        """The number of the erasure that put a tombstone here; 0 when it is none."""
        found = _ERASED.search(self.data.partition(LAST_FIELD)[0])
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that is not there as it is: attached to another mail, or not at all. `words` are the place's own."""

    number: int
    missing: bool
    words: str


class Target(Protocol):
    """A place that a mirror writes to. Its methods raise Trouble; `put` raises Cut when it may have written in part."""

    rests: int  # seconds between two visits, so that a server sees no storm of sign-ins

    def probe(self) -> None:
        """Look whether the place answers and may be used; writes nothing."""

    def last(self) -> tuple[int, str] | None:
        """Return number and chain value (at least its first 16 digits) of the last entry there, None when there is none."""

    def put(self, files: Sequence[File], cursor: int) -> list[Refusal]:
        """Store entries, in order, all above `cursor`, which is safely there; one that is there already is left alone."""

    def replace(self, files: Sequence[File]) -> list[str]:
        """Put tombstones in the place of what was erased; return in words what could not be deleted."""

    def put_configs(self, configs: Sequence[tuple[str, bytes, datetime]]) -> None:
        """Store configurations by name; one that is there already is left alone."""

    def read(self) -> Iterator[Copied]:
        """Yield every file that is there, and in its place what is not, with the reason."""

    def close(self) -> None:
        """Leave."""


class StoreTarget:
    """A folder or a bucket: the same names as in the record."""

    rests = 5

    def __init__(self, store: Store, where: str) -> None:
        self.store = store
        self.where = where

    def probe(self) -> None:
        with _said_by(self.where):
            next(iter(self.store.names("config")), None)

    def last(self) -> tuple[int, str] | None:
        name = max((name.rsplit("/", 1)[1] for name in self._entries()), default="")
        number, _dot, chain = name.partition(":")[0].partition(".")
        return (int(number), chain) if number else None

    def _entries(self) -> Iterator[str]:
        with _said_by(self.where):
            yield from (name for name in self.store.names("") if "/cur/" in name)

    def put(self, files: Sequence[File], cursor: int) -> list[Refusal]:
        with _said_by(self.where):
            self.store.write_many([(file.name, file.data) for file in files])
            self.store.settle(*sorted({file.name.rsplit("/", 1)[0] for file in files}))
        return []

    def replace(self, files: Sequence[File]) -> list[str]:
        with _said_by(self.where):
            for file in files:
                self.store.replace(file.name, file.data)
        if files and self.store.keeps_versions():
            return [
                _("The bucket keeps versions of its objects: the earlier ones are still there. Delete them by hand.")
            ]
        return []

    def put_configs(self, configs: Sequence[tuple[str, bytes, datetime]]) -> None:
        with _said_by(self.where):
            self.store.write_many([(name, data) for name, data, _at in configs])
            self.store.settle(*sorted({name.rsplit("/", 1)[0] for name, _data, _at in configs}))

    def read(self) -> Iterator[Copied]:
        with _said_by(self.where):
            names = [name for name in self.store.names("") if "/cur/" in name or name.startswith("config/")]
            for name, data in zip(names, self.store.read_many(names), strict=True):
                yield Copied(name, data or b"")

    def close(self) -> None:
        """A folder or a bucket needs no goodbye."""


class _said_by:  # noqa: N801
    """What the system or the service says becomes Trouble that names the place."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise Trouble(_("%(where)s: %(error)s") % {"where": self.where, "error": error}) from error


def open_store(mirror: Mirror) -> StoreTarget:
    """Return the folder or bucket that a mirror's URL names. Raises Trouble."""
    parts = urlsplit(mirror.url)
    store = store_at(mirror.url, str(mirror.secrets.get("password") or ""))
    if parts.scheme == "s3":
        return StoreTarget(store, f"s3://{parts.netloc.rpartition('@')[2]}{parts.path}")
    folder = Path(unquote(parts.path))
    if not folder.is_dir() or (mirror.cursor and not any(folder.iterdir())):
        raise Trouble(
            _("The folder %s is not there or is empty. Make it, or mount its disk; nothing is written beside it.")
            % folder
        )
    return StoreTarget(store, str(folder))


def make_place(url: str) -> None:
    """Make the folder of a new mirror: when it is missing later, its disk is away. Raises Trouble."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        with _said_by(unquote(parts.path)):
            Path(unquote(parts.path)).mkdir(mode=0o750, parents=True, exist_ok=True)


def overlaps_record(url: str) -> bool:
    """Whether a folder or bucket lies in the record's own, or around it."""
    parts, ours = urlsplit(url), urlsplit(settings.RECORD_URL)
    if parts.scheme != ours.scheme or parts.scheme not in ("file", "s3"):
        return False
    one, other = (_path(found.netloc.rpartition("@")[2], found.path) for found in (parts, ours))
    return one.startswith(other) or other.startswith(one)


def _path(bucket: str, path: str) -> str:
    return f"{bucket}/{unquote(path).strip('/')}/" if bucket else f"{Path(unquote(path)).resolve()}/"
