"""Reports in standard form: delivery status notifications (RFC 3464) and receipts (RFC 8098), and the mail that they return."""

import re
from collections.abc import Iterator

from tickets.mime.addresses import mailboxes, normal
from tickets.mime.bounces import (
    ADDRESS,
    MOST,
    STATUS,
    Bounce,
    Recipient,
    bounce_of,
    derived_status,
    free_text,
    permanent,
)
from tickets.mime.charsets import decode
from tickets.mime.headers import Headers
from tickets.mime.parts import Part, head_of
from tickets.mime.words import decode_words

_RETURNED_PARTS = frozenset(
    ["message/rfc822", "text/rfc822-headers", "text/rfc822", "message/global", "message/global-headers", "message/rfc822-headers",
     "message/partial"]
)  # fmt: skip
_BLOCKS = re.compile(r"\n(?:[ \t]*\n)+")
_NEXT_RECIPIENT = re.compile(r"\n(?=final-recipient[ \t]*:)", re.I)
_ACTIONS = {"fail": "failed", "undeliver": "failed", "bounce": "failed", "delay": "delayed", "deliver": "delivered", "relay": "relayed",
            "expand": "expanded", "success": "delivered"}  # fmt: skip
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_TYPED = re.compile(r"\s*[\w-]{1,30}\s*")
_FIRST_WORD = re.compile(r"[\s;(]")
FIELD = re.compile(r"^[ \t>]{0,4}(?:Final-Recipient|Original-Recipient)[ \t]*:[ \t]*[\w-]{1,20}[ \t]*;", re.I | re.M)


def delivery_report(source: str, returned: Headers, original: str | None, text: str) -> tuple[str, Bounce]:
    """Kind and content of a message/delivery-status part with the fields `source` (RFC 3464 §2).

    `returned` is the header of the mail that came back; it names the recipient where the report only says "local user ann".
    """
    groups = list(_groups(source))
    found = [(_action(group), _recipient(group)) for group in groups if _is_recipient(group)][:MOST]
    failed = [recipient for action, recipient in found if action == "failed"]
    if not found:
        return "bounce", free_text(text, None, original, returned=recipients_of(returned))
    if not failed:
        for action, recipient in found:
            recipient.permanent = False if action == "delayed" else None
        return "delivery-status", bounce_of([recipient for _, recipient in found], original)
    _name_the_nameless(failed, returned, text)
    return "bounce", bounce_of(failed, original)


def _name_the_nameless(failed: list[Recipient], returned: Headers, text: str) -> None:
    """A report that gives no address for its only recipient: the mail that came back names it, or the words do."""
    if len(failed) != 1 or failed[0].recipient:
        return
    wanted = recipients_of(returned)
    failed[0].recipient = wanted[0] if len(wanted) == 1 else free_text(text, None, None, returned=wanted).recipient


def recipients_of(headers: Headers) -> list[str]:
    """To whom a mail went."""
    return list(
        dict.fromkeys(
            box.address for name in ("to", "cc") for line in headers.texts(name)[:1] for box in mailboxes(line[:20_000])
        )
    )


def _groups(source: str) -> Iterator[Headers]:
    """The blocks of fields. Some programs leave out the blank line between two recipients."""
    for block in _BLOCKS.split(source.replace("\r\n", "\n").strip("\n"))[: MOST * 2]:
        for group in (
            _NEXT_RECIPIENT.split(block.lstrip("\n")) if block.lower().count("final-recipient") > 1 else [block]
        ):
            yield Headers(group.lstrip("\n").encode("utf-8", "replace"))


def _is_recipient(group: Headers) -> bool:
    return "final-recipient" in group or "original-recipient" in group or "action" in group


def _action(group: Headers) -> str:
    stated = _FIRST_WORD.split((group.get("action") or "").strip().lower(), maxsplit=1)[0]
    action = next((meaning for stem, meaning in _ACTIONS.items() if stated.startswith(stem)), None)
    status = (group.get("status") or "").strip()
    return action or {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")


def _recipient(group: Headers) -> Recipient:
    diagnostic = _typed(group.get("diagnostic-code")) or _typed(group.get("x-supplementary-info")) or None
    match = STATUS.search(group.get("status") or "") or (STATUS.search(diagnostic) if diagnostic else None)
    status = match[1] if match else derived_status(diagnostic or group.get("status") or "")
    return Recipient(_named(group), status, permanent(status), diagnostic)


def _named(group: Headers) -> str | None:
    for name in ("final-recipient", "original-recipient", "x-actual-recipient", "x-display-name"):
        value = group.get(name)
        if value and name == "original-recipient":
            value = _XTEXT.sub(lambda code: chr(int(code[1], 16)), value)  # RFC 3461 §4
        if found := _address(value):
            return found
    return None


def _typed(value: str | None) -> str:
    """The value of `type; value`, as Diagnostic-Code and Final-Recipient have it."""
    kind, mark, rest = (value or "").partition(";")
    return rest.strip() if mark and _TYPED.fullmatch(kind) else (value or "").strip()


def _address(value: str | None) -> str | None:
    found = _typed(value).strip(" <>\"'")
    if " " not in found and "@" in found.strip("@") and (address := normal(found)):
        return address
    match = ADDRESS.search(found)
    return match[0] if match else None


def receipt(leaf: Part, original: str | None) -> Bounce:
    """A read receipt (RFC 8098 §3): who read it."""
    group = Headers(leaf.content()[:50_000].lstrip(b"\r\n"))
    address = _address(group.get("final-recipient")) or _address(group.get("original-recipient"))
    stated = (group.get("original-message-id") or "").strip(" <>")
    return bounce_of([Recipient(address)], stated or original)


def returned_mail(root: Part) -> Headers:
    """The header of the mail that a report returns; without fields if it returns none."""
    for leaf in root.leaves():
        if leaf.content_type in _RETURNED_PARTS:
            content = leaf.content()[:200_000].lstrip(b"\r\n \t")
            headers, _ = head_of(content, 0, len(content))
            if headers.names():
                return headers
    return Headers()


def original_id(headers: Headers) -> str | None:
    """The Message-ID of a returned mail."""
    value = headers.get("message-id") or headers.get("x-original-message-id")
    return decode_words(value).strip().strip("<>").strip() or None if value else None


def status_source(leaf: Part) -> str:
    """The fields of a message/delivery-status part."""
    return decode(leaf.content()[:500_000])
