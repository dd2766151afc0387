"""A long text in pieces that Telegram takes: so many UTF-16 units each, cut where a reader would pause."""

from collections.abc import Sequence

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
BREAKS = ("\n\n", "\n", ". ", " ")
Range = tuple[int, int]  # from and to, in characters


def units(text: str) -> int:
    """Return the length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """Return `text` in pieces of at most `longest` units: between paragraphs, lines, sentences, words, else anywhere."""
    return [text[start:end] for start, end in ranges(text, longest)]


def ranges(text: str, longest: int = LONGEST_TEXT, whole: Sequence[Range] = ()) -> list[Range]:
    """Return where the pieces of `text` begin and end, without the space between them. `whole`: links, which stay in one piece."""
    found: list[Range] = []
    at, over = _skipped(text, 0), len(text.rstrip())
    while at < over:
        end = over if units(text[at:over]) <= longest else at + len(_first(text[at:over], longest))
        end = _before_link(at, end, over, whole)
        found.append((at, at + len(text[at:end].rstrip())))
        at = _skipped(text, end)
    return [(start, end) for start, end in found if end > start]


def _skipped(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _before_link(at: int, end: int, over: int, whole: Sequence[Range]) -> int:
    """Cut in front of a link that would be broken, unless the piece begins with it."""
    broken = next((start for start, stop in whole if at < start < end < stop), None) if end < over else None
    return broken or end


def _first(text: str, longest: int) -> str:
    window = _cut(text, longest)
    for mark in BREAKS:
        at = window.rfind(mark)
        if at > len(window) // 3:  # a cut near the beginning would leave a stump
            return window[: at + len(mark)]
    return window


def _cut(text: str, longest: int) -> str:
    """The first `longest` units, without the half of a character."""
    cut = text.encode("utf-16-le", "surrogatepass")[: longest * 2].decode("utf-16-le", "ignore")
    return cut or text[:1]
