"""A long text in pieces that Telegram takes: 4096 UTF-16 units each, cut where a reader would pause."""

LONGEST_TEXT = 4096
BREAKS = ("\n\n", "\n", ". ", " ")


def units(text: str) -> int:
    """Return the length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """Return `text` in pieces of at most `longest` units: between paragraphs, lines, sentences, words, else anywhere."""
    pieces: list[str] = []
    rest = text.strip()
    while units(rest) > longest:
        piece = _first(rest, longest)
        pieces.append(piece.rstrip())
        rest = rest[len(piece) :].lstrip()
    return [piece for piece in [*pieces, rest] if piece]


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
