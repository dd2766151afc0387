"""The listing: which files the record holds, by number, in 22 bytes of memory each, however many there are."""

import re
from array import array
from collections.abc import Iterator

from tickets.record.store import Store, store

_ENTRY = re.compile(r"(\d{4}-\d\d)/cur/(\d{10,18})\.([0-9a-f]{16}):2,([A-Za-z]*)")
OURS = ("spool/", "config/")  # folders of the record that hold no entries
SEEN = "S"  # the flags that a file is written with; a mail program may have changed them


class Listing:
    """The names of all entries' files, sorted by number; `strange` are files that stand between them and are none."""

    def __init__(self, names: Iterator[str]) -> None:
        self._numbers, self._chains, self._months = array("Q"), array("Q"), array("H")
        self._month_names: list[str] = []
        self._flags: dict[int, str] = {}
        self.strange: list[str] = []
        known: dict[str, int] = {}
        for name in names:
            found = _ENTRY.fullmatch(name)
            if found:
                self._add(found, known)
            elif not name.startswith(OURS):
                self.strange.append(name)
        order = sorted(range(len(self._numbers)), key=self._numbers.__getitem__)
        self._order = array("I", order)

    def _add(self, found: re.Match[str], known: dict[str, int]) -> None:
        month, number, chain, flags = found.groups()
        if month not in known:
            known[month] = len(self._month_names)
            self._month_names.append(month)
        if flags != SEEN:
            self._flags[len(self._numbers)] = flags
        self._numbers.append(int(number))
        self._chains.append(int(chain, 16))
        self._months.append(known[month])

    def __len__(self) -> int:
        return len(self._order)

    def number(self, place: int) -> int:
        """Return the number that the file at `place` is named with; places count from 0 in the order of numbers."""
        return self._numbers[self._order[place]]

    def chain(self, place: int) -> str:
        """Return the first 16 digits of the chain value, as the file's name has them."""
        return f"{self._chains[self._order[place]]:016x}"

    def month(self, place: int) -> str:
        """Return the month whose folder the file at `place` lies in."""
        return self._month_names[self._months[self._order[place]]]

    def name(self, place: int) -> str:
        """Return the name of the file at `place`."""
        at = self._order[place]
        flags = self._flags.get(at, SEEN) if self._flags else SEEN
        month = self._month_names[self._months[at]]
        return f"{month}/cur/{self._numbers[at]:010d}.{self._chains[at]:016x}:2,{flags}"

    def highest(self) -> int:
        """Return the highest number; 0 when there is none."""
        return self.number(len(self) - 1) if len(self) else 0

    def above(self, number: int) -> int:
        """Return the first place whose number is above `number`."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.number(middle) <= number else (low, middle)
        return low


def listing(place: Store | None = None) -> Listing:
    """Return the listing of the record that RECORD_URL names, or of another place. Raises OSError."""
    return Listing((place or store()).names(""))
