"""What is put below a letter by others than its writer: mailing lists, providers, virus scanners, the company's lawyers."""

from tickets.mime.quote_words import RULE
from tickets.mime.signature_words import ADDRESSEE, CONFIDENTIAL, CONTACT, GREEN, LIST_FOOTER, MESSAGE, NOTICE, PRINT

MOST_PARAGRAPHS = 12
LONGEST_FOOTER = 12
ENOUGH_WORDS = 12


def without_footers(lines: list[str]) -> list[str]:
    """`lines` without a list's footer, an advertisement or a disclaimer at their end. The first paragraph always stays."""
    kept = _without_ruled(lines)
    paragraphs = _paragraphs(kept)
    if len(paragraphs) < 2:
        return kept
    first = len(paragraphs)
    for number in range(len(paragraphs) - 1, max(0, len(paragraphs) - MOST_PARAGRAPHS), -1):
        if _is_notice(kept, *paragraphs[number]):
            first = number
    if first == len(paragraphs):
        return kept
    while first > 1 and all(RULE.match(line) for line in kept[slice(*paragraphs[first - 1])]):
        first -= 1
    return kept[: paragraphs[first - 1][1]]


def _without_ruled(lines: list[str]) -> list[str]:
    """Without what stands below the last line drawn across, when that speaks of a list, an offer or a link."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for number in range(end - 1, max(0, end - LONGEST_FOOTER) - 1, -1):
        if RULE.match(lines[number]) and any(line.strip() for line in lines[:number]):
            below = [line for line in lines[number + 1 : end] if line.strip()]
            if not below or any(_is_foreign(line) for line in below):
                return lines[:number]
    return lines


def _is_foreign(line: str) -> bool:
    short = line[:300]
    return (
        LIST_FOOTER.search(short) is not None
        or NOTICE.match(short) is not None
        or (len(line.split()) <= 3 and CONTACT.search(short) is not None)
    )


def _is_notice(lines: list[str], start: int, end: int) -> bool:
    """Is this paragraph a disclaimer or an advertisement? Two of: confidential, a message, an addressee, and it is long."""
    first = lines[start][:300]
    if NOTICE.match(first):
        return True
    text = " ".join(lines[start : min(end, start + 12)])[:1200]
    if end - start <= 2 and GREEN.search(text) and PRINT.search(text) and MESSAGE.search(text):
        return True
    signs = sum(pattern.search(text) is not None for pattern in (CONFIDENTIAL, MESSAGE, ADDRESSEE))
    if signs == 3 or (signs == 2 and CONFIDENTIAL.search(text) is not None):
        return len(text.split()) >= ENOUGH_WORDS or (not text.isascii() and len(text) > 60)
    return (
        end - start <= 6
        and ("unsubscribe" in text.lower() or "you received this message because" in text.lower())
        and "http" in text
    )


def _paragraphs(lines: list[str]) -> list[tuple[int, int]]:
    """Start and end of each run of lines that are not blank."""
    found: list[tuple[int, int]] = []
    start = -1
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            start = number if start < 0 else start
        elif start >= 0:
            found.append((start, number))
            start = -1
    return found
