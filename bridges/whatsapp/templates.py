"""Approved templates: all that may be sent outside the 24 hours. Listed from the API, filled in by the agent, shown before they go.

Shapes: pywa 4.5.0 api.get_templates and types/templates.py; Meta's page "Message templates".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bridges.payload import Object, items, words
from bridges.whatsapp import api
from bridges.whatsapp.api import Access
from tickets.channels import Template

FIELDS = "name,language,status,category,components,parameter_format"
APPROVED = "APPROVED"
MOST_PAGES = 20
A_PAGE = 100
GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
TEXTUAL = ("HEADER", "BODY", "FOOTER")
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a template with words: where it stands, its words with gaps, and what is filled in, in order."""

    place: str  # header, body, footer, or "button N"
    text: str
    gaps: tuple[str, ...]
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A template as the vendor lists it."""

    name: str
    language: str
    category: str
    named: bool  # gaps have names instead of numbers
    pieces: tuple[Piece, ...]
    needs_file: bool = False  # its header is a picture, a video, a document: it cannot be filled in here


def listed(access: Access, business: str) -> list[Found]:
    """Return the approved templates of a business account. Raises Refused."""
    found: list[Found] = []
    params: dict[str, Any] = {"fields": FIELDS, "status": APPROVED, "limit": A_PAGE}
    for _number in range(MOST_PAGES):
        answer = api.call(access, "GET", f"{business}/message_templates", params=params)
        found += [one for thing in items(answer, "data") if (one := _found(thing))]
        paging = answer.get("paging")
        after = (paging.get("cursors") or {}).get("after") if isinstance(paging, dict) and paging.get("next") else None
        if not after:
            break
        params = params | {"after": after}
    return sorted(found, key=lambda one: (one.name, one.language))


def _found(thing: Object) -> Found | None:
    if words(thing, "status") != APPROVED or not words(thing, "name"):
        return None
    components = items(thing, "components")
    header = next((one for one in components if words(one, "type") == "HEADER"), {})
    return Found(
        words(thing, "name"),
        words(thing, "language"),
        words(thing, "category").lower(),
        words(thing, "parameter_format") == "NAMED",
        tuple(_pieces(components)),
        words(header, "format") not in ("", "TEXT"),
    )


def _pieces(components: list[Object]) -> list[Piece]:
    found = []
    for one in components:
        kind = words(one, "type")
        if kind in TEXTUAL and words(one, "text"):
            found.append(_piece(kind.lower(), words(one, "text"), one))
        for number, button in enumerate(items(one, "buttons")):
            text = words(button, "url") if words(button, "type") == "URL" else ""
            if GAP.search(text):
                found.append(_piece(f"button {number}", text, button))
    return found


def _piece(place: str, text: str, thing: Object) -> Piece:
    return Piece(place, text, tuple(dict.fromkeys(GAP.findall(text))), _examples(thing))


def _examples(thing: Object) -> tuple[str, ...]:
    """What the business gave as an example, in the order of the gaps."""
    example = thing.get("example")
    if not isinstance(example, dict):
        return tuple(str(one) for one in example) if isinstance(example, list) else ()
    flat = example.get("body_text") or example.get("header_text") or []
    named = items(example, "body_text_named_params") or items(example, "header_text_named_params")
    first = flat[0] if flat and isinstance(flat[0], list) else flat
    return tuple(words(one, "example") for one in named) or tuple(str(one) for one in first)


def gap_name(piece: Piece, gap: str) -> str:
    """Return what a gap is called among all of a template: those of the body by themselves."""
    return gap if piece.place == "body" else f"{piece.place} {gap}"


def filled(found: Found, values: Values) -> Object:
    """Return the object of the call: the template's name and language, and a parameter for each gap."""
    components = [_component(found, piece, values) for piece in found.pieces if piece.gaps]
    made: Object = {"name": found.name, "language": {"code": found.language}}
    return made | ({"components": components} if components else {})


def _component(found: Found, piece: Piece, values: Values) -> Object:
    given = []
    for gap in piece.gaps:
        name = {"parameter_name": gap} if found.named and not piece.place.startswith("button") else {}
        # no new lines, tabs or more than four spaces in a row (Meta, "Message templates", error 132018)
        given.append({"type": "text", **name, "text": " ".join(values[gap_name(piece, gap)].split())})
    if piece.place.startswith("button"):
        return {"type": "button", "sub_type": "url", "index": piece.place.split()[1], "parameters": given}
    return {"type": piece.place, "parameters": given}


def offered(found: Found) -> Template:
    """Return a template as the contract has it: every gap by a name of its own."""
    gaps = [(piece, gap, place) for piece in found.pieces for place, gap in enumerate(piece.gaps)]
    shown = [
        GAP.sub(lambda gap, piece=piece: f"{{{{{gap_name(piece, gap[1])}}}}}", piece.text)  # type: ignore[misc]
        for piece in found.pieces
    ]
    return Template(
        key=f"{found.name} {found.language}",
        name=found.name,
        language=found.language,
        text="\n\n".join(shown),
        gaps=tuple(gap_name(piece, gap) for piece, gap, _place in gaps),
        examples={
            gap_name(piece, gap): piece.examples[place] for piece, gap, place in gaps if place < len(piece.examples)
        },
        category=found.category,
        hindrance=_("It begins with a picture or a file, which cannot be given from here.") if found.needs_file else "",
    )


def call_of(found: Sequence[Found], template: Template, values: Values) -> Object:
    """Return the object of the call for a template of `found`; {} when it is not among them."""
    wanted = (one for one in found if f"{one.name} {one.language}" == template.key)
    return next((filled(one, values) for one in wanted), {})
