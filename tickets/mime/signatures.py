"""Where the letter ends and the signature begins. In doubt it is still the letter."""

import re

from tickets.mime.footers import without_footers
from tickets.mime.header_blocks import label_of
from tickets.mime.quote_words import RULE
from tickets.mime.signature_words import ASKED, CLOSING, CONTACT, MOBILE, MY_DATA, PLACE, TITLE

_DELIMITER = re.compile(r"(?:- )?(?:--|—|–{2})")
_SENTENCE_END = re.compile(r"[.?!…。？！][\"')»”]?\s*$")
_PLACEHOLDER = re.compile(
    r"\s*(?:\[(?:cid|image|logo|bild|photo|https?)[^\]]{0,300}\]|<https?://[^>\s]{1,300}>|\[[^\]]{1,60}\]\s*<https?://[^>\s]{1,300}>|image\d{1,4}\.(?:png|jpg|gif))+\s*",
    re.I,
)
_LABELLED = re.compile(r"\s{0,4}[*]?[^\W\d_][^:：\n]{1,30}[:：]\s*\S")
_WORD = re.compile(r"\w+")
LONGEST_SIGNATURE = 60
LONGEST_BLOCK = 18
LONGEST_LINE = 120


def without_signature(lines: list[str]) -> list[str]:
    """`lines` of one writer without the signature at their end; all of them when nothing else would be left."""
    kept = _without_mobile(_without_block(_without_lines(lines)))
    return kept if any(line.strip() for line in kept) else lines


def _without_lines(lines: list[str]) -> list[str]:
    """Without what a delimiter, a program's own line or a footer begins."""
    kept = _without_delimited(lines)
    for _ in range(4):
        before = len(kept)
        kept = without_footers(_without_mobile(kept))
        if len(kept) == before:
            break
    return kept


def is_only_signature(lines: list[str]) -> bool:
    """Is this run nothing but a signature, as some programs put it above the quote while the answer stands below?"""
    return len(lines) <= LONGEST_SIGNATURE and len(_without_lines(["Letter", "", *lines])) <= 2


def _without_delimited(lines: list[str]) -> list[str]:
    """Up to the line `-- ` (RFC 3676 §4.3). One that stands at the very top, or far from the end, cuts nothing."""
    for number, line in enumerate(lines):
        if (
            line.startswith(("-", "—", "–", " "))
            and _DELIMITER.fullmatch(line.strip())
            and len(lines) - number <= LONGEST_SIGNATURE
            and any(above.strip() for above in lines[:number])
        ):
            return lines[:number]
    return lines


def _filled_end(lines: list[str]) -> int:
    """The line after the last that is not blank."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _without_mobile(lines: list[str]) -> list[str]:
    """Without the client's line ("Sent from my iPhone") when at most a link or a rule follows it."""
    end = _filled_end(lines)
    for number in range(end - 1, max(0, end - 4), -1):
        line = lines[number]
        if len(line) < 200 and MOBILE.match(line) and any(above.strip() for above in lines[:number]):
            return lines[:number] if all(_is_tail(below) for below in lines[number + 1 : end]) else lines
    return lines


def _is_tail(line: str) -> bool:
    return not line.strip() or (len(line) < 300 and (CONTACT.search(line) or RULE.match(line))) is not False


def _without_block(lines: list[str]) -> list[str]:
    """Without a last block of name and contact data; a closing word above it stays."""
    end = _filled_end(lines)
    start = _block_start(lines, end)
    if start >= end:
        return lines
    block = [line for line in lines[start:end] if line.strip() and not RULE.match(line)]
    above = _last_filled(lines, start)
    if above < 0 or not block:
        return lines
    after_closing = CLOSING.match(lines[above]) is not None
    if not _is_card(block, after_closing=after_closing) or (not after_closing and _is_asked_for(lines[above])):
        return lines
    return lines[:start]


def _block_start(lines: list[str], end: int) -> int:
    """Where the run of lines begins that only name and give data, up to a closing word or a line that speaks."""
    number, filled, start = end - 1, 0, end
    while number >= 0 and filled < LONGEST_BLOCK:
        line = lines[number]
        if line.strip():
            if CLOSING.match(line):
                return _behind_nickname(lines, number + 1, end)
            if not _only_names(line):
                break
            filled += 1
            start = number
        elif number and not lines[number - 1].strip() and number > 1 and not lines[number - 2].strip():
            break
        number -= 1
    return (
        _paragraph_from(lines, start, end)
        if number >= 0
        else _paragraph_from(lines, max(start, _second_paragraph(lines)), end)
    )


def _behind_nickname(lines: list[str], start: int, end: int) -> int:
    """Behind the single word a letter is signed with, when a block of its own follows it."""
    first = next((number for number in range(start, end) if lines[number].strip()), end)
    blank_below = first + 1 < end and not lines[first + 1].strip()
    if blank_below and first == start and len(lines[first].split()) == 1:
        return next((number for number in range(first + 1, end) if lines[number].strip()), end)
    return start


def _paragraph_from(lines: list[str], start: int, end: int) -> int:
    """The first start of a paragraph at or below `start`; a line that ends a sentence above will do as well."""
    while start < end and start and lines[start - 1].strip() and not _SENTENCE_END.search(lines[start - 1]):
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


def _last_filled(lines: list[str], before: int) -> int:
    return next((number for number in range(before - 1, -1, -1) if lines[number].strip()), -1)


def _is_asked_for(above: str) -> bool:
    """ "Please send it to:" makes the address below it part of the letter."""
    if above.rstrip().endswith((":", "：")) or MY_DATA.search(above):
        return True
    return ASKED.search(above) is not None and not _SENTENCE_END.search(above)


def _is_card(block: list[str], *, after_closing: bool) -> bool:
    """Is there a name, and a number, a site or an address with it, or after a closing word at least a title or a company?"""
    data = sum(CONTACT.search(line) is not None for line in block)
    names = sum(1 for line in block if not CONTACT.search(line) and not _PLACEHOLDER.fullmatch(line))
    places = sum(PLACE.search(line) is not None for line in block)
    titles = sum(TITLE.search(line) is not None for line in block)
    if after_closing and len(block) > 1 and (data or places or titles):
        return True
    if data and names and (data > 1 or places or titles or len(block) > 2 or _is_name(block[0])):
        return True
    return (
        data > 2
        or (len(block) > 1 and bool(places or titles) and bool(data))
        or (data == 1 and len(block) == 1 and "|" in block[0])
    )


def _is_name(line: str) -> bool:
    """Two to four words that all begin with a capital."""
    words = line.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() for word in words)


def _only_names(line: str) -> bool:
    """Does this line name or give data? One that speaks has many words that begin with a small letter, or ends a sentence."""
    if len(line) > LONGEST_LINE:
        return False
    text = line.strip()
    if RULE.match(line) or _PLACEHOLDER.fullmatch(line):
        return True
    words = text.split()
    has_data = CONTACT.search(line) is not None
    if has_data:
        return not _speaks(text, words) and not text.startswith(("-", "*  ", "> "))
    if text[-1] in "?!？！:：;" or (len(words) > 3 and _SENTENCE_END.search(text) and not TITLE.search(text)):
        return False
    if PLACE.search(line):
        return len(words) <= 12 and not _speaks(text, words)
    if (_LABELLED.match(line) and not TITLE.search(line)) or label_of(line):
        return False
    return len(words) <= 9 + 3 * text.count("|") and _capitalised(text)


def _speaks(text: str, words: list[str]) -> bool:
    small = sum(word[0].islower() and word.isalpha() and len(word) > 1 for word in words)
    return (
        small >= 5
        or (small >= 3 and small * 2 > len(words))
        or text.endswith("?")
        or (len(words) > 5 and text.endswith((".", "!")) and small > 2)
    )


def _capitalised(text: str) -> bool:
    words = [word for word in _WORD.findall(text) if len(word) > 2 and not word.isdigit()]
    if not words:
        return bool(text) and TITLE.search(text) is not None
    return sum(not word[0].islower() for word in words) * 2 > len(words) or TITLE.search(text) is not None
