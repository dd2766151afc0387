"""Marking what was found: where in a text the words stand, accents and case aside. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from tickets.search.words import placed_words

AROUND = 80  # characters before the first find in an excerpt
EXCERPT = 220  # characters of an excerpt
Piece = tuple[str, bool]  # some of the text, and whether it is a find


def finds(text: str, wanted: Iterable[Sequence[str]]) -> list[tuple[int, int]]:
    """Return from where to where each find goes, in order; `wanted`: the words of each term, the last perhaps begun."""
    words = list(placed_words(text))
    found = {span for term in wanted for span in _finds(words, term)}
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _finds(words: Sequence[tuple[str, int, int]], term: Sequence[str]) -> Iterator[tuple[int, int]]:
    length = len(term)
    for place in range(len(words) - length + 1):
        beside = words[place : place + length]
        if beside[-1][0].startswith(term[-1]) and all(
            word == one for (word, *_at), one in zip(beside, term[:-1], strict=False)
        ):
            yield beside[0][1], beside[-1][2]


def marked(text: str, wanted: Iterable[Sequence[str]]) -> list[Piece]:
    """Return all of `text` in pieces."""
    return list(_pieces(text, finds(text, wanted), 0, len(text)))


def excerpt(text: str, wanted: Iterable[Sequence[str]]) -> tuple[list[Piece], bool]:
    """Return the text around the first find in pieces, and whether there was one; without one, its beginning."""
    plain = " ".join(text.split())
    places = finds(plain, wanted)
    start = max(0, places[0][0] - AROUND) if places else 0
    if start:
        start = plain.find(" ", start, places[0][0]) + 1 or start
    end = min(len(plain), start + EXCERPT)
    pieces = list(_pieces(plain, places, start, end))
    return [*([("…", False)] if start else []), *pieces, *([("…", False)] if end < len(plain) else [])], bool(places)


def _pieces(text: str, places: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    at = start
    for begins, ends in places:
        if ends <= at or begins >= end:
            continue
        if begins > at:
            yield text[at:begins], False
        yield text[max(begins, at) : min(ends, end)], True
        at = min(ends, end)
    if at < end:
        yield text[at:end], False
