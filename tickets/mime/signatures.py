"""Where the letter ends and the signature begins. In doubt it is still the letter."""

import re

from tickets.mime.quote_words import CLOSING, CONTACT, DISCLAIMER, MOBILE, RULE

_DELIMITER = re.compile(r"^(?:--|—)$")
_SENTENCE_END = re.compile(r"[.?!…。？！][\"')»”]?\s*$")
_NAME_LIKE = re.compile(r"^[^\d.?!:;@]{2,60}$")
LONGEST_BLOCK = 12
LONGEST_LINE = 90


def without_signature(lines: list[str]) -> list[str]:
    """`lines` of one writer without the signature at their end; all of them when nothing else would be left."""
    kept = _without_delimited(lines)
    kept = _without_mobile(kept)
    kept = _without_disclaimer(kept)
    kept = _without_contact_block(kept)
    kept = _without_mobile(kept)
    return kept if any(line.strip() for line in kept) else lines


def is_only_signature(lines: list[str]) -> bool:
    """Is this run nothing but a signature, as some programs put it above the quote while the answer stands below?"""
    filled = [line.strip() for line in lines if line.strip()]
    return 0 < len(filled) <= 6 and (_DELIMITER.match(filled[0]) or MOBILE.match(filled[0])) is not None


def _without_delimited(lines: list[str]) -> list[str]:
    """Up to the line `-- ` (RFC 3676 §4.3). One that stands at the very top, or far from the end, cuts nothing."""
    for number, line in enumerate(lines):
        if (
            _DELIMITER.match(line.strip())
            and len(lines) - number <= 40
            and any(above.strip() for above in lines[:number])
        ):
            return lines[:number]
    return lines


def _without_mobile(lines: list[str]) -> list[str]:
    """Without the client's line ("Sent from my iPhone") when at most a short tail follows it."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for number in range(end - 1, max(-1, end - 6), -1):
        if MOBILE.match(lines[number]) and any(above.strip() for above in lines[:number]):
            return lines[:number] if _is_tail(lines[number + 1 : end]) else lines[:number] + lines[number + 1 :]
    return lines


def _is_tail(lines: list[str]) -> bool:
    return all(not line.strip() or CONTACT.search(line) or RULE.match(line) for line in lines)


def _without_disclaimer(lines: list[str]) -> list[str]:
    paragraphs = _paragraphs(lines)
    while len(paragraphs) > 1 and (
        DISCLAIMER.match(lines[paragraphs[-1][0]]) or all(RULE.match(line) for line in lines[slice(*paragraphs[-1])])
    ):
        paragraphs.pop()
    # A disclaimer may be several paragraphs long: the first of them decides.
    for number, (start, _) in enumerate(paragraphs[1:], 1):
        if (
            DISCLAIMER.match(lines[start])
            and len(paragraphs) - number <= 6
            and len(" ".join(lines[start:]).split()) > 20
        ):
            paragraphs = paragraphs[:number]
            break
    return lines[: paragraphs[-1][1]] if paragraphs else lines


def _without_contact_block(lines: list[str]) -> list[str]:
    """Without a last block of name and contact data; a closing word above it stays."""
    paragraphs = _paragraphs(lines)
    if not paragraphs:
        return lines
    at = len(paragraphs) - 1
    start, end = paragraphs[at]
    start = _after_closing(lines, start, end)
    if start >= end or not _is_contact(lines[start:end]):
        return lines
    while at > 1 and start == paragraphs[at][0]:
        above_start, above_end = paragraphs[at - 1]
        above = _after_closing(lines, above_start, above_end)
        if above >= above_end or not (_is_contact(lines[above:above_end]) or _is_name_card(lines[above:above_end])):
            break
        at, start = at - 1, above
    above = next((number for number in range(start - 1, -1, -1) if lines[number].strip()), -1)
    # "Please send it to:" makes the address below it part of the letter.
    return lines if above < 0 or lines[above].rstrip().endswith((":", "：")) else lines[:start]


def _after_closing(lines: list[str], start: int, end: int) -> int:
    """The line after a closing word in this paragraph ("Kind regards,"), else its first line."""
    for number in range(start, end):
        if CLOSING.match(lines[number]):
            return number + 1
    return start


def _is_contact(block: list[str]) -> bool:
    """Short lines, none a sentence, at least one with a phone number, an address or a site and one without, or several with."""
    if len(block) > LONGEST_BLOCK or any(len(line) > LONGEST_LINE for line in block):
        return False
    data = sum(CONTACT.search(line) is not None for line in block)
    sentences = sum(_is_sentence(line) for line in block)
    return data > 0 and sentences == 0 and (data > 1 or len(block) > 1)


def _is_sentence(line: str) -> bool:
    """Does this line speak? A signature names; it has few words that begin with a small letter."""
    words = line.split()
    small = sum(word[0].islower() and word.isalpha() and len(word) > 1 for word in words)
    return (
        small >= 5
        or len(words) > 14
        or line.rstrip().endswith("?")
        or (len(words) > 4 and bool(_SENTENCE_END.search(line)) and not CONTACT.search(line))
    )


def _is_name_card(block: list[str]) -> bool:
    """A name, perhaps a title and a firm: one to four lines of capitalised words."""
    return len(block) <= 4 and all(_NAME_LIKE.match(line.strip()) and _capitalised(line) for line in block)


def _capitalised(line: str) -> bool:
    words = [word for word in re.findall(r"\w+", line) if len(word) > 3]
    return bool(words) and len(line.split()) <= 7 and sum(word[0].isupper() for word in words) * 2 > len(words)


def _paragraphs(lines: list[str]) -> list[tuple[int, int]]:
    """Start and end of each run of lines that are not blank."""
    found: list[tuple[int, int]] = []
    start = -1
    for number, line in enumerate([*lines, ""]):
        if line.strip(" \t\xa0"):
            start = number if start < 0 else start
        elif start >= 0:
            found.append((start, number))
            start = -1
    return found
