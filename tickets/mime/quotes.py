"""What the writer wrote this time: the text without quoted history and signature. In doubt a line stays.

The lines are read once, top to bottom. A line is quoted when it is marked (`> `), when it announces a quote, or when it stands below
a mark after which mail programs write nothing but history. Where the HTML marks its quotes, it is asked first (html_quotes.py).
"""

import re

from tickets.mime.html import sanitise
from tickets.mime.html_quotes import fresh_text, only_fresh
from tickets.mime.quote_words import ATTRIBUTION_START, DATE_AND_ADDRESS, LABEL, RULE, SEPARATOR, WHEN_OR_WHO, WROTE_END
from tickets.mime.signatures import is_only_signature, without_signature

LONGEST = 300_000
MOST_LINES = 20_000
_MARKED = re.compile(r"^[ \t]{0,3}(?:>|\|[ \t]?(?=\S)|[A-Z]{1,3}>[ \t])")
_UNSEEN = {
    "\xa0": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u200e": "",
    "\u200f": "",
    "\ufeff": "",
    "\u202a": "",
    "\u202c": "",
}
# Cheap looks before the dear ones: an announcement ends like this, a separator starts like that.
_ENDINGS = (":", "：", "写道", "寫道", "のメール", "のメッセージ", "書きました", "작성", "wrote", "schrieb")
_SEPARATOR_STARTS = ("-", "_", "=", "*", "—", "–", "#")


def reply_of(text: str, html: str | None = None) -> str:
    """`text` without the quoted history, the headers above it, and the signature (interfaces.md §1, `reply`).

    `html` is the HTML of the same mail, if it has one. When nothing new is found the whole `text` is given back.
    """
    return reply_from(text, sanitise(html) if html else None)


def reply_from(text: str, sanitised: str | None) -> str:
    """`reply_of` for HTML that was sanitised already."""
    if not text or len(text) > LONGEST:
        return text
    lines = _seen(text).split("\n")
    if len(lines) > MOST_LINES:
        return text
    fresh = fresh_text(sanitised) if sanitised else None
    if fresh is not None:
        marked = only_fresh(lines, fresh)
        if marked is not None:
            return _letter(marked) or text.strip("\n")
    return _letter(lines) or text.strip("\n")


def _seen(text: str) -> str:
    """`text` without characters that show nothing, which would keep a line from being recognised."""
    if not text.isascii():
        for char, shown in _UNSEEN.items():
            if char in text:
                text = text.replace(char, shown)
    return text


def _letter(lines: list[str]) -> str:
    """The kept runs of lines, each without its signature, put together."""
    runs = _own_runs(lines)
    if len(runs) > 1:
        runs = [run for run in runs if not is_only_signature(run)] or runs
    pieces = []
    for number, run in enumerate(runs):
        last = number == len(runs) - 1 or not any(any(line.strip() for line in later) for later in runs[number + 1 :])
        kept = without_signature(run) if last or number == 0 else run
        piece = _trimmed(kept)
        if piece:
            pieces.append(piece)
    return "\n\n".join(pieces)


def _trimmed(lines: list[str]) -> str:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return "\n".join(line.rstrip() for line in lines[start:end])


def _own_runs(lines: list[str]) -> list[list[str]]:
    """The lines that are not quoted, as runs between the quotes."""
    runs: list[list[str]] = [[]]
    at = 0
    while at < len(lines):
        line = lines[at]
        if _is_marked(lines, at):
            at = _end_of_marked(lines, at)
            runs.append([])
            continue
        if not line.strip():
            runs[-1].append(line)
            at += 1
            continue
        end = _announcement(lines, at)
        if end is None:
            runs[-1].append(line)
            at += 1
        elif _answered_between(lines, end):
            at = end
            runs.append([])
        else:
            break
    return runs


def _is_marked(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not _MARKED.match(line):
        return False
    if line.lstrip().startswith(">"):
        # ">From" at the start of a line is what mbox files make of "From"
        return not line.startswith(">From ") or (at + 1 < len(lines) and lines[at + 1].startswith(">"))
    other = [lines[index] for index in (at - 1, at + 1) if 0 <= index < len(lines)]
    return any(_MARKED.match(near) and near.lstrip()[:1] == line.lstrip()[:1] for near in other)


def _end_of_marked(lines: list[str], at: int) -> int:
    """The line after a run of marked lines; a wrapped end of a marked line counts as marked."""
    while at < len(lines):
        if _is_marked(lines, at):
            at += 1
        elif _is_wrapped_tail(lines, at):
            at += 2
        else:
            break
    return at


def _is_wrapped_tail(lines: list[str], at: int) -> bool:
    tail = lines[at].strip()
    return (
        0 < len(tail) <= 30
        and at + 1 < len(lines)
        and lines[at + 1].startswith(">")
        and len(lines[at - 1]) >= 60
        and lines[at - 1].startswith(">")
        and tail[0].islower()
        and not tail.endswith((".", "!", "?"))
        and len(lines[at + 1].strip("> ")) > 0
    )


def _announcement(lines: list[str], at: int) -> int | None:
    """The line after an announcement of quoted history that begins at `at`; None when none does."""
    line = lines[at]
    if line.lstrip().startswith(_SEPARATOR_STARTS) or line.rstrip().endswith((":", "：")) or "bove this line" in line:
        if SEPARATOR.match(line):
            return _after_block(lines, at + 1)
        if RULE.match(line):
            following = _next_filled(lines, at + 1)
            return _after_header_block(lines, following) if following is not None else None
    if len(line) > 400:
        return None
    return _after_header_block(lines, at) or _after_attribution(lines, at)


def _after_block(lines: list[str], at: int) -> int:
    """Behind the header block that may follow a separator line."""
    following = _next_filled(lines, at)
    return (_after_header_block(lines, following) if following is not None else None) or at


def _next_filled(lines: list[str], at: int, within: int = 4) -> int | None:
    return next((number for number in range(at, min(len(lines), at + within)) if lines[number].strip()), None)


def _after_header_block(lines: list[str], at: int) -> int | None:
    """Behind an Outlook-like block of labelled lines: a From, one more, and an address, a subject or a time among them."""
    if (":" not in lines[at] and "：" not in lines[at]) or not LABEL.match(lines[at]):
        return None
    kinds: set[str] = set()
    values, gap, number, end = "", 0, at, at
    while number < len(lines) and number < at + 24 and gap <= 2:
        match = LABEL.match(lines[number]) if len(lines[number]) < 1200 else None
        if match:
            kind = match.lastgroup if match.lastgroup != "value" else None
            kinds.add(kind or next(name for name in ("from_", "date", "subject", "to", "cc") if match[name]))
            values += "\n" + match["value"]
            gap, end = 0, number + 1
        else:
            gap += 1
        number += 1
    enough = "from_" in kinds and len(kinds) >= 3 and ("@" in values or ("subject" in kinds and "date" in kinds))
    return end if enough else None


def _after_attribution(lines: list[str], at: int) -> int | None:
    """Behind "On 3 March 2025, Ann Oak wrote:", which may be wrapped over up to four lines."""
    if not any(line.rstrip(" *_").endswith(_ENDINGS) for line in lines[at : at + 4]):
        return None
    joined = ""
    for number in range(at, min(at + 4, len(lines))):
        line = lines[number].strip()
        if (
            not line
            or line.startswith(">")
            or (number > at and not ATTRIBUTION_START.match(lines[at].lstrip(" \t-*—–")))
        ):
            return None
        joined = f"{joined} {line}".strip()
        if len(joined) > 400:
            return None
        if _is_attribution(joined, lines, number + 1):
            return number + 1
    return None


def _is_attribution(joined: str, lines: list[str], following: int) -> bool:
    text = joined.rstrip(" *_")
    if not text.endswith(_ENDINGS):
        return False
    if DATE_AND_ADDRESS.search(text):
        return True
    if not WROTE_END.search(text):
        return False
    after = _next_filled(lines, following, 3)
    quoted = after is not None and lines[after].lstrip().startswith(">")
    return quoted or (
        WHEN_OR_WHO.search(text) is not None and ATTRIBUTION_START.match(text.lstrip(" \t-*—–")) is not None
    )


def _answered_between(lines: list[str], at: int) -> bool:
    """Does marked text follow an announcement? Then what is not marked below it is the writer's own."""
    first = _next_filled(lines, at, 12)
    return first is not None and _is_marked(lines, first)
