"""The block of From, Sent, To and Subject that Outlook and many others put above what they quote, in any language."""

import re

from tickets.mime.quote_words import ADDRESS, INNER_LABEL, LABELS, LONGEST_LABEL, TIME, YEAR

LONGEST_DATE = 90
MOST_ROWS = 24
MOST_WRAPPED = 60
LONGEST_ROW = 4000
_AROUND = " \t>|*_\xa0"
_ROW = re.compile(r"[*_]{0,2}[^\W\d_][^:\n]{1,24}[:：]\s{0,4}\S")
_OTHER_ROW = re.compile(r"[A-Z][\w-]{1,30}:\s\S")
_BOXED = re.compile(r"[:：]\s{0,4}[^<>\s][^<>\n]{0,80}<[^<>\s]{1,80}@[^<>\s]{1,120}>\s*$")


def label_of(line: str) -> tuple[str, str] | None:
    """The kind of a labelled line (from, sent, date, to, cc, subject) and its value; None for any other line."""
    head = line[: LONGEST_LABEL + 12].replace("：", ":")
    colon = head.find(":")
    if colon < 0:
        return None
    kind = LABELS.get(head[:colon].strip(_AROUND).lower())
    return (kind, line[colon + 1 :].strip(_AROUND)) if kind else None


def block_end(lines: list[str], at: int, after_separator: bool = False) -> int | None:
    """The line after the header block that begins at `at`; None when none does. Long rows may be wrapped, some may be missing."""
    first = label_of(lines[at])
    if first is None or len(lines[at]) > LONGEST_ROW:
        return None
    if at and _OTHER_ROW.match(lines[at - 1]) and not after_separator:
        return None  # somebody shows all the fields of a mail, or filled in a form
    rows: dict[str, str] = {}
    end, number = at, at
    for _ in range(MOST_ROWS):
        found = label_of(lines[number]) if number < len(lines) else None
        if found is None:
            break
        kind, value = found
        if kind in rows and kind in ("from", "subject"):
            break
        rows.setdefault(kind, value)
        rows.update(_inner_rows(value) if kind == "from" and "subject" not in rows else {})
        end = number + 1
        number = _next_row(lines, end, kind)
    if len(rows) == 2 and not after_separator and _is_shown(lines, at):
        return None
    stands_alone = after_separator or at == 0 or not lines[at - 1].strip(" \t-_=*>")
    return end if _is_enough(rows, stands_alone) else None


def _is_shown(lines: list[str], at: int) -> bool:
    """Does the line above say that the writer shows these rows ("I received this:")?"""
    above = next((lines[number] for number in range(at - 1, max(-1, at - 4), -1) if lines[number].strip()), "")
    return above.rstrip().endswith((":", "："))


def unknown_block_end(lines: list[str], at: int) -> int | None:
    """The line after a header block in a language that is not among ours: `Word: Name <address>`, one row with a time, and others."""
    if not _ROW.match(lines[at]) or not _BOXED.search(lines[at]) or (at and _OTHER_ROW.match(lines[at - 1])):
        return None
    end = at
    while end < len(lines) and end < at + 9 and _ROW.match(lines[end]) and len(lines[end]) < LONGEST_ROW:
        end += 1
    rows = lines[at + 1 : end]
    if 2 <= len(rows) <= 7 and any(TIME.search(row) and YEAR.search(row) for row in rows):
        return end
    return None


def is_label(text: str, kind: str) -> bool:
    """Is this line nothing but the name of a row, without colon?"""
    return len(text) <= LONGEST_LABEL and LABELS.get(text.lower()) == kind


def _is_dated(line: str) -> bool:
    """Is this line a date and a time, perhaps with a name, and no row of other fields?"""
    return len(line) < LONGEST_DATE and bool(TIME.search(line) and YEAR.search(line)) and not _OTHER_ROW.match(line)


def lone_labels_start(lines: list[str], lowest: int, at: int) -> int | None:
    """Where a header of Lotus Notes begins whose "To" stands on line `at`: name and date above it, and a "Subject" below."""
    if not any(is_label(line.strip(_AROUND).partition(":")[0], "subject") for line in lines[at + 1 : at + 12]):
        return None
    above = [number for number in range(at - 1, max(lowest, at - 8) - 1, -1) if lines[number].strip()][:3]
    dated = next((number for number in above if _is_dated(lines[number].strip())), None)
    if dated is None:
        return None
    return dated - 1 if dated > lowest and lines[dated - 1].strip() else dated


def _inner_rows(value: str) -> dict[str, str]:
    """The rows that stand in one line with From, as HTML without line breaks leaves them."""
    if ":" not in value and "：" not in value:
        return {}
    pieces = INNER_LABEL.split(value[:LONGEST_ROW].lower())
    if len(pieces) < 5:
        return {}
    found = {"from": pieces[0]}
    for word, text in zip(pieces[1::2], pieces[2::2], strict=False):
        found.setdefault(LABELS[word], text)
    return found


def _next_row(lines: list[str], at: int, kind: str) -> int:
    """Where the next labelled line stands, behind the wrapped rest of a row or one blank line; beyond the end when nowhere."""
    most = MOST_WRAPPED if kind in ("to", "cc") else 2
    blank = 0
    for number in range(at, min(at + most + 2, len(lines))):
        line = lines[number]
        if not line.strip(_AROUND):
            blank += 1
            if blank > 1:
                break
        elif label_of(line) is not None:
            return number
        elif blank or (number - at >= 2 and "@" not in line and not line.rstrip().endswith((";", ","))):
            break
    return len(lines)


def _is_enough(rows: dict[str, str], stands_alone: bool) -> bool:
    """Is this a header of a mail, and not a form that somebody filled in ("From: Berlin, To: Paris, Date: Monday")?"""
    address = any("@" in rows.get(kind, "") for kind in ("from", "to", "cc"))
    if "from" in rows and len(rows) >= 3:
        mail_only = "subject" in rows and not rows.keys().isdisjoint(("to", "sent", "date"))
        return address or mail_only or ("to" in rows and "sent" in rows)
    if "from" in rows and len(rows) == 2:
        return stands_alone and ADDRESS.search(rows["from"]) is not None
    return stands_alone and "sent" in rows and "subject" in rows and "to" in rows
