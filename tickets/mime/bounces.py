"""Reports about mail that was sent: standard ones (RFC 3464, RFC 8098) and the free text of systems that know no standard."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes

from tickets.mime.addresses import normal
from tickets.mime.charsets import decode
from tickets.mime.headers import Headers
from tickets.mime.machine_words import MEANINGS
from tickets.mime.parts import Part, head_of
from tickets.mime.words import decode_words

MOST = 200
LARGEST_FOR_FLUFL = 300_000
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it logs a traceback for every odd mail
_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
_FIND = re.compile(_ADDRESS)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ :-]|$)")
_DIAGNOSTIC = re.compile(r"(?<![\d.:/-])[45]\d\d(?:[ -]|:\s)(?:[^\n]{3,500})")
_SAID = re.compile(
    r"(?:\bsaid|\bresponded|\bresponse was|\breturned the (?:following|error)|antwort(?:ete)?|error was|RCPT TO:\s?<[^<>]{1,200}>)\s?:\s+",
    re.I,
)
_NAMED = (  # from the surest way to name a failed address to the vaguest
    re.compile(rf"^[ \t]{{0,8}}<({_ADDRESS})>[ \t]{{0,3}}:", re.M),
    re.compile(
        rf"(?:RCPT TO|(?:Final-|Original-)?Recipient(?: Address)?)\s{{0,3}}:\s{{0,3}}(?:rfc822;)?\s{{0,3}}<?({_ADDRESS})",
        re.I,
    ),
    re.compile(rf"^[ \t]{{0,12}}[<\"']?({_ADDRESS})[>\"']?(?:[ \t]{{0,3}}[:,(].{{0,300}})?[ \t]{{0,3}}$", re.M),
    re.compile(rf"<({_ADDRESS})>"),
    re.compile(rf"({_ADDRESS})"),
)
_MESSAGE_ID = re.compile(r"^[> \t]{0,6}Message-ID:\s{0,6}<([^<>\s]{3,998})>", re.I | re.M)
_RETURNED = re.compile(
    r"^[ \t>]*(?:[-=_*]{2,80}.{0,60}(?:original|below this line|copy of (?:the|your) message|returned|message header|"
    r"nachricht|исходн|原).{0,60}|(?:Return-Path|Received|Message-ID):\s.{0,200})$",
    re.I | re.M,
)
_TEMPORARY = re.compile(r"temporar|try again|deferred|greylist|retry|vorübergehend|позже|expired|timed? ?out", re.I)


@dataclass(slots=True)
class Recipient:
    """One address a report speaks of. `permanent` is None if it cannot be told."""

    recipient: str | None
    status: str | None = None
    permanent: bool | None = None
    diagnostic: str | None = None


@dataclass(slots=True)
class Bounce:
    """What a report of failed or delayed delivery says (interfaces.md §1)."""

    recipient: str | None
    status: str | None
    permanent: bool | None
    diagnostic: str | None
    original_message_id: str | None
    recipients: list[Recipient] = field(default_factory=list)


def bounce_of(recipients: list[Recipient], original: str | None) -> Bounce:
    """A Bounce whose first recipient stands for the whole."""
    head = recipients[0] if recipients else Recipient(None)
    return Bounce(head.recipient, head.status, head.permanent, head.diagnostic, original, recipients[:MOST])


def delivery_report(leaf: Part, original: str | None, text: str) -> tuple[str, Bounce]:
    """Kind and content of a message/delivery-status part (RFC 3464 §2)."""
    groups = list(_groups(decode(leaf.content()[:500_000])))
    found = [(_action(group), _recipient(group)) for group in groups if _is_recipient(group)][:MOST]
    failed = [recipient for action, recipient in found if action == "failed"]
    if failed or not found:
        bounce = bounce_of(failed, original) if failed else free_text(text, None, original)
        return "bounce", bounce
    for action, recipient in found:
        recipient.permanent = False if action == "delayed" else None
    return "delivery-status", bounce_of([recipient for _, recipient in found], original)


def _groups(text: str) -> Iterator[Headers]:
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))[: MOST * 2]:
        yield Headers(block.lstrip("\n").encode("utf-8", "replace"))


def _is_recipient(group: Headers) -> bool:
    return "final-recipient" in group or "original-recipient" in group or "action" in group


def _action(group: Headers) -> str:
    action = re.split(r"[\s;(]", (group.get("action") or "").strip().lower(), maxsplit=1)[0]
    status = (group.get("status") or "").strip()
    if action in ("failed", "delayed", "delivered", "relayed", "expanded"):
        return action
    return {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")


def _recipient(group: Headers) -> Recipient:
    diagnostic = _typed(group.get("diagnostic-code")) or None
    match = _STATUS.search(group.get("status") or "") or (_STATUS.search(diagnostic) if diagnostic else None)
    status = match[1] if match else derived_status(diagnostic or "")
    address = next(
        (
            found
            for name in ("final-recipient", "original-recipient", "x-actual-recipient")
            if (found := _address(group.get(name)))
        ),
        None,
    )
    return Recipient(address, status, permanent(status), diagnostic)


def _typed(value: str | None) -> str:
    """The value of `type; value`, as Diagnostic-Code and Final-Recipient have it."""
    kind, mark, rest = (value or "").partition(";")
    return rest.strip() if mark and re.fullmatch(r"\s*[\w-]{1,30}\s*", kind) else (value or "").strip()


def _address(value: str | None) -> str | None:
    found = _typed(value).strip(" <>\"'")
    return normal(found) or (match[0] if (match := _FIND.search(found)) else None)


def permanent(status: str | None) -> bool | None:
    """Is this failure for good? By the class of its status code (RFC 3463 §2)."""
    return {"5": True, "4": False}.get(status[:1]) if status else None


def derived_status(text: str) -> str | None:
    """An enhanced status code for words and SMTP reply codes that come without one."""
    if match := _STATUS.search(text):
        return match[1]
    code = _REPLY_CODE.search(text)
    meaning = next((number for number, words in MEANINGS if words.search(text)), None)
    if code:
        return f"{code[1][0]}.{meaning or '0.0'}"
    if meaning:
        temporary = meaning in ("4.7", "4.1") or _TEMPORARY.search(text)
        return f"{'4' if temporary else '5'}.{meaning}"
    return None


def free_text(text: str, headers: Headers | None, original: str | None, raw: bytes = b"") -> Bounce:
    """The recipients and reasons in a bounce that is only written for people."""
    text = text[:LARGEST_FOR_FLUFL]
    returned = _RETURNED.search(text)
    report = text[: returned.start()] if returned and returned.start() > 40 else text[:20_000]
    original = original or (match[1] if (match := _MESSAGE_ID.search(text)) else None)
    addresses = _failed(report, headers, raw)
    diagnostic = _diagnostic(report)
    if len(addresses) < 2:
        diagnostic = diagnostic or (_said_below(addresses[0], report) if addresses else None)
        status = derived_status(f"{diagnostic or ''}\n{report}")
        one = Recipient(addresses[0] if addresses else None, status, permanent(status), diagnostic)
        return (
            bounce_of([one] if addresses else [], original)
            if addresses
            else Bounce(None, status, permanent(status), diagnostic, original)
        )
    return bounce_of([_paragraph_of(address, report) for address in addresses], original)


def _failed(report: str, headers: Headers | None, raw: bytes) -> list[str]:
    ours = {
        box.lower()
        for name in ("to", "delivered-to", "from")
        for box in _FIND.findall((headers.get(name) or "") if headers else "")
    }
    if headers and (stated := headers.get_all("x-failed-recipients")):
        return _unique(address for value in stated for address in _FIND.findall(value))
    for pattern in _NAMED:
        found = _unique(
            address.strip("'").rstrip(".") for address in pattern.findall(report) if _plausible(address, ours)
        )
        if found:
            return found if pattern is not _NAMED[-1] and pattern is not _NAMED[-2] else found[:1]
    return _flufl(raw)


def _plausible(address: str, ours: set[str]) -> bool:
    local, _, domain = address.lower().partition("@")
    return address.lower() not in ours and not local.startswith(("mailer-daemon", "postmaster")) and "." in domain


def _unique(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found for address in addresses if (found := normal(address))))[:MOST]


def _flufl(raw: bytes) -> list[str]:
    """A second opinion, asked only when our own reading found nobody."""
    if not raw or len(raw) > LARGEST_FOR_FLUFL:
        return []
    from flufl.bounce import all_failures  # noqa: PLC0415  seldom needed, and slow to load

    try:
        temporary, for_good = all_failures(message_from_bytes(raw))
        return _unique(sorted(address.decode("utf-8", "replace") for address in {*temporary, *for_good}))
    except Exception:
        return []


def _diagnostic(report: str) -> str | None:
    """The receiving system's own words: from its reply code, or from "said:", to the end of the paragraph."""
    match = _DIAGNOSTIC.search(report)
    said = _SAID.search(report)
    start = match.start() if match else said.end() if said else -1
    if start < 0:
        return None
    paragraph = re.split(r"\n[ \t]*\n|\n(?=<)|\n(?=---)", report[start : start + 2000], maxsplit=1)[0]
    words = " ".join(paragraph.split())[:1000]
    return (words[:-1] if words.endswith(")") and "(" not in words else words) or None


def _said_below(address: str, report: str) -> str | None:
    """What follows `<address>:` up to the end of its paragraph."""
    _, mark, rest = report.partition(f"<{address}>:")
    return " ".join(re.split(r"\n[ \t]*\n", rest[:1000].strip(), maxsplit=1)[0].split()) or None if mark else None


def _paragraph_of(address: str, report: str) -> Recipient:
    at = report.lower().find(address.lower())
    piece = report[at + len(address) : at + 1500] if at >= 0 else ""
    following = _FIND.search(piece, 3)
    piece = piece[: following.start()] if following and following.start() > 30 else piece
    diagnostic = _diagnostic(piece)
    status = derived_status(diagnostic or piece)
    return Recipient(address, status, permanent(status), diagnostic)


def receipt(leaf: Part, original: str | None) -> Bounce:
    """A read receipt (RFC 8098 §3): who read it."""
    group = Headers(leaf.content()[:50_000])
    address = _address(group.get("final-recipient")) or _address(group.get("original-recipient"))
    stated = (group.get("original-message-id") or "").strip(" <>")
    return bounce_of([Recipient(address)], stated or original)


def original_id(root: Part) -> str | None:
    """The Message-ID of the mail that a report returns: from the returned mail or header, else from the report's own words."""
    for leaf in root.leaves():
        if leaf.content_type in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
            "message/rfc822-headers",
        ):
            content = leaf.content()[:200_000].lstrip(b"\r\n")
            headers, _ = head_of(content, 0, len(content))
            value = headers.get("message-id") or headers.get("x-original-message-id")
            if value:
                return decode_words(value).strip().strip("<>").strip() or None
    return None
