"""Words as they are searched: pure. Text is folded and cut into words here, so that every database finds the same.

A word is a run of letters, digits and their marks, in lower case and without accents. In scripts that are written without
spaces each character is a word, and what is asked for is a phrase of them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

LONGEST_WORD = 64  # characters; what is longer is no word but data, and is found by its beginning
# Letters that Unicode does not take apart, and those that people do not tell apart when they type.
_ALIKE = {
    "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe",
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": "",
}  # fmt: skip
_ASCII_WORD = re.compile("[a-z0-9]+")
_PART_OF_ITS_LETTER = {7, 8, 9}  # combining classes of nukta, kana voicing and virama: without them it is another word
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip


class _Folded(dict[int, str]):
    """For str.translate: what a character becomes in composed text; each is looked up once."""

    def __missing__(self, code: int) -> str:
        kept = self[code] = _settle(chr(code))
        return kept


class _Bare(dict[int, str]):
    """For str.translate: a character of decomposed text without its accents, as people type it."""

    def __missing__(self, code: int) -> str:
        kept = self[code] = _bare(chr(code))
        return kept


def _bare(character: str) -> str:
    accent = unicodedata.combining(character)
    if (accent and accent not in _PART_OF_ITS_LETTER) or unicodedata.category(character) == "Cf":
        return ""
    folded = "".join(_ALIKE.get(one, one) for one in character.casefold())
    return str(unicodedata.decimal(folded)) if folded.isdecimal() else folded


def _settle(character: str) -> str:
    if any(first <= ord(character) <= last for first, last in _UNSPACED):
        return f" {character} " if is_of_a_word(character) else " "
    return character if is_of_a_word(character) else " "


def is_of_a_word(character: str) -> bool:
    """Whether a folded character belongs to a word: letters, digits and their marks."""
    return unicodedata.category(character)[0] in "LNM"


_FOLDED, _BARE = _Folded(), _Bare()


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, its words apart by spaces."""
    if text.isascii():
        return text.lower().translate(_FOLDED)
    plain = unicodedata.normalize("NFKD", text).translate(_BARE)
    return unicodedata.normalize("NFC", plain).translate(_FOLDED)


def words_of(text: str) -> list[str]:
    """Return the words of `text` in order."""
    return [word[:LONGEST_WORD] for word in fold(text).split()]


def placed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of `text` with where it begins and ends in it, for marking what was found."""
    if text.isascii():
        yield from ((match[0], match.start(), match.end()) for match in _ASCII_WORD.finditer(text.lower()))
        return
    word, began, ended = "", 0, 0
    for place, folded in enumerate(map(_folded_alone, text)):
        for one in folded:
            if one != " ":
                began = began if word else place
                word, ended = word + one, place + 1
            elif word:
                yield word, began, ended
                word = ""
        ended = place + 1 if word and not folded else ended  # an accent of its own belongs to the letter before it
    if word:
        yield word, began, ended


@lru_cache(maxsize=20_000)
def _folded_alone(character: str) -> str:
    return fold(character)
