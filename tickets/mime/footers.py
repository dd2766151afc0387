"""What is put below a letter by others than its writer: mailing lists, providers, virus scanners, the company's lawyers."""

from tickets.mime.cards import has_contact
from tickets.mime.quote_words import RULE, is_rule
from tickets.mime.signature_words import (
    ADDRESSEE,
    BANNER,
    CONFIDENTIAL,
    GREEN,
    LIST_FOOTER,
    MESSAGE,
    NOTICE,
    PRINT,
    THIS,
    THIS_MESSAGE,
)

MOST_PARAGRAPHS = 12
MOST_LINES = 150
LONGEST_FOOTER = 12
ENOUGH_WORDS = 12


def without_footers(lines: list[str]) -> list[str]:
    """`lines` without a list's footer, an advertisement or a disclaimer at their end. The first paragraph always stays."""
    kept = _without_ruled(lines)
    paragraphs = _last_paragraphs(kept)
    notices = [_is_notice(kept, start, end) for start, end in paragraphs]
    # A disclaimer may be long, so not each of its paragraphs is known for what it is; half of them must be.
    first = next((at for at, found in enumerate(notices) if found and sum(notices[at:]) * 2 >= len(notices) - at), None)
    if first is None:
        return kept
    end = paragraphs[first][0]
    while end and (not kept[end - 1].strip() or RULE.match(kept[end - 1])):
        end -= 1
    return kept[:end] if end else kept


def banner_length(lines: list[str]) -> int:
    """How many lines at the top are a warning that a gateway put there ("[EXTERNAL EMAIL]"); 0 when nothing would be left."""
    if not lines or not BANNER.match(lines[0][:300].lower()):
        return 0
    end = next((number for number, line in enumerate(lines[:8]) if not line.strip()), None)
    return end if end and any(line.strip() for line in lines[end:]) else 0


def _without_ruled(lines: list[str]) -> list[str]:
    """Without what stands below the last line drawn across, when that speaks of a list, an offer or a link."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for number in range(end - 1, max(0, end - LONGEST_FOOTER) - 1, -1):
        line = lines[number]
        if line and is_rule(lines, number) and any(above.strip() for above in lines[:number]):
            below = [line for line in lines[number + 1 : end] if line.strip()]
            drawn = line.count("_") > 30 and len(below) <= 4 and any("http" in text for text in below)
            return lines[:number] if not below or drawn or any(map(_is_foreign, below)) else lines
    return lines


def _is_foreign(line: str) -> bool:
    short = line[:300].lower()
    return (
        LIST_FOOTER.search(short) is not None
        or NOTICE.match(short) is not None
        or (len(line) < 300 and short.count(" ") < 3 and has_contact(line))
    )


def _is_notice(lines: list[str], start: int, end: int) -> bool:
    """Is this paragraph a disclaimer or an advertisement? It is confidential, speaks of itself or of an addressee, and is long."""
    if NOTICE.match(lines[start][:300].lower()):
        return True
    text = " ".join(lines[start : min(end, start + 12)])[:1200]
    if len(text) < 60:
        return False
    text = text.lower()
    if end - start <= 3 and _any(PRINT, text) and _any(GREEN, text) and _any(MESSAGE, text):
        return True
    if ("unsubscribe" in text or "you received this message because" in text) and end - start <= 6:
        return "http" in text or "@" in text
    if text.isascii() and text.count(" ") < ENOUGH_WORDS - 1:
        return False
    if not _any(CONFIDENTIAL, text):
        return False
    return THIS_MESSAGE.search(text) is not None or (_any(ADDRESSEE, text) and THIS.search(text) is not None)


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)


def _last_paragraphs(lines: list[str]) -> list[tuple[int, int]]:
    """Start and end of the last runs of lines that are not blank, top to bottom, without the first of all."""
    found: list[tuple[int, int]] = []
    end = 0
    lowest = max(0, len(lines) - MOST_LINES)
    for number in range(len(lines) - 1, lowest - 1, -1):
        if lines[number].strip():
            end = end or number + 1
        elif end:
            found.append((number + 1, end))
            end = 0
            if len(found) == MOST_PARAGRAPHS:
                break
    return found[::-1]
