"""Lines that are marked as quoted: `> ` above all, but also `| `, `AO> ` and what else an announcement is followed by."""

import re
from collections.abc import Collection

from tickets.mime.header_blocks import label_of

_INITIALS = re.compile(r"\s{0,3}([^\W\d_]{1,12})>(?:[ \t>]|$)")
# Who shows a log or a command with ">" in front of its lines wrote it.
_TECHNICAL = re.compile(
    r"(?i:\b(?:error|exception|warning|warn|fatal|failed|failure|traceback|undefined|errno|denied|timeout|debug|segfault)\b)|"
    r"(?i:\b(?:fehler|erreur|ошибка|select|insert|sudo|null|nil)\b)|"
    r"0x[0-9a-fA-F]{2,}|\b[A-Z]:\\|(?:^|\s)[~.]?/[\w.-]{1,60}/[\w.-]|\w\(\)|[{};]\s*$|"
    r"^\s*at \w|\d\d:\d\d:\d\d|\$ |\b\d{1,3}(?:\.\d{1,3}){3}\b|\w=\w|::|->"
)
_SHOWS = re.compile(
    r"(?i)[:：]\s*$|\b(?:error|log|logs|output|message|following|this|console|command|meldung|ausgabe|erreur|ошибк\w*)\W*$"
)
NOT_A_MARK = frozenset("\"'“”„«»‘’([{<&/\\.,@$-–—•·")


def is_marked(lines: list[str], at: int, marks: Collection[str] = ()) -> bool:
    """Is this line marked as quoted? `marks` are those that this mail has besides the usual ones, see `own_mark`."""
    text = lines[at].lstrip()
    first = text[:1]
    if first == ">":
        # ">From" at the start of a line is what mbox files make of "From"
        return not text.startswith(">From ") or (at + 1 < len(lines) and lines[at + 1].startswith(">"))
    if not first:
        return False
    if first == "|":
        return text.count("|") == 1 and _has_neighbour(lines, at, "|")
    if ">" in text[:14]:
        initials = _INITIALS.match(text)
        return (
            initials is not None
            and initials[1][0].isupper()
            and (f"{initials[1]}>" in marks or _has_neighbour(lines, at, f"{initials[1]}>"))
        )
    return first in marks


def initials_of(line: str) -> str | None:
    """The mark of programs that quote with the initials of the one they quote ("AO> ")."""
    found = _INITIALS.match(line) if ">" in line[:16] else None
    return f"{found[1]}>" if found else None


def _has_neighbour(lines: list[str], at: int, mark: str) -> bool:
    return any(
        0 <= near < len(lines) and lines[near].lstrip().startswith(mark) and lines[near].count("|") < 2
        for near in (at - 1, at + 1, at - 2, at + 2)
    )


def own_mark(lines: list[str], at: int) -> str:
    """The mark that the lines of a paragraph share, one that no letter begins with; "" when they share none."""
    first = lines[at].lstrip()[:1]
    if not first or first.isalnum() or first in NOT_A_MARK:
        return ""
    count = 0
    for line in lines[at : at + 8]:
        text = line.lstrip()
        if not text:
            break
        if not text.startswith(first):
            return ""
        count += 1
    return first if count > 1 else ""


def end_of_marked(lines: list[str], at: int, marks: Collection[str]) -> int:
    """The line after a run of marked lines; a wrapped end of a marked line counts as marked."""
    while at < len(lines):
        if is_marked(lines, at, marks):
            at += 1
        elif _is_wrapped_tail(lines, at):
            at += 2
        else:
            break
    return at


def end_of_angled(lines: list[str], at: int) -> int:
    """Behind what AOL puts between `<<` and `>>`; to the end when it is not closed."""
    closed = (number + 1 for number in range(at, len(lines)) if lines[number].rstrip().endswith(">>"))
    return next(closed, len(lines))


def _is_wrapped_tail(lines: list[str], at: int) -> bool:
    """The rest of a quoted line that a program broke without marking it again."""
    tail, above = lines[at].strip(), lines[at - 1].rstrip()
    return (
        0 < len(tail) <= 40
        and at + 1 < len(lines)
        and lines[at + 1].startswith(">")
        and len(above) >= 60
        and above.startswith(">")
        and not above.endswith((".", "!", "?", ":", ";"))
        and not tail[0].isupper()
        and not tail.endswith((".", "!", "?"))
        and len(lines[at + 1].strip("> ")) > 0
    )


def is_shown(lines: list[str], above: int, start: int, end: int) -> bool:
    """Did the writer put these marked lines there, to show a log? `above` is the last line of words above them."""
    if above < 0 or not _SHOWS.search(lines[above]) or label_of(lines[above]):
        return False
    shown = [line.lstrip()[1:] for line in lines[start:end] if line.strip("> \t")]
    technical = sum(_TECHNICAL.search(line) is not None for line in shown[:40])
    return (
        bool(shown)
        and technical * 2 >= len(shown[:40])
        and not any(line.startswith((">", " >")) for line in shown[:40])
    )
