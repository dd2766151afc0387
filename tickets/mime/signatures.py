"""Where the letter ends and the signature begins. In doubt it is still the letter."""

import re

from tickets.mime.cards import (
    LONGEST_LINE,
    SENTENCE_END,
    has_contact,
    has_place,
    has_title,
    is_card,
    is_closing,
    is_name,
    may_stand_below_closing,
    only_names,
)
from tickets.mime.footers import without_footers
from tickets.mime.quote_words import RULE
from tickets.mime.signature_words import ASKED, BRANDS, MY_DATA, SENT_AT_END, SENT_FROM, SENT_WITH

_DELIMITERS = frozenset(("--", "—", "––", "- --"))
_ADDRESS_ALONE = re.compile(r"<?[\w.+-]{1,64}@[\w.-]{3,120}>?")
RULERS = "-_=*~#+—–"
LONGEST_SIGNATURE = 60
LONGEST_BLOCK = 18
LONGEST_SENT_FROM = 120
SHORTEST_NOTICE = 40


def without_signature(lines: list[str]) -> list[str]:
    """`lines` of one writer without the signature at their end; all of them when nothing else would be left."""
    kept = _without_block(_without_ruled_card(_without_lines(lines)))
    kept = _without_sent_from(kept) if len(kept) < len(lines) else kept
    return kept if any(line.strip() for line in kept) else lines


def is_only_signature(lines: list[str]) -> bool:
    """Is this run nothing but a signature, as some programs put it above the quote while the answer stands below?"""
    first = next((line.strip() for line in lines if line.strip()), "")
    if len(lines) > LONGEST_SIGNATURE or (
        first[:1].isalnum() and len(first) < SHORTEST_NOTICE and not is_sent_from(first)
    ):
        return False
    return len(_without_lines(["Letter", "", *lines])) <= 2


def _without_lines(lines: list[str]) -> list[str]:
    """Without what a delimiter, a program's own line or a footer begins."""
    kept = _without_delimited(lines)
    for _ in range(4):
        before = len(kept)
        kept = without_footers(_without_sent_from(kept))
        if len(kept) == before:
            break
    return kept


def _without_delimited(lines: list[str]) -> list[str]:
    """Up to the line `-- ` (RFC 3676 §4.3). One that stands at the very top, or far from the end, cuts nothing."""
    for number in range(max(0, len(lines) - LONGEST_SIGNATURE), len(lines)):
        line = lines[number]
        if (
            line
            and line[0] in "-—– "
            and line.strip() in _DELIMITERS
            and any(above.strip() for above in lines[:number])
        ):
            return lines[:number]
    return lines


def _without_ruled_card(lines: list[str]) -> list[str]:
    """Without a name and contact data below a line drawn across."""
    end = _filled_end(lines)
    for number in range(end - 2, max(0, end - LONGEST_BLOCK), -1):
        line = lines[number].strip()
        if line and line[0] in RULERS and len(line) > 2 and not line.strip(RULERS + " "):
            if abs(len(lines[number - 1].strip()) - len(line)) < 2:
                return lines  # the line under a heading
            block = [below for below in lines[number + 1 : end] if below.strip()]
            is_signature = all(map(only_names, block)) and any(map(has_contact, block))
            return lines[:number] if is_signature and any(above.strip() for above in lines[:number]) else lines
    return lines


def _filled_end(lines: list[str]) -> int:
    """The line after the last that is not blank."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _without_sent_from(lines: list[str]) -> list[str]:
    """Without the client's line ("Sent from my iPhone") when at most a link or a rule follows it."""
    end = _filled_end(lines)
    for number in range(end - 1, max(0, end - 4), -1):
        line = lines[number]
        if line and is_sent_from(line) and any(above.strip() for above in lines[:number]):
            return lines[:number] if all(_is_tail(below) for below in lines[number + 1 : end]) else lines
    return lines


def is_sent_from(line: str) -> bool:
    """Did a mail program write this line to say what it is? It begins like one, and names a device or begins with a capital."""
    if len(line) > LONGEST_SENT_FROM and "http" not in line:
        return False
    text = line[:LONGEST_SENT_FROM].strip(" \t-–—*_([<>•").rstrip(" .)]")
    lowered = text.lower()
    if "outlook" in lowered and ("ios" in lowered or "android" in lowered):
        return text.count(" ") < 8
    begins = lowered.startswith(SENT_FROM)
    if not begins and not lowered.startswith(SENT_WITH) and not lowered.endswith(SENT_AT_END):
        return False
    if text.count(" ") > 15:
        return False
    branded = any(brand in lowered for brand in BRANDS)
    return branded or (begins and not text[:1].islower() and not text.endswith(("!", "?")))


def _is_tail(line: str) -> bool:
    return not line.strip() or (len(line) < 300 and (has_contact(line) or RULE.match(line) is not None))


def _without_block(lines: list[str]) -> list[str]:
    """Without a last block of name and contact data; a closing word above it stays."""
    end = _filled_end(lines)
    start = _below_closing(lines, end)
    if start is not None:
        return lines[:start]
    start = _block_start(lines, end)
    if start >= end:
        return lines
    above = next((number for number in range(start - 1, -1, -1) if lines[number].strip()), -1)
    block = [line for line in lines[start:end] if line.strip() and not RULE.match(line)]
    if above < 0 or not block:
        return lines
    if len(block) == 1 and _ADDRESS_ALONE.fullmatch(block[0].strip()):
        return lines[:start] if start - above > 2 else lines
    start = _behind_nickname(lines, start, end)
    block = [line for line in lines[start:end] if line.strip() and not RULE.match(line)] or block
    after_closing = is_closing(lines[above])
    if (not after_closing and _is_asked_for(lines[above])) or not is_card(block, after_closing=after_closing):
        return lines
    return lines[:start]


def _below_closing(lines: list[str], end: int) -> int | None:
    """Where a signature begins below a closing word: nothing there speaks, and something says who and where the writer is."""
    for number in range(end - 1, max(0, end - LONGEST_BLOCK - 4), -1):
        if not lines[number].strip():
            continue
        if is_closing(lines[number]):
            start = _behind_nickname(lines, number + 1, end)
            block = [line for line in lines[start:end] if line.strip() and not RULE.match(line)]
            return start if len(block) > 1 and any(map(has_contact, block)) else None
        if not may_stand_below_closing(lines[number]):
            return None
    return None


def _block_start(lines: list[str], end: int) -> int:
    """Where the run of lines begins that only name and give data, up to a closing word or a line that speaks."""
    number, filled, start = end - 1, 0, end
    while number >= 0 and filled < LONGEST_BLOCK:
        line = lines[number]
        if line.strip():
            if is_closing(line):
                return _behind_nickname(lines, number + 1, end)
            if not only_names(line):
                break
            filled += 1
            start = number
        elif number > 1 and not lines[number - 1].strip() and not lines[number - 2].strip():
            break
        number -= 1
    start = _paragraph_from(lines, start if number >= 0 else max(start, _second_paragraph(lines)), end)
    return _first_that_tells(lines, start, end)


def _first_that_tells(lines: list[str], start: int, end: int) -> int:
    """The first paragraph that is a name or tells more than names; a list of goods above a signature stays."""
    at = start
    while at < end:
        stop = next((number for number in range(at, end) if not lines[number].strip()), end)
        block = lines[at:stop]
        alone = stop - at == 1 and (is_name(block[0]) or block[0].strip().isalpha())
        if stop == end or alone or any(has_contact(line) or has_place(line) or has_title(line) for line in block):
            return at
        at = next((number for number in range(stop, end) if lines[number].strip()), end)
    return start


def _behind_nickname(lines: list[str], start: int, end: int) -> int:
    """Behind the name a letter is signed with, when a block of its own follows that has a name again, or it was but one word."""
    while start < end and not lines[start].strip():
        start += 1
    if start + 1 >= end or lines[start + 1].strip():
        return start
    below = next((number for number in range(start + 1, end) if lines[number].strip()), end)
    words = lines[start].split()
    if len(words) == 1 and words[0].isalpha():
        return below
    return below if below < end and is_name(lines[start]) and _names_again(lines[below], words) else start


def _names_again(line: str, words: list[str]) -> bool:
    """Does a signature begin here with a name, perhaps that of `words` with more behind it?"""
    text = line.strip(" *_|")
    return text.startswith(words[0]) or (is_name(text) and not has_title(text))


def _paragraph_from(lines: list[str], start: int, end: int) -> int:
    """The first start of a paragraph at or below `start`; a line that ends a sentence above will do as well."""
    while (
        start < end and start and lines[start - 1].strip() and not SENTENCE_END.search(lines[start - 1][-LONGEST_LINE:])
    ):
        start += 1
    while start < end and not lines[start].strip():
        start += 1
    return start


def _second_paragraph(lines: list[str]) -> int:
    """The first paragraph is never a signature."""
    number = 0
    while number < len(lines) and not lines[number].strip():
        number += 1
    while number < len(lines) and lines[number].strip():
        number += 1
    return number


def _is_asked_for(above: str) -> bool:
    """ "Please send it to:" makes the address below it part of the letter."""
    text = above[-LONGEST_LINE:].rstrip().lower()
    if text.endswith((":", "：")) or MY_DATA.search(text):
        return True
    return ASKED.search(text) is not None and not SENTENCE_END.search(text)
