"""Bring the record back from a mirror: the same files under the same names, byte for byte, and proven by the chain."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from tickets.record.store import FolderStore
from tickets.record.target import Target, Trouble
from tickets.record.trace import LAST_FIELD
from tickets.record.verify import Fault, verify
from tickets.record.wrapper import Copied

BATCH, BATCH_BYTES = 100, 8 * 1024 * 1024
ERASED = b"\nHelpdesk-Erased: "
MOST_NAMED = 100
NAMES = re.compile(r"\d{4}-\d\d/cur/\w[\w.,:-]*|config/\w[\w.:-]*\.json", re.ASCII)  # no way leads out of the folder


@dataclass(slots=True)
class Fetched:
    """What came back; `troubles` say in words what did not, `faults` what the chain says of it."""

    entries: int = 0
    configs: int = 0
    troubles: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def fetch(target: Target, folder: Path, progress: Callable[[int], None] = lambda entries: None) -> Fetched:
    """Write everything that a mirror holds to `folder`, which then is a record; an interrupted one goes on by being repeated.

    Raises Trouble when the mirror cannot be read, or the folder not written.
    """
    back = _Back(folder)
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        for copied in target.read():
            back.take(copied)
            progress(back.found.entries)
        back.write()
        verified = verify(place=back.store)
        back.found.entries, back.found.faults = verified.entries, verified.faults
    except OSError as error:
        raise Trouble(_("%(where)s: %(error)s") % {"where": folder, "error": error}) from error
    return back.found


class _Back:
    """The record on its way back: files in batches, a tombstone never replaced by what it stands for."""

    def __init__(self, folder: Path) -> None:
        self.store = FolderStore(folder)
        self.found = Fetched()
        self.erased: set[str] = set()
        self.batch: dict[str, bytes] = {}
        self.size = 0

    def take(self, copied: Copied) -> None:
        """Note one file, and write when there are enough."""
        if wrong := _wrong_with(copied):
            if len(self.found.troubles) < MOST_NAMED:
                self.found.troubles.append(wrong)
            return
        if copied.name in self.erased:
            return
        if ERASED in copied.data.partition(LAST_FIELD)[0]:
            self.erased.add(copied.name)
        self.batch[copied.name] = copied.data
        self.size += len(copied.data)
        self.found.entries += not copied.name.startswith("config/")
        self.found.configs += copied.name.startswith("config/")
        if len(self.batch) >= BATCH or self.size >= BATCH_BYTES:
            self.write()

    def write(self) -> None:
        """Write what has come together."""
        self.store.write_many(list(self.batch.items()))
        if self.batch:
            self.store.settle(*sorted({name.rsplit("/", 1)[0] for name in self.batch}))
        self.batch, self.size = {}, 0


def _wrong_with(copied: Copied) -> str:
    """Why a file is not written, in words. Whoever keeps a copy may have put anything there, under any name."""
    if copied.words:
        return copied.words
    if not NAMES.fullmatch(copied.name):
        return _("%s is no name of a file of the record; it is left there.") % copied.name
    return "" if copied.data else _("%s is empty.") % copied.name
