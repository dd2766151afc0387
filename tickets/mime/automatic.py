"""Machines' mail: is this a bounce, a report, an automatic reply? And may a mail be answered by a machine of ours?"""

import re
from typing import Protocol

from tickets.mime.addresses import Mailbox, first
from tickets.mime.bounces import Bounce, Recipient, delivery_report, free_text, original_id, receipt
from tickets.mime.headers import Headers
from tickets.mime.machine_words import (
    AUTO_STEMS,
    AUTO_SUBJECT,
    AUTO_TEXT,
    AWAY_SUBJECT,
    AWAY_TEXT,
    DAEMON,
    DAEMON_NAME,
    DELAYED,
    FINAL,
    RETURNED_SUBJECT,
    RETURNED_TEXT,
    SUBJECT_GOES_ON,
)
from tickets.mime.parts import Part

__all__ = ["Answerable", "Bounce", "Recipient", "classify", "may_answer"]

_REPLY_PREFIX = re.compile(r"^\s*(?:re|aw|sv|antw|fwd?|wg|tr|rv)\s?:", re.I)
_LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post")
_AUTO_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoreply-from",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-cron-env",
)
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b", re.I)
_NO_REPLY = re.compile(
    r"^(?:no-?reply|do-?not-?reply|donotreply|nicht-antworten|ne-pas-repondre|noreply-.*|no_reply)(?:[+._-].*)?@", re.I
)
_LIST_PARTS = re.compile(
    r"^(?:owner-.*|.*-(?:request|owner|bounces?)|bounces?(?:[+=-].*)?|listserv|majordomo|mailman)@", re.I
)


class Answerable(Protocol):
    """What `may_answer` looks at: a `parse.Mail` has it."""

    headers: Headers
    kind: str
    from_: Mailbox | None


def classify(root: Part, text: str) -> tuple[str, Bounce | None]:
    """`kind` and `bounce` of interfaces.md §1 for a mail whose parts are `root` and whose readable text is `text`."""
    report = _report(root, text)
    if report:
        return report
    headers = root.headers
    if _is_returned(headers, text):
        bounce = free_text(text, headers, original_id(root) or _answered(headers), root.raw)
        top = f"{headers.get('subject') or ''}\n{text[:1500]}"
        if DELAYED.search(top) and not FINAL.search(top):
            bounce.permanent = False
            return "delivery-status", bounce
        return "bounce", bounce
    return ("auto-reply" if _is_auto_reply(headers, text) else "message"), None


def _report(root: Part, text: str) -> tuple[str, Bounce | None] | None:
    """A report in standard form, found by its machine-readable part; only where such a part belongs."""
    if not root.is_multipart:
        return None
    report_type = root.parameters.get("report-type", "").lower()
    for leaf in root.leaves():
        kind = leaf.content_type
        if not kind.startswith("message/") or (leaf.disposition == "attachment" and not report_type):
            continue
        if kind == "message/feedback-report":
            return "feedback", None
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            return delivery_report(leaf, original_id(root) or _answered(root.headers), text)
        if kind in ("message/disposition-notification", "message/global-disposition-notification"):
            return "delivery-status", receipt(leaf, original_id(root) or _answered(root.headers))
    return None


def _answered(headers: Headers) -> str | None:
    value = (headers.get("in-reply-to") or "").strip().strip("<>").strip()
    return value if value and " " not in value else None


def _is_daemon(headers: Headers) -> bool:
    sender = first(headers.text("from"))
    if sender and (DAEMON.search(sender.address) or DAEMON_NAME.search(sender.name)):
        return True
    return not sender and bool(
        DAEMON.search((headers.get("from") or "").strip(' <>"').split(" ")[0] if headers.get("from") else "")
    )


def _null_sender(headers: Headers) -> bool:
    return any(value.strip() == "<>" for value in headers.get_all("return-path"))


def _is_returned(headers: Headers, text: str) -> bool:
    """A bounce in free text: a machine sent it, and subject and text speak of returned mail. In doubt it is not one."""
    if "x-failed-recipients" in headers:
        return True
    daemon, null = _is_daemon(headers), _null_sender(headers)
    if not daemon and not null:
        return False
    subject = headers.get("subject") or ""
    if _subject_is_automatic(subject) and not daemon:
        return False
    if _REPLY_PREFIX.match(subject) and not null:
        return False  # a postmaster is a person at times
    by_subject = RETURNED_SUBJECT.search(subject) is not None
    by_text = RETURNED_TEXT.search(text[:6000]) is not None
    machine = null or "auto-submitted" in headers or "daemon" in (headers.get("from") or "").lower()
    return (by_subject and (daemon or by_text)) or (daemon and by_text and machine)


def _is_auto_reply(headers: Headers, text: str) -> bool:
    submitted = _submitted(headers)
    if submitted:
        return submitted not in ("no", "auto-forwarded")
    if any(name in headers for name in _AUTO_FIELDS) or _precedence(headers) in ("auto_reply", "auto-reply"):
        return True
    listed = any(name in headers for name in _LIST_FIELDS) or _precedence(headers) in ("list", "bulk")
    subject = headers.get("subject") or ""
    if _SUPPRESSED.search(headers.get("x-auto-response-suppress") or "") and not listed:
        return True
    if _subject_is_automatic(subject) and "list-id" not in headers:
        return True
    return not listed and _reads_automatic(headers, subject, text[:800])


def _subject_is_automatic(subject: str) -> bool:
    match = AUTO_SUBJECT.match(subject)
    return match is not None and SUBJECT_GOES_ON.match(subject, match.end()) is not None


def _reads_automatic(headers: Headers, subject: str, top: str) -> bool:
    """Two of: it calls itself automatic, it speaks of absence, its subject does, it has no sender to return to."""
    lower = top.lower()
    hints = _null_sender(headers) + (AWAY_SUBJECT.match(subject) is not None)
    hints += any(stem in lower for stem in AUTO_STEMS) and AUTO_TEXT.search(top) is not None
    return hints >= 2 or (hints == 1 and AWAY_TEXT.search(top) is not None)


def _submitted(headers: Headers) -> str:
    value = headers.get("auto-submitted") or ""
    return re.split(r"[\s;(]", value.strip().lower(), maxsplit=1)[0]


def _precedence(headers: Headers) -> str:
    return (headers.get("precedence") or headers.get("x-precedence") or "").strip().lower()


def may_answer(mail: Answerable, envelope_sender: str | None = None) -> tuple[bool, str]:
    """May an automatic mail answer this one? The text is the reason, for people (RFC 3834 §2, channels.md §7.2).

    `envelope_sender` is the address of MAIL FROM ("" or "<>" for none), None if it is not known.
    Whether the sender is an address of ours, and how often it was answered, is for the caller to ask.
    """
    reason = _machine(mail) or _refusing(mail.headers) or _nobody(mail, envelope_sender)
    return (False, reason) if reason else (True, "written by a person")


def _machine(mail: Answerable) -> str | None:
    reasons = {
        "bounce": "it is a failed delivery report",
        "delivery-status": "it is a delivery report or receipt",
        "feedback": "it is an abuse report",
        "auto-reply": "it was sent by a machine (automatic reply)",
    }
    return reasons.get(mail.kind)


def _refusing(headers: Headers) -> str | None:
    submitted = _submitted(headers)
    if submitted and submitted != "no":
        return f"its Auto-Submitted field says {submitted}"
    listed = next((name for name in _LIST_FIELDS if name in headers), None)
    if listed:
        return f"it came from a mailing list ({listed.title()})"
    if _precedence(headers) in ("bulk", "list", "junk", "auto_reply"):
        return f"its Precedence is {_precedence(headers)}"
    if _SUPPRESSED.search(headers.get("x-auto-response-suppress") or ""):
        return "its X-Auto-Response-Suppress field asks for no answer"
    marked = next((name for name in (*_AUTO_FIELDS, "x-failed-recipients", "x-loop") if name in headers), None)
    return f"it carries {marked.title()}" if marked else None


def _nobody(mail: Answerable, envelope_sender: str | None) -> str | None:
    if envelope_sender is not None and envelope_sender.strip(" <>") == "":
        return "its envelope sender is empty"
    if envelope_sender is None and _null_sender(mail.headers):
        return "its Return-Path is empty"
    addresses = [address for address in (envelope_sender, mail.from_.address if mail.from_ else "") if address]
    if not mail.from_:
        return "it has no sender address"
    for address in addresses:
        if DAEMON.search(address) or _NO_REPLY.match(address) or _LIST_PARTS.match(address):
            return f"nobody reads {address}"
    return None
