"""Is this a mail that a machine sent because another could not be delivered? In doubt it is not: a customer's mail would be lost."""

import re

from tickets.mime.addresses import first
from tickets.mime.automatic_words import ANSWERED, is_automatic_subject
from tickets.mime.headers import Headers
from tickets.mime.machine_words import DAEMON, DAEMON_NAME, OFFICE, RETURNED_SUBJECT, RETURNED_TEXT
from tickets.mime.parts import Part

_RETURNED_PARTS = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
_IN_WORDS = re.compile(
    r"^[ \t>]{0,4}(?:Received: |Return-Path: |Message-ID: |Date: \w{3}, )|^[-=_* ]{2,80}+(?:original|returned|below this line|copy of)|"
    r"^(?:Final|Original)-Recipient:|<<< [45]\d\d|"
    r"[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}|smtp error|reporting-mta",
    re.I | re.M,
)
_LISTS = ("list-id", "list-unsubscribe", "list-post")
_CLIENTS = (
    "user-agent",
    "x-mailer",
    "thread-index",
    "x-ms-has-attach",
    "x-originating-ip",
    "references",
    "in-reply-to",
)


def is_daemon(headers: Headers) -> bool:
    """Does the mail say that a mail system wrote it?"""
    line = headers.get("from") or ""
    sender = first(headers.text("from"))
    if sender:
        return bool(DAEMON.search(sender.address) or DAEMON_NAME.search(sender.name))
    return any(DAEMON.search(word.strip(' <>"()')) for word in line.split()[:8]) or bool(DAEMON_NAME.search(line))


def null_sender(headers: Headers) -> bool:
    """The envelope had no sender (RFC 5321 §4.5.5), as reports have none."""
    return any(value.strip() == "<>" for value in headers.get_all("return-path"))


def is_returned(root: Part, text: str) -> bool:
    """A bounce in free text: a machine sent it, and subject and text speak of returned mail."""
    headers = root.headers
    if "x-failed-recipients" in headers:
        return True
    subject = headers.get("subject") or ""
    daemon, null = is_daemon(headers), null_sender(headers)
    if is_automatic_subject(subject) and not daemon:
        return False
    if ANSWERED.match(subject) and not null:
        return False  # a postmaster is a person at times
    top = text[:6000]
    by_subject = RETURNED_SUBJECT.search(subject) is not None
    if not (daemon or null or by_subject):
        return False
    by_text = RETURNED_TEXT.search(top) is not None
    if daemon or null:
        machine = null or "auto-submitted" in headers or "daemon" in (headers.get("from") or "").lower()
        return (by_subject and (daemon or by_text)) or (daemon and by_text and (machine or _gives_back(root, top)))
    return by_text and _gives_back(root, top) and _is_no_person(headers)


def _gives_back(root: Part, text: str) -> bool:
    """Does it return the mail, or its header, or what a server said about it?"""
    return any(leaf.content_type in _RETURNED_PARTS for leaf in root.leaves()) or _IN_WORDS.search(text) is not None


def _is_no_person(headers: Headers) -> bool:
    """Sent from an address that belongs to nobody, or marked as a machine's, and no answer. What people write names no client either."""
    if any(name in headers for name in (*_LISTS, *_CLIENTS)):
        return False
    sender = first(headers.text("from"))
    return sender is None or OFFICE.search(sender.address) is not None or "auto-submitted" in headers
