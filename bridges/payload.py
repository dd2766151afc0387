"""Values out of a payload that may hold anything: a wrong type reads as absent, never as an error. And how a chat's line is called."""

import json
import math
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
LONGEST_SUBJECT = 70
SHORT_LINE = 12


def load(raw: bytes) -> tuple[Object, str]:
    """Return the JSON object in `raw`, and what is wrong with it in words ("" for nothing). Never raises."""
    try:
        found = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        return {}, f"no JSON: {str(error)[:200]}"
    return (found, "") if isinstance(found, dict) else ({}, "the JSON is no object")


def get(thing: Object, name: str) -> Object:
    """Return an object within an object, {} when there is none."""
    value = thing.get(name)
    return value if isinstance(value, dict) else {}


def items(thing: Object, name: str) -> list[Object]:
    """Return the objects of a list, [] when there is none."""
    value = thing.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(thing: Object, name: str) -> str:
    """Return a text without lone surrogates, "" when there is none."""
    value = thing.get(name)
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """Return `text` without lone surrogates, which JSON may hold and UTF-8 may not."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def whole(thing: Object, name: str) -> int | None:
    """Return a whole number, also one that is written as a text; None when there is none."""
    value = thing.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(thing: Object, name: str) -> float | None:
    """Return a finite number, None when there is none."""
    value = thing.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def identifier(thing: Object, name: str) -> str:
    """Return an id as a text without spaces, whether it is written as a number or as a text; "" when there is none."""
    value = thing.get(name)
    if isinstance(value, str):
        return "".join(clean(value).split())[:200]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64 else ""


def moment(thing: Object, name: str) -> datetime | None:
    """Return a Unix time as an aware time, None when there is none or it is out of range."""
    seconds = whole(thing, name)
    if not seconds or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def subject(text: str) -> str:
    """Return how a message begins, cut between words: a chat has no subjects. A short first line ("Hi!") goes on."""
    lines = [line.strip() for line in text.split("\n") if line.strip() and not line.startswith("> ")]
    first = " ".join(lines[:2] if lines and len(lines[0]) < SHORT_LINE else lines[:1])
    return first if len(first) <= LONGEST_SUBJECT else first[:LONGEST_SUBJECT].rsplit(" ", 1)[0] + "…"
