"""The rules of tickets/mime, and what the reader is without one of them.

A rule is a named pattern, one alternative of such a pattern, one entry of a named table, or a function that answers yes or no.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

import tickets.mime

LEFT_OUT = {"build", "show", "authentication", "identifiers"}  # they do not read mail, or have tests of another kind
NEVER = re.compile(r"(?!)")
NEVER_BYTES = re.compile(rb"(?!)")


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that could be taken away: where it stands, what it says, and how to take it away."""

    kind: str  # pattern, alternative, entry, question
    name: str  # module.NAME
    words: str
    take_away: Callable[[], None]
    shows: Callable[[str], object] = bool  # could a mail with this text be read otherwise without it?


def modules() -> list[ModuleType]:
    """The modules of the reader."""
    found = [importlib.import_module(f"tickets.mime.{one.name}") for one in pkgutil.iter_modules(tickets.mime.__path__)]
    return [module for module in found if module.__name__.rpartition(".")[2] not in LEFT_OUT]


def rules() -> Iterator[Rule]:
    """Yield every rule once, where it is defined."""
    seen: set[int] = set()
    for module in modules():
        for name, value in list(vars(module).items()):
            if name.startswith("__") or id(value) in seen:
                continue
            if isinstance(value, re.Pattern | dict | tuple | frozenset | set):
                seen.add(id(value))
                yield from _rules_of(f"{module.__name__.rpartition('.')[2]}.{name}", value)
            elif isinstance(value, FunctionType) and value.__module__ == module.__name__:
                yield from _questions(module, name, value)


def _rules_of(name: str, value: Any) -> Iterator[Rule]:
    if isinstance(value, re.Pattern):
        never = NEVER_BYTES if isinstance(value.pattern, bytes) else NEVER
        yield Rule("pattern", name, "", lambda: put(value, never))
        for words, less in alternatives(value):
            yield Rule("alternative", name, words, lambda less=less: put(value, less), shown_by(words, value.flags))  # type: ignore[misc]
    elif isinstance(value, dict):
        for key in value:
            less = {other: kept for other, kept in value.items() if other != key}
            yield Rule("entry", name, repr(key), lambda less=less: put(value, less), _contains(key))  # type: ignore[misc]
    else:
        for one in value:
            if isinstance(one, str | bytes | tuple | re.Pattern):
                words = one.pattern if isinstance(one, re.Pattern) else one
                less = type(value)(other for other in value if other is not one)
                yield Rule("entry", name, repr(words)[:120], lambda less=less: put(value, less), _contains(one))  # type: ignore[misc]


def shown_by(words: str, flags: int) -> Callable[[str], object]:
    """Whether a text holds what an alternative looks for; yes where that cannot be told."""
    try:
        kept = flags & (re.I | re.S | re.X) | re.M
        return re.compile(words, kept).search
    except re.error:
        return lambda text: True


def _contains(value: Any) -> Callable[[str], object]:
    if not isinstance(value, str | bytes):
        return lambda text: True
    wanted = (value if isinstance(value, str) else value.decode("latin-1")).lower()
    return lambda text: wanted in text


def _questions(module: ModuleType, name: str, function: FunctionType) -> Iterator[Rule]:
    if function.__annotations__.get("return") is bool:
        for answer in (False, True):
            yield Rule(
                "question",
                f"{module.__name__.rpartition('.')[2]}.{name}",
                f"always {answer}",
                lambda answer=answer: put(function, lambda *a, **k: answer),  # type: ignore[misc]
            )


def put(old: Any, new: Any) -> None:
    """Let every module use `new` where it used `old`, and forget what was worked out with it."""
    for module in modules():
        for name, value in list(vars(module).items()):
            if value is old:
                setattr(module, name, new)
            elif hasattr(value, "cache_clear"):
                value.cache_clear()


def alternatives(pattern: re.Pattern[Any]) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield (alternative, the pattern without it) for each alternative at the top, or within the one group that holds the rest."""
    is_bytes = isinstance(pattern.pattern, bytes)
    text: str = pattern.pattern.decode("latin-1") if is_bytes else pattern.pattern
    for start, end in _groups(text):
        pieces = _split(text[start:end])
        for place, piece in enumerate(pieces if len(pieces) > 1 else []):
            less = text[:start] + "|".join(pieces[:place] + pieces[place + 1 :]) + text[end:]
            try:
                yield piece, re.compile(less.encode("latin-1") if is_bytes else less, pattern.flags)
            except re.error:
                continue


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """The whole text, and each group of it that is not within another."""
    yield 0, len(text)
    depth = start = place = 0
    in_class = False
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            place += text[place + 1 : place + 2] == "]" or text[place + 1 : place + 3] == "^]"
        elif sign == "(":
            if depth == 0:
                start = place + (3 if text.startswith("(?:", place) else 1)
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0 and text[start - 1] != "?":
                yield start, place
        place += 1


def _split(text: str) -> list[str]:
    """Cut at the bars that stand in no group and no class."""
    pieces, depth, begin, place, in_class = [], 0, 0, 0, False
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and depth == 0:
            pieces.append(text[begin:place])
            begin = place + 1
        place += 1
    return [*pieces, text[begin:]]
