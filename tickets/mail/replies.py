"""What an SMTP server's refusal means (RFC 5321 §4.2, RFC 3463): one reply in, one NotSent out."""

import re

from tickets.channels import BUG, CONTACT_BLOCKED, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, NotSent

# Where in the conversation the reply came.
HELLO = "hello"
SIGN_IN = "sign-in"
SENDER = "sender"
RECIPIENT = "recipient"
DATA = "data"

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_RELAYING = re.compile(r"relay|authenticat|log ?in first|sign in", re.I)
_TOO_MANY = re.compile(r"rate|too many|limit exceeded|throttl|quota of messages", re.I)
RATE_SECONDS = 300.0


def words_of(reply: bytes | str) -> str:
    """Return a server's words on one line, at most 500 characters."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:500]


def refusal(code: int, reply: bytes | str, stage: str) -> NotSent:
    """Return the error for a reply that is not positive. The reason is the server's own reply, code first."""
    words = words_of(reply)
    return NotSent(
        f"{code} {words}".strip(), kind_of(code, words, stage), RATE_SECONDS if _is_rate(code, words) else None
    )


def kind_of(code: int, words: str, stage: str) -> str:
    """Return the kind of NotSent for a reply. 4xx always passes; a 5xx means what its stage and enhanced code say."""
    subject, detail = _enhanced(words)
    if 400 <= code < 500:
        return RATE if _is_rate(code, words) else TEMPORARY
    if code in (530, 534, 535, 538) or stage in (HELLO, SIGN_IN):
        return CUT_OFF
    if (subject, detail) == (2, 2):  # a full mailbox empties again, whatever the first digit says
        return TEMPORARY
    if stage == SENDER:
        return BUG if subject == 3 or code == 552 else CUT_OFF
    if stage == RECIPIENT:
        return _of_recipient(code, words, subject)
    return _of_data(code, subject)


def _of_recipient(code: int, words: str, subject: int | None) -> str:
    if _RELAYING.search(words):
        return CUT_OFF  # the server wants nothing from us at all; the customer is not at fault
    if code == 552:
        return TEMPORARY  # RFC 5321 §4.5.3.1.10: too many recipients, said with the old code
    return CONTACT_BLOCKED if subject == 7 else CONTACT_GONE


def _of_data(code: int, subject: int | None) -> str:
    if subject in (1, 2):
        return CONTACT_GONE
    if subject is None and code in (550, 551, 553):
        return CONTACT_GONE
    return BUG


def _enhanced(words: str) -> tuple[int | None, int | None]:
    match = _ENHANCED.search(words[:60])
    return (int(match[2]), int(match[3])) if match else (None, None)


def _is_rate(code: int, words: str) -> bool:
    return 400 <= code < 500 and bool(_TOO_MANY.search(words)) and _enhanced(words) != (2, 2)
