"""Seals that a witness kept: is the record still the one that they state?"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tickets.record import trace
from tickets.record.glance import glance
from tickets.record.listing import Listing
from tickets.record.store import Store, store
from tickets.record.verify import Fault

_STATED = re.compile(r"^[>\s]*Entry: (\d{1,18})\s*\n[>\s]*Chain: ([0-9a-f]{64})\s*\n[>\s]*Time: (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal states."""

    number: int
    chain: str
    at: str


def stated(text: str) -> list[Seal]:
    """Return the seals that stand in a mail's text, a forwarded or quoted one among them."""
    return [Seal(int(number), chain, at) for number, chain, at in _STATED.findall(text)]


def compare(seals: Iterable[Seal], files: Listing, place: Store | None = None) -> Iterator[Fault]:
    """Yield the seals that the record does not keep."""
    for seal in sorted(set(seals), key=lambda one: (one.number, one.at)):
        where = f"Entry {seal.number}, sealed {seal.at}"
        found = _chain(files, seal.number, place or store())
        if found is None:
            yield Fault(
                where, f"it is not in the record, which ends at {files.highest()}: something was removed or rewritten"
            )
        elif found != seal.chain:
            words = f"the seal states the chain value {seal.chain[:16]}…, the record has {found[:16]}…"
            yield Fault(where, f"{words}: the record up to here was rewritten after it was sealed")


def _chain(files: Listing, number: int, place: Store) -> str | None:
    at = files.above(number - 1)
    if at == len(files) or files.number(at) != number:
        return None
    data = next(iter(place.read_many([files.name(at)])))
    try:
        return glance(data).chain if data else None
    except trace.BadEntry:
        return None
