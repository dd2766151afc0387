"""A template: words with places. Pure; it never raises, and whatever the values are, no brace is left in what comes out.

`{name}` is a place. `[ {name}]` is a part that is left out when a value in it is missing; `[with {opens}|without]` says what
stands there instead. A part without a place is no part: its brackets stay. A place without a value that stands in no part is
taken out with the space around it, and a line that held nothing else goes too. Values are never read as templates.
"""

import re
from collections.abc import Collection, Mapping

HOLE = "\0"  # where a value is missing; no value and no template holds one
_PLACE = re.compile(r"\{([^{}\n]*)\}|[{}]")
_PART = re.compile(r"\[([^\[\]]*)\]")
_HOLES = (
    (re.compile(rf"^[ \t]*(?:{HOLE}[ \t]*)+\n|\n[ \t]*(?:{HOLE}[ \t]*)+$", re.M), ""),  # a line that held nothing else
    (re.compile(rf"^[ \t]*{HOLE}[ \t,.;:]*", re.M), ""),
    (re.compile(rf"[ \t]*\({HOLE}\)"), ""),
    (re.compile(rf"[ \t]*{HOLE}(?=[ \t]*(?:[,.;:?)]|$))", re.M), ""),
    (re.compile(rf"[ \t]*{HOLE}[ \t]*"), " "),
)


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the words of a template with its places filled in."""
    known = {name: _harmless(value) for name, value in values.items()}
    chosen = _PART.sub(lambda part: _choice(part, known), template.replace(HOLE, "").replace("\r\n", "\n"))
    text = _PLACE.sub(lambda place: _value(place, known) if place[1] is not None else "", chosen)
    for hole, instead in _HOLES:
        text = hole.sub(instead, text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def places(template: str) -> list[str]:
    """Return the names of a template's places, each once, in order."""
    return list(dict.fromkeys(_name(place[1]) for place in _PLACE.finditer(template) if place[1] is not None))


def bare(template: str) -> list[str]:
    """Return the places that stand in no part, and in the words that stand in for one."""
    return places(_PART.sub(lambda part: part[1].partition("|")[2] if places(part[1]) else part[0], template))


def faults(template: str, known: Collection[str]) -> tuple[list[str], bool]:
    """Return the places that nothing fills, and whether a brace stands alone."""
    strange = [name for name in places(template) if name not in known]
    return strange, any(place[1] is None for place in _PLACE.finditer(template))


def _choice(part: "re.Match[str]", values: Mapping[str, str]) -> str:
    first, _, instead = part[1].partition("|")
    if not places(part[1]):
        return part[0]
    return first if all(values.get(name) for name in places(first)) else instead


def _value(place: "re.Match[str]", values: Mapping[str, str]) -> str:
    return values.get(_name(place[1])) or HOLE


def _name(written: str) -> str:
    return written.strip().lower()


def _harmless(value: str) -> str:
    return value.replace(HOLE, "").translate({ord("{"): "(", ord("}"): ")"}).strip()
