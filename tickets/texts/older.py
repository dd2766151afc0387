"""Templates as they were written before there were texts by language: "$name" became "{name}". Pure.

Used by the migration that moved them, and when a configuration of that time is read from the record.
"""

import re
from typing import Any

_OLD_PLACE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))|[{}]")
_PLAIN = {"{": "(", "}": ")", "$$": "$"}
_BRACKETED = re.compile(r"\[([^\[\]]*\{\w+\}[^\[\]]*)\]")
FROM_CONFIG = ("greeting", "away")


def rewritten(template: str) -> str:
    """Return a template of old in the form of today; what only looked like a place or a part stays as words."""
    placed = _OLD_PLACE.sub(
        lambda match: f"{{{name}}}" if (name := match[1] or match[2]) else _PLAIN[match[0]], template
    )
    return _BRACKETED.sub(r"(\1)", placed).strip()


def carried_over(fields: dict[str, Any], language: str) -> dict[str, Any]:
    """Return the columns of an account with its templates of old among its texts, under its language."""
    config = dict(fields.get("config") or {})
    old = {"acknowledgement": fields.get("acknowledgement", ""), **{name: config.pop(name, "") for name in FROM_CONFIG}}
    kept = {name: {language: rewritten(str(words))} for name, words in old.items() if str(words or "").strip()}
    texts = kept | dict(fields.get("texts") or {})
    return fields | {"config": config, "texts": texts, "acknowledgement": ""}
