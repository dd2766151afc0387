"""The spool: bytes that arrived or were made, fsynced, until the entries made of them are marked.

spool/in/<sha256 of account and key>: one line of JSON, then the raw bytes. spool/made/<sha256>: bytes alone.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tickets.record.store import store

IN = "spool/in"
MADE = "spool/made"
HOLD = "spool/hold"
HELD_FOR = 6 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Spooled:
    """An arrival as it lies in spool/in."""

    name: str
    heading: dict[str, Any]  # account, source, key, envelope, received, history
    raw: bytes


def name_of(account: str, key: str) -> str:
    """Return the file name of an arrival: the same arrival always gets the same name."""
    return hashlib.sha256(f"{account}\n{key}".encode()).hexdigest()


def put(arrivals: Sequence[Spooled]) -> None:
    """Store arrivals durably: each file fsynced, the folder once. Raises OSError when any is not stored."""
    store().write_many(
        [(f"{IN}/{a.name}", json.dumps(a.heading, sort_keys=True).encode() + b"\n" + a.raw) for a in arrivals]
    )
    if arrivals:
        store().settle(IN)


def get(name: str) -> Spooled:
    """Return one arrival. Raises FileNotFoundError."""
    heading, _, raw = store().read(f"{IN}/{name}").partition(b"\n")
    return Spooled(name, json.loads(heading), raw)


def make(data: bytes) -> str:
    """Store bytes that we made ourselves, before the transaction that refers to them; return their name."""
    name = hashlib.sha256(data).hexdigest()
    store().write(f"{MADE}/{name}", data)
    store().settle(MADE)
    return name


def made(name: str) -> bytes:
    """Return bytes stored by `make`. Raises FileNotFoundError."""
    return store().read(f"{MADE}/{name}")


def drop(names: Iterable[str]) -> None:
    """Remove files of the spool whose entries are marked ("spool/in/…"); while a backup runs they stay, and the sweep comes later."""
    if is_held():
        return
    for name in names:
        store().remove(name)


@contextmanager
def held() -> Iterator[None]:
    """Let nothing leave the spool for as long as the block runs, and HELD_FOR at most should its process be killed.

    Bytes that a database snapshot taken inside needs (its entries are not marked) are then still there to be copied.
    """
    name = f"{HOLD}/{int(time.time())}-{uuid.uuid4().hex}"
    store().write(name, b"A backup is being made.")
    store().settle(HOLD)
    try:
        yield
    finally:
        store().remove(name)


def is_held() -> bool:
    """Whether a backup runs."""
    begun = (int(name.rsplit("/", 1)[1].partition("-")[0]) for name in store().names(HOLD))
    return any(time.time() - at < HELD_FOR for at in begun)
