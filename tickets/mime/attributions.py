"""The line that announces a quote, "On 3 March 2025, Ann Oak <ann@x.example> wrote:", in any language and wrapped as it may be.

The shape decides, not the language: who (an address or a name before a verb), when, and a colon at the end. With marked lines
below it less is asked for; without them a person might have written it in a letter, and more is.
"""

import re

from tickets.mime.quote_words import ADDRESS, ATTRIBUTION_START, DATE, ENDINGS, TIME, WROTE, YEAR

LONGEST = 400
MOST_LINES = 4
_AROUND = " \t*_-—–=~•"
_SENTENCE_END = re.compile(r"(?:[^\W\d_]{4,}|[)\"”])[.!]$|[?…]$|:$")
_BOXED = re.compile(r"[<(\[][^<>()\[\]\s]{1,80}@[^<>()\s]{1,120}[>)\]]")
_NAMED = re.compile(r"\[[^\W\d_][^\]\n]{2,60}\]")
_RUNS_ON = re.compile(r"(?P<head>[^\n]{12,260}?<[^<>\s]{1,80}@[^<>\s]{1,120}>[^<>:：\n]{0,40}[:：])\s{1,4}\S")
_SELF = re.compile(
    r"(?<!\w)(?:i|we|he|she|they|ich|wir|er|sie|je|j'ai|nous|il|elle|io|ho|eu|ik|wij|hij|ja|jag|vi|han|hon|я|мы|ми|он|она|він|вона)(?!\w)"
)
# Who tells what was written, to whom and when, is writing a letter: "On Monday I wrote to ann@x.example, and she replied:"
_TELLS = re.compile(
    r"(?<!\w)(?:i|we|he|she|they) (?:\w{1,12} )?(?:wrote to|sent|replied|asked|answered|told)(?!\w)|"
    r"(?<!\w)(?:schrieb|habe|haben|hatte|hatten) (?:ich|wir)(?!\w)"
)
_NEAR_END = re.compile(r"(?:@[^\n]{0,110}|\d[^\n]{0,12})[:：]?\s{0,3}$")
_LABELLED = re.compile(r"(?:^|\s)[^\W\d_]{2,24}:\s")
_NEWS = re.compile(
    r"(?:wrote in|schrieb im|schrieb in|a écrit dans le|escribió en el) (?:the )?(?:message|news|newsbeitrag|mensaje)"
)


def may_end(line: str) -> bool:
    """A cheap look: could an announcement end with this line?"""
    return line.rstrip(" \t*_]-—–").endswith(ENDINGS)


def attribution_start(lines: list[str], lowest: int, at: int, quoted_below: bool) -> int | None:
    """The first line of the announcement that ends with line `at`, not above `lowest`; None when it is none.

    `quoted_below` says that the next line is marked as quoted.
    """
    found = None
    joined = ""
    for number in range(at, max(lowest, at - MOST_LINES + 1) - 1, -1):
        line = lines[number].strip(_AROUND)
        if not line or len(line) > LONGEST or (number < at and _SENTENCE_END.search(line)):
            break
        joined = f"{line} {joined}".rstrip()
        if len(joined) > LONGEST:
            break
        begins = _begins(line) or number == lowest or not lines[number - 1].strip()
        if (begins or number == at) and _is_whole(joined, quoted_below):
            found = number if found is None or DATE.search(joined) else found
            if begins and DATE.search(joined):
                break
            if number > lowest and _is_article(lines[number - 1]):
                return number - 1
        elif number == at and quoted_below and _is_part(joined):
            found = number
    return found if found is None or _is_apart(lines, lowest, found, at, quoted_below) else None


def _is_article(above: str) -> bool:
    """ "In article <id@host>," is the first line of an announcement in newsgroups."""
    return above.rstrip().endswith(">,") and "@" in above and _begins(above.strip(_AROUND))


def runs_on(line: str) -> bool:
    """Is this an announcement with the quoted words behind it on the same line, as some programs make it of HTML?"""
    found = _RUNS_ON.match(line)
    return found is not None and _begins(found["head"]) and _is_whole(found["head"], quoted_below=False)


def _begins(line: str) -> bool:
    """Does an announcement begin so? One that begins with an address has its name in the line above."""
    return not line.startswith(("<", "(")) and ATTRIBUTION_START.match(line.lower()) is not None


def _is_apart(lines: list[str], lowest: int, start: int, at: int, quoted_below: bool) -> bool:
    """An announcement without address or marks below it must stand apart, or it is a sentence of the letter."""
    joined = " ".join(lines[start : at + 1]).strip(_AROUND)
    if not quoted_below and _TELLS.search(joined.lower()):
        return False
    if quoted_below or _BOXED.search(joined) or (_begins(joined) and ADDRESS.search(joined)):
        return True
    if _SELF.search(joined.lower()):
        return False
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return (start == lowest or not lines[start - 1].strip()) and not below.startswith(('"', "'", "“", "„", "«", "‘"))


def _is_whole(text: str, quoted_below: bool) -> bool:
    ends = text.rstrip(" *_]").endswith(ENDINGS)
    if not ends and not quoted_below:
        return False
    lowered = text.lower()
    who, when = ADDRESS.search(text), DATE.search(text)
    if quoted_below:
        if when and (who or lowered.startswith(("quoting ", "excerpts ", "zitat "))):
            return True
        return bool((when or who) and ends and WROTE.search(lowered)) or (
            not ends and _NEWS.search(lowered) is not None
        )
    if _LABELLED.search(text[:-1]):
        return False
    size = text.count(" ")
    if size > 40 or not (who or (YEAR.search(text) and TIME.search(lowered))):
        return False
    if who:
        return (when is not None and _NEAR_END.search(text) is not None) or (
            size < 24 and WROTE.search(lowered) is not None
        )
    return WROTE.search(lowered) is not None


def _is_part(text: str) -> bool:
    """One line above marked lines that says less: "Ann wrote:", "<ann@x.example>:", "3 March 2025:"."""
    if _NAMED.fullmatch(text):
        return True
    if text.count(" ") > 11 or not text.rstrip(" *_]").endswith(ENDINGS):
        return False
    return any(pattern.search(text) for pattern in (YEAR, ADDRESS)) or WROTE.search(text.lower()) is not None
