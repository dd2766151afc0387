"""What our own mail server thinks of a mail: the X-Spam fields of SpamAssassin, rspamd and others, as far as our server wrote them.

They carry no name of their writer. Those above the topmost Received are of whoever handed the mail over to us; those right below
it count only beside an Authentication-Results of our server, which takes foreign ones of its name away (RFC 8601 §5).
"""

import re

from tickets.mime.headers import Headers

STARS = 5  # of X-Spam-Level, where nothing else says yes or no: SpamAssassin's own threshold
_YES = re.compile(r"\s*(?:yes|true|spam)\b", re.I)
_NO = re.compile(r"\s*(?:no|false|ham)\b", re.I)
_SCORE = re.compile(r"\bscore=(-?\d+(?:\.\d+)?)", re.I)
_ACTION = re.compile(r"\s*(?:add[ _]header|rewrite[ _]subject|reject|quarantine)\b", re.I)
_RESULT = re.compile(r"\s*\w+:\s*(true|false)\s*(\[[^\]]*\])?", re.I)


def spam_words(headers: Headers, authserv_id: str) -> str:
    """Return what our server says against a mail, in its own words; "" when it says nothing, or is not named."""
    if not authserv_id:
        return ""
    said = {name: value for name, value in reversed(_of_border(headers, authserv_id)) if name.startswith("x-")}
    verdicts = [found for found in (_verdict(name, value) for name, value in said.items()) if found is not None]
    if verdicts:
        return next((words for words in verdicts if words), "")
    stars = said.get("x-spam-level", "").strip()
    return f"X-Spam-Level: {len(stars)}" if len(stars) >= STARS and not stars.strip("*") else ""


def _verdict(name: str, value: str) -> str | None:
    """What one field says: words when it calls the mail spam, "" when it does not, None when it says neither."""
    if name in ("x-spam-flag", "x-spam-status", "x-spam"):
        score = _SCORE.search(value)
        if _YES.match(value):
            return f"X-Spam: yes, {score[1]}" if score else "X-Spam: yes"
        return "" if _NO.match(value) else None
    if name == "x-rspamd-action":
        return f"rspamd: {value.strip()[:40]}" if _ACTION.match(value) else ""
    if name == "x-spamd-result" and (found := _RESULT.match(value)):
        return f"rspamd: {found[2] or found[1]}" if found[1].lower() == "true" else ""
    return None


def _of_border(headers: Headers, authserv_id: str) -> list[tuple[str, str]]:
    """The fields that our server wrote, names in lower case."""
    above: list[tuple[str, str]] = []
    below: list[tuple[str, str]] = []
    passed = 0
    for name, value in headers.items():
        lower = name.lower()
        passed += lower == "received" and value.lower().startswith("from")
        if passed > 1:
            break
        (below if passed else above).append((lower, value))
    return above + below if _is_signed(below, authserv_id) and not _is_signed(above, authserv_id) else above


def _is_signed(fields: list[tuple[str, str]], authserv_id: str) -> bool:
    named = [value.split(";")[0].split()[:1] for name, value in fields if name == "authentication-results"]
    return any(name and name[0].lower() == authserv_id.lower() for name in named)
