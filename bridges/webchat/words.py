"""What the chat's pages say to visitors, in their language: words.json beside this file."""

import json
from pathlib import Path

from tickets.channels import spoken

WORDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
DEFAULT = "en"


def language_for(*wanted: str) -> str:
    """Return the first of these languages that there are words in, else English."""
    return next((found for one in wanted if (found := spoken(one)) in WORDS), DEFAULT)


def say(language: str, sentence: str, **values: object) -> str:
    """Return one sentence, its places filled in."""
    return WORDS[language][sentence].format(**values)
