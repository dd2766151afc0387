"""Lines that divide a letter from what is quoted below it: "-----Original Message-----", "Begin forwarded message:"."""

import re

from tickets.mime.header_blocks import label_of
from tickets.mime.quote_words import FORWARD_BEGINS, HISTORY_STEM, LOTUS, MESSAGE_NOUN, REPLY_ABOVE

STARTS = ("-", "_", "=", "*", "—", "–", "~", "+", "#", "<")
_DASHED = re.compile(
    r"^\s{0,8}<?[-_=*—–~+]{2,60}\s{0,3}(?P<inner>[^-_=*—–~+\s][^\n]{1,100}?)\s{0,3}[-_=*—–~+]{0,60}>?\s{0,8}:?$"
)
_RUNS_ON = re.compile(
    r"[-_=*—–]{4,60}\s?(?P<inner>[^\W\d_][^-_=*—–\n]{1,50})[-_=*—–]{4,60}\s{0,3}[^\W\d_][^:\n]{1,30}:\s"
)
LONGEST = 400
_ENDS = re.compile(r"-{5,} ?(?:end|ende|fin)(?: of| der| du)? (?:forwarded|weitergeleiteten|transféré)")
MOST_FORWARDED = 2000


def is_separator(line: str, following: str | None) -> bool:
    """Does `line` divide? `following` is the next line that is not blank."""
    text = line.strip().lower()
    if len(text) > LONGEST:
        return False
    if text.endswith((":", "：")) and FORWARD_BEGINS.fullmatch(text.strip("*_ ")):
        return True
    if text.startswith(STARTS):
        return _is_dashed(text, following) or (len(text) < 120 and REPLY_ABOVE.search(text) is not None)
    return ("---" in text and LOTUS.search(text) is not None) or (
        len(text) < 90 and REPLY_ABOVE.search(text) is not None and len(text.split()) < 14
    )


def _is_dashed(text: str, following: str | None) -> bool:
    runs_on = _RUNS_ON.match(text)
    if runs_on and HISTORY_STEM.search(runs_on["inner"]) and MESSAGE_NOUN.search(runs_on["inner"]):
        return True
    match = _DASHED.match(text)
    if match is None or len(match["inner"].split()) > 12:
        return False
    inner = match["inner"]
    speaks = HISTORY_STEM.search(inner) is not None and MESSAGE_NOUN.search(inner) is not None
    closed = text.rstrip(" :>").endswith(("-", "_", "=", "*", "—", "–", "~", "+"))
    label = label_of(following) if following and closed else None
    return (speaks and (closed or len(inner) < 40)) or (label is not None and label[0] in ("from", "sent"))


def end_of_forwarded(lines: list[str], at: int) -> int | None:
    """The line after the one that ends what a separator at `at` began; None when nothing says where it ends."""
    for number in range(at + 1, min(len(lines), at + MOST_FORWARDED)):
        line = lines[number]
        if line.startswith("-----") and _ENDS.match(line.lower()):
            return number + 1
    return None
