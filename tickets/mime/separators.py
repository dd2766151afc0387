"""Lines that divide a letter from what is quoted below it: "-----Original Message-----", "Begin forwarded message:"."""

import re

from tickets.mime.header_blocks import label_of
from tickets.mime.quote_words import FORWARD_BEGINS, HISTORY_STEM, LOTUS, MESSAGE_NOUN, REPLY_ABOVE

STARTS = ("-", "_", "=", "*", "—", "–", "~", "+", "#", "<")
_DASHED = re.compile(
    r"^\s{0,8}<?[-_=*—–~+]{2,60}\s{0,3}(?P<inner>[^-_=*—–~+\s][^\n]{1,100}?)\s{0,3}[-_=*—–~+]{0,60}>?\s{0,8}:?$"
)
LONGEST = 200


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
    match = _DASHED.match(text)
    if match is None or len(match["inner"].split()) > 12:
        return False
    inner = match["inner"]
    speaks = HISTORY_STEM.search(inner) is not None and MESSAGE_NOUN.search(inner) is not None
    closed = text.rstrip(" :>").endswith(("-", "_", "=", "*", "—", "–", "~", "+"))
    label = label_of(following) if following and closed else None
    return (speaks and (closed or len(inner) < 40)) or (label is not None and label[0] in ("from", "sent"))
