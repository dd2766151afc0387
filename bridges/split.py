"""A long text in pieces of so many characters, cut where a reader would pause."""

BREAKS = ("\n\n", "\n", ". ", " ")


Range = tuple[int, int]  # from and to


def ranges(text: str, longest: int) -> list[Range]:
    """Return where the pieces of `text` begin and end: cut between paragraphs, lines, sentences, words, else anywhere."""
    found: list[Range] = []
    at, over = 0, len(text.rstrip())
    while at < over:
        end = over if over - at <= longest else at + len(_first(text[at:over], longest))
        found.append((at, at + len(text[at:end].rstrip())))
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return found


def _first(text: str, longest: int) -> str:
    window = text[:longest]
    for mark in BREAKS:
        at = window.rfind(mark)
        if at > len(window) // 3:  # a cut near the beginning would leave a stump
            return window[: at + len(mark)]
    return window
