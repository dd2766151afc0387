"""What the page "your request" says to customers, in their language: request_words.json beside this file."""

import json
from pathlib import Path

from tickets.texts.languages import DEFAULT, spoken

WORDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))


def language_for(*wanted: str) -> str:
    """Return the first of these languages that there are words in, else English."""
    return next(filter(None, map(spoken, wanted)), DEFAULT)


def say(language: str, sentence: str, **values: object) -> str:
    """Return one sentence, its places filled in."""
    return WORDS[language][sentence].format(**values)


def words_in(language: str, **values: object) -> dict[str, str]:
    """Return every sentence for a template, with the places filled in that `values` knows; the others stay."""
    return {name: text.format_map(_Kept(values)) for name, text in WORDS[language].items()}


class _Kept(dict[str, object]):
    """For str.format_map: a place without a value stays as it is."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
