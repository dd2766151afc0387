"""What the writer wrote this time: the text without quoted history and signature. In doubt a line stays.

The lines are read once, top to bottom. A line is quoted when it is marked (`> `), when it announces a quote, or when it stands below
a mark after which mail programs write nothing but history. Where the HTML marks its quotes, it is asked first (html_quotes.py).
"""

import re
from collections.abc import Collection

from tickets.mime.attributions import attribution_start, may_end, runs_on
from tickets.mime.footers import banner_length
from tickets.mime.header_blocks import block_end, is_label, label_of, lone_labels_start, unknown_block_end
from tickets.mime.html import sanitise
from tickets.mime.html_quotes import marked_lines
from tickets.mime.marks import end_of_angled, end_of_marked, initials_of, is_marked, is_shown, own_mark
from tickets.mime.quote_words import is_rule
from tickets.mime.separators import STARTS, end_of_forwarded, is_separator
from tickets.mime.signatures import is_only_signature, without_signature

LONGEST = 2_000_000
# No letter announces so many quotes; a text that seems to is somebody's attack on this program.
MOST_LOOKS = 4_000
MOST_LINES = 100_000
_UNSEEN = str.maketrans(
    {"\xa0": " ", "\u202f": " ", "\u2009": " ", "\u3000": " ", "\uff1e": ">"}
    | dict.fromkeys(
        "\u200b\u200c\u200d\u200e\u200f\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xad", ""
    )
)
_HAS_UNSEEN = re.compile("[\xa0\xad\u2009\u200b-\u200f\u202a-\u202f\u2066-\u2069\u3000\ufeff\uff1e]")
_LEFT_OUT = re.compile(r"\W{0,3}(?:snip(?:ped)?|schnipp|schnapp|cut|\.{3,5}|…)\W{0,4}", re.I)
# GroupWise draws its line with the mark that others quote with.
_DIVIDES = re.compile(r">>> [^\n]{3,200}(?:>>>|:)\s*$")
_SIGNATURE = "-----BEGIN PGP SIGNATURE"
_ARMOUR = (_SIGNATURE, "-----BEGIN PGP SIGNED")


def reply_of(text: str, html: str | None = None) -> str:
    """`text` without the quoted history, the headers above it, and the signature (interfaces.md §1, `reply`).

    `html` is the HTML of the same mail, if it has one. When nothing new is found the whole `text` is given back.
    """
    return reply_from(text, sanitise(html) if html else None)


def reply_from(text: str, sanitised: str | None, known: Collection[int] = frozenset()) -> str:
    """`reply_of` for HTML that was sanitised already. `known` are the numbers of lines that are quoted for certain."""
    if not text or len(text) > LONGEST or text.count("\n") > MOST_LINES:
        return text
    lines = text.split("\n")
    seen = visible(text).split("\n")
    marked = marked_lines(seen, sanitised) if sanitised and not known else None
    runs = _Reader(seen, marked or known, complete=bool(marked)).read()
    return _letter(lines, seen, runs) or text.strip("\n")


def visible(text: str) -> str:
    """`text` without characters that show nothing, which would keep a line from being recognised; as many lines."""
    return text.translate(_UNSEEN) if not text.isascii() and _HAS_UNSEEN.search(text) else text


def _letter(lines: list[str], seen: list[str], runs: list[tuple[int, int]]) -> str:
    """The runs of the writer's own lines, each without its signature, put together."""
    runs = [run for run in (_trimmed(seen, *run, last=run is runs[-1]) for run in runs) if run[0] < run[1]]
    runs = [run for run in runs if not is_only_signature(seen[slice(*run)])]
    pieces = []
    for number, (start, end) in enumerate(runs):
        if number == 0:
            start += banner_length(seen[start:end])
        if number in (0, len(runs) - 1):
            end = start + len(without_signature(seen[start:end]))
            start, end = _trimmed(seen, start, end, last=True)
        pieces.append("\n".join(line.rstrip() for line in lines[start:end]))
    return "\n\n".join(piece for piece in pieces if piece)


def _trimmed(seen: list[str], start: int, end: int, *, last: bool) -> tuple[int, int]:
    """The run without blank lines at its ends, and without the line drawn above a quote or the mark of what was left out of it."""
    while start < end and not seen[start].strip():
        start += 1
    while end > start and (not seen[end - 1].strip() or (not last and is_rule(seen, end - 1))):
        end -= 1
    if end - start == 1 and not last and _LEFT_OUT.fullmatch(seen[start].strip()):
        return start, start
    return start, end


class _Reader:
    """Reads the lines once and collects the runs that are the writer's own."""

    def __init__(self, lines: list[str], known: Collection[int], *, complete: bool = False) -> None:
        """`known` are lines that are quoted for certain; are they `complete`, then an answer may stand between them."""
        self.lines = lines
        self.known = known
        self.complete = complete
        self.runs: list[tuple[int, int]] = []
        self.start = self.at = 0
        self.above = -1
        self.announced = False
        self.marks: set[str] = set()
        self.looks = MOST_LOOKS

    def read(self) -> list[tuple[int, int]]:
        """The runs, as numbers of their first line and of the line after their last."""
        total = len(self.lines)
        while self.at < total:
            line = self.lines[self.at]
            if not line or line.isspace():
                self.at += 1
            elif self.is_quoted(self.at):
                self.pass_quoted()
            elif not self.pass_mark(line):
                self.above = self.at
                self.at += 1
        self.close(total)
        return self.runs

    def close(self, end: int) -> None:
        """The run that is being read ends before line `end`."""
        if self.start < end:
            self.runs.append((self.start, end))

    def is_quoted(self, at: int) -> bool:
        """Is this line marked, or known to be quoted?"""
        return at in self.known or is_marked(self.lines, at, self.marks)

    def pass_quoted(self) -> None:
        """Go behind marked lines. Such as a letter shows as a log belong to it."""
        end = self.at + 1 if self.at in self.known else end_of_marked(self.lines, self.at, self.marks)
        if not self.announced and is_shown(self.lines, self.above, self.at, end):
            self.above, self.at = end - 1, end
            return
        close = self.at
        if self.above >= self.start and self.at - self.above <= 2:
            announced = attribution_start(self.lines, self.start, self.above, quoted_below=True)
            close = self.at if announced is None else announced
        self.close(close)
        self.announced = True
        initials = initials_of(self.lines[self.at])
        if initials:
            self.marks.add(initials)
        self.start = self.at = len(self.lines) if self.runs and self.divides(end) else end

    def divides(self, end: int) -> bool:
        """Are the marked lines up to `end` only the head of unmarked history: a line of GroupWise, or nothing but header rows?"""
        marked = self.lines[self.at : end]
        if self.is_quoted_below(end, 4):
            return False
        if len(marked) == 1:
            return marked[0].startswith(">>> ") and _DIVIDES.match(marked[0]) is not None
        return 3 <= len(marked) <= 8 and all(label_of(line) or not line.strip("> ") for line in marked)

    def pass_mark(self, line: str) -> bool:
        """Go behind an announcement, a header block or a separator that begins (or ends) at this line; False when none does."""
        text = line.strip()
        if text.startswith(_ARMOUR):
            return self.pass_armour(text)
        if self.looks <= 0:
            return False
        if (text.startswith(STARTS) or text[-1] in ":：" or "--" in text or "this line" in text) and is_separator(
            text, self.next_filled(self.at + 1)
        ):
            return self.pass_forwarded(text) or self.pass_announcement(
                self.at, self.behind_block(self.at + 1), has_header=False
            )
        return self.pass_header(line, text) or self.pass_attribution(text)

    def pass_forwarded(self, text: str) -> bool:
        """Go behind "----- End forwarded message -----", where mutt lets the letter go on; False when there is no such line."""
        end = end_of_forwarded(self.lines, self.at) if "orwarded message" in text else None
        if end is None or self.first_filled(end, 4) is None:
            return False
        self.close(self.at)
        self.announced = True
        self.start = self.at = end
        return True

    def pass_header(self, line: str, text: str) -> bool:
        """Go behind a header block that begins here, or whose name and date stand above."""
        has_colon = ":" in text or "：" in text
        found = label_of(line) if has_colon else None
        start, end = self.at, None
        if found or (has_colon and "@" in text and "<" in text):
            self.looks -= 1
            end = block_end(self.lines, start) if found else unknown_block_end(self.lines, start)
        if end is None and (found[0] == "to" if found else len(text) < 14 and is_label(text, "to")):
            lone = lone_labels_start(self.lines, self.start, start)
            start, end = (start, None) if lone is None else (lone, len(self.lines))
        return end is not None and self.pass_announcement(start, end, has_header=True, history=start < self.at)

    def pass_attribution(self, text: str) -> bool:
        """Go behind an announcement that ends here."""
        if may_end(text):
            self.looks -= 1
            quoted = self.is_quoted_below(self.at + 1, 2)
            start = attribution_start(self.lines, self.start, self.at, quoted_below=quoted)
            if start is not None:
                return self.pass_announcement(start, self.at + 1, has_header=False)
        elif "@" in text and ">" in text and ": " in text and runs_on(text):
            return self.pass_announcement(self.at, self.at + 1, has_header=False, history=True)
        return False

    def pass_announcement(self, start: int, end: int, *, has_header: bool, history: bool = False) -> bool:
        """Everything below an announcement is history, unless marked lines follow: then what is not marked is the writer's."""
        top = any(line.strip() for line in self.lines[self.start : start]) or bool(self.runs)
        self.close(start)
        self.announced = True
        self.above = -1
        self.start = self.at = len(self.lines)
        first = self.first_filled(end, 12)
        if first is None or (history and not self.complete):
            return True
        if self.lines[first].startswith("<< "):
            self.start = self.at = end_of_angled(self.lines, first)
            return True
        if not self.is_quoted_below(end, 12):
            self.marks.update(own_mark(self.lines, first))
        if self.complete if first in self.known else self.is_quoted(first) and not (has_header and top):
            self.start = self.at = end
        return True

    def behind_block(self, at: int) -> int:
        """Behind the header block that may follow a separator."""
        first = self.first_filled(at, 4)
        return (block_end(self.lines, first, after_separator=True) if first is not None else None) or at

    def pass_armour(self, text: str) -> bool:
        """OpenPGP's own lines (RFC 9580 §7): the head of a signed text, and the signature below it."""
        self.close(self.at)
        signature = text.startswith(_SIGNATURE)
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            self.at += 1
            if line.startswith("-----END PGP") if signature else not line:
                break
        self.start = self.at
        return True

    def first_filled(self, at: int, within: int) -> int | None:
        """The next line that is not blank."""
        return next(
            (number for number in range(at, min(len(self.lines), at + within)) if self.lines[number].strip()), None
        )

    def next_filled(self, at: int) -> str | None:
        """The words of the next line that is not blank."""
        number = self.first_filled(at, 4)
        return None if number is None else self.lines[number]

    def is_quoted_below(self, at: int, within: int) -> bool:
        """Is the next line that is not blank a quoted one?"""
        first = self.first_filled(at, within)
        return first is not None and self.is_quoted(first)
