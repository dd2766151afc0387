"""Lines that name a person and say how to reach them, as against lines that speak. They tell a signature from a letter."""

import re
from collections.abc import Iterable

from tickets.mime.header_blocks import label_of
from tickets.mime.quote_words import RULE
from tickets.mime.signature_words import (
    CLOSING_STARTS,
    CLOSINGS,
    CONTACT_LABELS,
    MAIL_ADDRESS,
    MY_OWN,
    PHONE,
    PHONE_WORDS,
    PLACE,
    SITE,
    TITLE_STEMS,
    TITLES,
)

LONGEST_LINE = 160
LONGEST_CLOSING = 45
SENTENCE_END = re.compile(r"[.?!…。？！][\"')»”]?\s*$")
_PLACEHOLDER = re.compile(
    r"\s*(?:(?:\[(?:cid|image|logo|bild|photo|https?)[^\]]{0,300}\]|<https?://[^>\s]{1,300}>|\[[^\]]{1,60}\]\s{0,3}<https?://[^>\s]{1,300}>|image\d{1,4}\.(?:png|jpg|gif))\s{0,3}){1,8}",
    re.I,
)
_LABELLED = re.compile(r"\s{0,4}[*]?[^\W\d_][^:：\n]{1,30}[:：]\s*\S")
_WORD = re.compile(r"\w+")
_DOMAIN = re.compile(r"[a-z0-9-]{2,40}(?:\.[a-z0-9-]{2,40}){1,4}(?:/[\w./~-]{0,80})?")
_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
# Who speaks of "me" or "you" speaks.
_PERSONAL = frozenset(
    "I me my we us you your ich mich mir wir uns ihnen Ihnen moi nous vous votre usted noi voi nós mij wij jag мне меня нам "
    "вам вас мені I'm I'll please bitte".split()
)
_BULLETS = ("- ", "* ", "• ", "> ", "+ ", "# ", ".. ", "[1]", "[0]", "1. ", "1) ")
_AROUND = " \t,.!;:–-*_~，。！、：;"


def is_closing(line: str) -> bool:
    """Is this line a closing word ("Kind regards,"), in any language?"""
    if len(line) > LONGEST_CLOSING:
        return False
    text = line.strip(_AROUND).lower()
    if text.count(" ") > 2 and line.rstrip().endswith((".", "!", "。")):
        return False  # "Thank you for your help, it works now."
    return text in CLOSINGS or (text.startswith(CLOSING_STARTS) and text.count(" ") < 6)


def has_contact(line: str) -> bool:
    """Does this line hold a phone number, an address of the net, or a label of one ("Tel.:")?"""
    if "@" in line and MAIL_ADDRESS.search(line):
        return True
    if ("www." in line or "://" in line) and SITE.search(line):
        return True
    if _DIGITS.search(line) and (PHONE.search(line) or _is_phone_line(line)):
        return True
    head = line[:20].replace("|", ":").replace("：", ":")
    label, colon, _ = head.partition(":")
    if _DOMAIN.fullmatch(line.strip()):
        return True
    return bool(colon) and label.strip(" \t*_.·•").lower() in CONTACT_LABELS


def _is_phone_line(line: str) -> bool:
    """ "tel 5123 4567": a label without colon, and nothing but a number behind it."""
    word, _, number = line.strip(" \t*_").partition(" ")
    return word.rstrip(".").lower() in PHONE_WORDS and not any(char.isalpha() for char in number)


def has_place(line: str) -> bool:
    """Does this line hold a street, a town with its code or a post box?"""
    return any(char.isdigit() for char in line) and PLACE.search(line.lower()) is not None


def has_title(line: str) -> bool:
    """Does this line say what somebody is, or the form of a company?"""
    lowered = line.lower()
    return not TITLES.isdisjoint(lowered.replace(",", " ").replace("|", " ").split()) or any(
        stem in lowered for stem in TITLE_STEMS
    )


def is_placeholder(line: str) -> bool:
    """Is this line nothing but a picture or a bare link, as a logo leaves it in plain text?"""
    return line.lstrip()[:1] in "[<i" and _PLACEHOLDER.fullmatch(line) is not None


def is_name(line: str) -> bool:
    """Two to four words that all begin with a capital."""
    words = line.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() for word in words)


def only_names(line: str) -> bool:
    """Does this line name or give data? One that speaks has many words that begin with a small letter, or ends a sentence."""
    if len(line) > LONGEST_LINE or _is_personal(line):
        return False
    text = line.strip()
    if RULE.match(line) or is_placeholder(line):
        return True
    if text.startswith(_BULLETS):
        return False
    words = text.split()
    if has_contact(line):
        return not _speaks(text, words)
    if text[-1] in "?!？！。:：;" or (_ends_sentence(text, words) and not has_title(text)):
        return False
    if text[-1] == "." and len(words) > 1 and not any(char.isupper() for char in text):
        return False
    if has_place(line):
        return len(words) <= 12 and not _speaks(text, words)
    if (_LABELLED.match(line) and not has_title(line)) or label_of(line):
        return False
    return len(words) <= 9 + 3 * text.count("|") and _is_capitalised(text)


def _ends_sentence(text: str, words: list[str]) -> bool:
    """A full stop behind more than an abbreviation."""
    return SENTENCE_END.search(text) is not None and (
        len(words) > 3 or (len(words[-1]) > 3 and words[-1].count(".") < 2)
    )


def _is_personal(line: str) -> bool:
    words = line.split()
    return (len(words) > 4 and not _PERSONAL.isdisjoint(words)) or MY_OWN.match(line.lower()) is not None


def may_stand_below_closing(line: str) -> bool:
    """Could this be a line of a signature, given that a closing word stands above it?"""
    text = line.strip()
    if len(text) > LONGEST_LINE or text[-1] in "?？:：" or text[:2].lower() == "ps" or _is_personal(text):
        return False
    if _ends_sentence(text, text.split()) and not has_title(text) and not has_contact(line):
        return False
    return only_names(line) or text.count(" ") < 6 or (has_contact(line) and text.count(" ") < 20)


def _speaks(text: str, words: list[str]) -> bool:
    small = sum(word[0].islower() and word.isalpha() and len(word) > 1 for word in words)
    return (
        small >= 5
        or (small >= 3 and small * 2 > len(words))
        or text.endswith("?")
        or (len(words) > 3 and text.endswith((".", "!")) and small > 1)
    )


def _is_capitalised(text: str) -> bool:
    words = [word for word in _WORD.findall(text) if (len(word) > 2 or word[0] > "\u2e80") and not word.isdigit()]
    return sum(not word[0].islower() for word in words) * 2 > len(words) or has_title(text)


def is_card(block: Iterable[str], *, after_closing: bool) -> bool:
    """Is there a name, and a number, a site or an address with it, or after a closing word at least a title or a company?"""
    lines = list(block)
    data = sum(map(has_contact, lines))
    places = sum(map(has_place, lines))
    titles = sum(map(has_title, lines))
    if after_closing and len(lines) > 1 and (data or places or titles):
        return True
    if len(lines) == 2 and data == 1 and lines[0].strip().isalpha() and lines[0].strip()[0].isupper():
        return PHONE.search(lines[1]) is not None
    if not after_closing and sum("@" in line for line in lines) > 2:
        return False  # a list of people
    if not places and not titles and data > 1 and sum("://" in line for line in lines) == data:
        return False  # a list of links
    if titles > 1 and len(lines) > 2 and is_name(lines[0].partition(",")[0]):
        return True
    names = sum(not has_contact(line) and not is_placeholder(line) for line in lines)
    if data and names and (data > 1 or places or titles or len(lines) > 2 or is_name(lines[0])):
        return True
    return (
        data > 2
        or (len(lines) > 1 and bool(places or titles) and bool(data))
        or (data == 1 == len(lines) and "|" in lines[0])
    )
