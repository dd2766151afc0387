"""Reports of failed delivery in free text, from systems that know no standard: who could not be reached, and why."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes

from tickets.mime.addresses import mailboxes, normal
from tickets.mime.bounce_meanings import MEANINGS
from tickets.mime.headers import Headers
from tickets.mime.machine_words import FOR_GOOD

MOST = 200
LARGEST_FOR_FLUFL = 300_000
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it logs a traceback for every odd mail
_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
ADDRESS = re.compile(_ADDRESS)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ :-]|$)")
_DIAGNOSTIC = re.compile(r"(?<![\d.:/-])[45]\d\d(?:[ -]|:\s)(?:[^\n]{3,500})")
_SAID = re.compile(
    r"(?:\bsaid|\bresponded|\bresponse was|\breturned the (?:following|error)|antwort(?:ete)?|"
    r"error was|\breason|\bbecause|\bgrund|\braison|"
    r"\bmotivo|\bпричина|原因|reply from server|remote server returned|"
    r"RCPT TO:\s?<[^<>]{1,200}>)\s?[:：]\s+",
    re.I,
)
_TO = r"(?:to|an|à|a|para|naar|till|til|do|для|на|адрес\w{0,2})"
_NAMED = (  # from the surest way to name a failed address to the vaguest
    re.compile(rf"^[> \t]{{0,8}}<({_ADDRESS})>(?:[ \t]{{1,3}}\([^()\n]{{1,300}}\))?[ \t]{{0,3}}:", re.M),
    re.compile(
        r"(?:RCPT TO|(?:Final-|Original-|failed )?Recipients?(?: Address)?|Empfänger(?:adresse)?|Destinataire|Destinatario)"
        rf"\s{{0,3}}:\s{{0,3}}"
        rf"(?:rfc822;)?\s{{0,3}}[<\[\"']{{0,2}}({_ADDRESS})",
        re.I,
    ),
    re.compile(
        rf"^[> \t•*-]{{0,12}}[<\"'\[]?({_ADDRESS})[>\"'\]]?(?:[ \t]{{0,3}}(?:[:,;(]|on (?=\w{{3}},|\d)|\.\.\.).{{0,300}})?[ \t]{{0,3}}$",
        re.M,
    ),
    re.compile(
        r"(?:deliver\w{0,3}|sent|send|recipient|zugestellt|zustellung|достав\w{2,5}|remis|entreg\w{2,4}|recapit\w{2,4})\s{1,3}"
        rf"(?:[^\n.:<]{{0,30}}\s)?{_TO}\s{{1,3}}[<\"'(]{{0,2}}({_ADDRESS})",
        re.I,
    ),
    re.compile(rf"<({_ADDRESS})>"),
    re.compile(rf"({_ADDRESS})"),
)
_VAGUE = _NAMED[-2:]
_MESSAGE_ID = re.compile(r"^[> \t]{0,6}Message-ID:\s{0,6}<([^<>\s]{3,998})>", re.I | re.M)
_RETURNED = re.compile(
    r"^(?:[ \t>]{0,20}[-=_*+]{2,80}+.{0,60}(?:original|below this line|copy of (?:the|your) message|returned|unsent message|message header|"
    r"nachricht|исходн|原).{0,60}|>?(?:Return-Path|Received|Message-ID|X-Mailer|MIME-Version):\s.{0,200}|"
    r"[ \t>]{0,20}(?:(?:the )?(?:headers?|text) of the (?:original )?message|original message (?:headers?|follows)).{0,30})$",
    re.I | re.M,
)
_RETURNED_TO = re.compile(r"^[ \t>]{0,6}To:[ \t]{0,6}(.{3,300}(?:\n[ \t].{1,300}){0,20})$", re.M | re.I)
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


def permanent(status: str | None) -> bool | None:
    """Is this failure for good? By the class of its status code (RFC 3463 §2)."""
    return {"5": True, "4": False}.get(status[:1]) if status else None


def derived_status(text: str) -> str | None:
    """An enhanced status code for words and SMTP reply codes that come without one."""
    if match := STATUS.search(text):
        return match[1]
    code = _REPLY_CODE.search(text)
    meaning = next((number for number, words in MEANINGS if words.search(text)), None)
    if code:
        return f"{code[1][0]}.{meaning or '0.0'}"
    if meaning:
        temporary = meaning in ("4.7", "4.1") or _TEMPORARY.search(text)
        return f"{'4' if temporary else '5'}.{meaning}"
    return None


def free_text(
    text: str, headers: Headers | None, original: str | None, raw: bytes = b"", returned: Sequence[str] = ()
) -> Bounce:
    """The recipients and reasons in a bounce that is only written for people. `returned` are those of the mail that came back."""
    text = text[:LARGEST_FOR_FLUFL]
    cut = _RETURNED.search(text)
    report = (
        text[: cut.start()] if cut and (cut.start() > 40 or ADDRESS.search(text, 0, cut.start())) else text[:20_000]
    )
    original = original or (match[1] if (match := _MESSAGE_ID.search(text)) else None)
    if not returned and (to := _RETURNED_TO.search(text, cut.start() if cut else 0)):
        returned = [box.address for box in mailboxes(to[1])]
    addresses = _failed(report, headers, raw, returned)
    if len(addresses) > 1:
        return bounce_of([_paragraph_of(address, report) for address in addresses], original)
    diagnostic = _diagnostic(report) or (_said_below(addresses[0], report) if addresses else None)
    status = derived_status(f"{diagnostic or ''}\n{report}")
    for_good = True if status is None and FOR_GOOD.search(report) else permanent(status)
    one = Recipient(addresses[0] if addresses else None, status, for_good, diagnostic)
    if addresses:
        return bounce_of([one], original)
    return Bounce(None, one.status, one.permanent, one.diagnostic, original)


def _failed(report: str, headers: Headers | None, raw: bytes, returned: Sequence[str]) -> list[str]:
    """The addresses that could not be reached; where the report is vague, those to whom the mail had gone count first."""
    ours = {
        box.lower()
        for name in ("to", "delivered-to", "from")
        for box in ADDRESS.findall((headers.get(name) or "") if headers else "")
    }
    if headers and (stated := headers.get_all("x-failed-recipients")):
        return _unique(address for value in stated for address in ADDRESS.findall(value))
    wanted = {address.lower() for address in returned}
    for pattern in _NAMED:
        found = _unique(
            address.strip("'").rstrip(".") for address in pattern.findall(report) if _plausible(address, ours)
        )
        known = [address for address in found if address.lower() in wanted]
        if known:
            return known
        if found and not (pattern in _VAGUE and len(wanted) == 1):
            return found[:1] if pattern in _VAGUE else found
    return _unique(returned) if len(wanted) == 1 else _flufl(raw)


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
    following = ADDRESS.search(piece, 3)
    piece = piece[: following.start()] if following and following.start() > 30 else piece
    diagnostic = _diagnostic(piece)
    status = derived_status(diagnostic or piece)
    return Recipient(address, status, permanent(status), diagnostic)
