"""Templates: listed, and filled in as WhatsApp does it (PYWA api.get_templates, errors.py; META "Message templates")."""

import re
from typing import Any

from bridges.whatsapp.fake.failures import Failure, Object
from bridges.whatsapp.fake.state import State

GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
UNLIKED = re.compile(r"[\n\t]| {5,}")
A_PAGE = 25


def template(name: str, body: str, language: str = "en", status: str = "APPROVED", **more: Any) -> Object:
    """A template as the vendor lists it; `more`: header, footer, buttons, category."""
    components: list[Object] = []
    if header := more.get("header"):
        components.append({"type": "HEADER", "format": "TEXT", "text": header})
    components.append({"type": "BODY", "text": body})
    if footer := more.get("footer"):
        components.append({"type": "FOOTER", "text": footer})
    if buttons := more.get("buttons"):
        components.append({"type": "BUTTONS", "buttons": buttons})
    numbered = all(gap.isdigit() for gap in GAP.findall(body))
    return {"id": str(abs(hash((name, language))) % 10**15), "name": name, "language": language, "status": status,
            "category": more.get("category", "UTILITY"), "components": components,
            "parameter_format": "POSITIONAL" if numbered else "NAMED"}  # fmt: skip


def get_templates(state: State, given: Object) -> Object:
    """The business account's templates, by pages."""
    wanted = str(given.get("status") or "")
    found = [one for one in state.templates if not wanted or one["status"] == wanted]
    start, limit = int(given.get("after") or 0), int(given.get("limit") or A_PAGE)
    paging: Object = {"cursors": {"before": str(start), "after": str(start + limit)}}
    if len(found) > start + limit:
        paging["next"] = "https://graph.facebook.com/next"
    return {"data": found[start : start + limit], "paging": paging}


def find(state: State, content: Object) -> Object:
    """The template of a call. Raises Failure."""
    code = (content.get("language") or {}).get("code")
    same = [one for one in state.templates if one["name"] == content.get("name") and one["language"] == code]
    if not same:
        details = f"template name ({content.get('name')}) does not exist in {code}"
        raise Failure(132001, "Template name does not exist in the translation", details)
    if same[0]["status"] == "PAUSED":
        raise Failure(132015, "Template is Paused", "Template is paused due to low quality.")
    if same[0]["status"] == "DISABLED":
        raise Failure(132016, "Template is Disabled", "Template has been paused too many times.")
    if same[0]["status"] != "APPROVED":
        raise Failure(132001, "Template name does not exist in the translation", "The template is not approved.")
    return same[0]


def check(state: State, content: Object) -> None:
    """Raise Failure for a template that is not there, or parameters that do not fit."""
    found = find(state, content)
    given = {_place(one): one.get("parameters") or [] for one in content.get("components") or []}
    for place, gaps in _gaps(found).items():
        values = given.pop(place, [])
        if len(values) != len(gaps):
            details = f"{place}: number of localizable_params ({len(values)}) does not match the expected number of params ({len(gaps)})"
            raise Failure(132000, "Number of parameters does not match the expected number of params", details)
        for value in values:
            _check_value(found, value, gaps, place)
    if any(given.values()):
        raise Failure(132012, "Parameter format does not match format in the created template", "Unexpected component.")


def _check_value(found: Object, value: Object, gaps: list[str], place: str) -> None:
    if value.get("type") != "text" or not value.get("text"):
        raise Failure(132012, "Parameter format does not match format in the created template", "text expected.")
    if (
        found["parameter_format"] == "NAMED"
        and not place.startswith("button")
        and value.get("parameter_name") not in gaps
    ):
        raise Failure(
            132012, "Parameter format does not match format in the created template", "Unknown parameter_name."
        )
    if UNLIKED.search(value["text"]):
        details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise Failure(132008, "Parameter value is not valid in the template", details)  # the code is from memory


def _place(component: Object) -> str:
    kind = str(component.get("type")).lower()
    return f"button {component.get('index')}" if kind == "button" else kind


def _gaps(found: Object) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for one in found["components"]:
        places |= (
            {one["type"].lower(): list(dict.fromkeys(GAP.findall(one.get("text") or "")))} if one.get("text") else {}
        )
        for number, button in enumerate(one.get("buttons") or []):
            places |= {f"button {number}": GAP.findall(button["url"])} if GAP.search(button.get("url") or "") else {}
    return {place: gaps for place, gaps in places.items() if gaps}


def shown(state: State, content: Object) -> str:
    """What the customer sees of a template."""
    found = find(state, content)
    given = {_place(one): one.get("parameters") or [] for one in content.get("components") or []}
    lines = []
    for one in found["components"]:
        if not one.get("text"):
            continue
        values = given.get(one["type"].lower(), [])
        gaps = list(dict.fromkeys(GAP.findall(one["text"])))
        filled = {value.get("parameter_name") or gap: value["text"] for gap, value in zip(gaps, values, strict=False)}
        lines.append(GAP.sub(lambda gap, filled=filled: filled.get(gap[1], gap[0]), one["text"]))  # type: ignore[misc]
    return "\n\n".join(lines)
