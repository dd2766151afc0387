"""Erase: words leave the record, their place in it stays. A tombstone takes the place of each erased entry's file.

What an entry becomes follows from the entry and the erasure alone, so that the rows of the database, the files of the
record and a rebuild agree, whichever of them is brought up to date first.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from tickets.mime.fields import id_field
from tickets.mime.parse import parse
from tickets.models import Counter, Entry
from tickets.record import read, spool, trace
from tickets.record.store import store
from tickets.wake import wake

KIND = "erasure"
CARRIED_OUT = "erasures"  # the counter that holds the number of the last erasure whose files are replaced
SENDER = "erased@erased.invalid"
# What a decision may keep: ids made by us, states, times. Every other text in it is somebody's words or address.
STRUCTURE = frozenset(
    "account acknowledges act assignee automatic burst by channel complained contact copy_of corrects delivery direction event"
    " forwards into item key kind knows last linked mailbox merged message messages out_of received snooze source spam"
    " speaks_of spool state tag tags team ticket twin untag verified what with".split()
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What one entry of kind "erasure" says: which entries go, and what of them stays."""

    erased: list[int]
    at: datetime
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by number: Message-ID and date
    fields: Mapping[str, dict[str, Any]] = field(
        default_factory=dict
    )  # by number: a decision that is also about others
    cut: Mapping[int, bytes] = field(default_factory=dict)  # by number: the mail without the person's words

    def become(self, number: int, fields: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return the decision and the mail that take the place of those of entry `number`."""
        kept = self.kept.get(str(number), {})
        body = self.cut.get(number) or _tombstone(kept.get("id", ""), parse_datetime(kept.get("date", "")), self.at)
        return self.fields.get(str(number), structure(fields)), body


def read_erasure(entry: Entry, original: bytes) -> Erasure:
    """Return what an entry of kind "erasure" says; `original` is its mail, which carries the cut ones as files."""
    said = entry.fields
    files = parse(original).attachments if said.get("cut") else []
    cut = {int((file.filename or "0").split(".")[0]): file.content for file in files}
    return Erasure(said["erased"], entry.at, said.get("kept", {}), said.get("fields", {}), cut)


def structure(value: Any, key: str = "") -> Any:
    """Return a decision without words: ids, states, numbers and times stay, every other text becomes empty."""
    if isinstance(value, dict):
        return {name: structure(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        kept = [structure(inner, key) for inner in value]
        return [one for one in kept if any(one.values())] if _are_dicts(kept) else [one for one in kept if one != ""]
    return "" if isinstance(value, str) and key not in STRUCTURE else value


def _are_dicts(values: list[Any]) -> bool:
    return all(isinstance(one, dict) for one in values)


def _tombstone(message_id: str, date: datetime | None, at: datetime) -> bytes:
    """The mail that stands where words were; it keeps its place in the thread."""
    lines = [
        f"From: Erased <{SENDER}>",
        f"Date: {format_datetime(date or at)}",
        "Subject: Erased",
        *([id_field("Message-ID", [message_id]).strip()] if message_id else []),
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"What stood here was erased on {at:%Y-%m-%d}.",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "replace")


def pending() -> list[Entry]:
    """Return the erasures in the record whose files are still to be replaced, in order."""
    done = Counter.objects.filter(name=CARRIED_OUT).values_list("value", flat=True).first() or 0
    return list(Entry.objects.filter(kind=KIND, number__gt=done, marked_at__isnull=False).order_by("number")[:100])


def carry_out() -> int:
    """Put the tombstones of erasures that are in the record in place; return how many files. Raises OSError.

    Each step can be repeated: killed in the middle, the next call goes on. While a backup runs they wait: its database
    does not know of them, and a tombstone in its record would name an erasure that is not there.
    """
    if spool.is_held():
        return 0
    replaced = 0
    Counter.objects.get_or_create(name=CARRIED_OUT)
    while waiting := pending():
        for entry in waiting:
            replaced += _carry_out(entry)
            Counter.objects.filter(name=CARRIED_OUT, value__lt=entry.number).update(value=entry.number)
    return replaced


def _carry_out(entry: Entry) -> int:
    erasure = read_erasure(entry, read.original(entry))
    paths = dict(Entry.objects.filter(number__in=erasure.erased).values_list("number", "path"))
    replaced = [number for number in erasure.erased if number in paths and _replace(paths[number], entry, erasure)]
    Entry.objects.filter(number__in=replaced).update(erased=entry.number)
    return len(replaced)


def _replace(path: str, entry: Entry, erasure: Erasure) -> bool:
    """Put one tombstone in place; False when the file cannot be read as an entry, which `record verify` will name."""
    number = entry.number or 0
    try:
        there = read.recorded(path)
    except (FileNotFoundError, trace.BadEntry) as error:
        log.error("Entry %s could not be erased by entry %s: %s", path, number, error)
        return False
    if there.trace.erased is None or there.trace.erased < number:
        fields, body = erasure.become(there.trace.number, there.trace.fields)
        store().replace(path, trace.tombstone(there.trace, number, fields, body))
    return True


def wake_if_pending() -> None:
    """Ring for the tombstones, once there are erasures in the record that wait for them."""
    if pending():
        wake("carry_out")
