"""A notice as the RFC 5322 message that stands for it in the record."""

import json
import re
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext as _

from bridges.payload import load, subject
from bridges.webchat.told import files_in, without_files
from tickets.channels import Account, Notice, message_id_of
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox

_UNSAFE = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
PAYLOAD = "webchat.json"


def mail_of(notice: Notice, raw: bytes, account: Account) -> bytes:
    """Return the message: from the visitor, with the files they sent and the payload attached."""
    payload = load(raw)[0]
    files = files_in(payload) if notice.kind == "message" else []
    text = said(notice, files)
    bare = json.dumps(without_files(payload), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    return build(
        from_=Mailbox(notice.sender_name or _("Visitor"), f"{_safe(notice.sender) or 'unknown'}@{domain(account)}"),
        to=[Mailbox(account.name, f"{account.public_id}@webchat.invalid")],
        subject=subject(text),
        text=text,
        message_id=_own_id(notice, raw, account),
        date=notice.at or timezone.now(),
        in_reply_to=_answered(notice, account),
        files=[File(PAYLOAD, "application/json", bare if payload else raw), *files],
        headers=_headers(notice),
    )


def said(notice: Notice, files: list[File]) -> str:
    """Return a notice in words."""
    if notice.kind == "message":
        return notice.text or ", ".join(file.filename for file in files)
    if notice.kind == "receipt":
        return str(notice.text or f"{notice.data['status']}: {notice.target_id}")
    if notice.kind == "system":
        wants = notice.data.get("wants")
        return _("Asked for this conversation by mail.") if wants else _("Ended the chat in their browser.")
    return _("The chat told something that cannot be read: %s.") % str(notice.data["unreadable"])


def domain(account: Account) -> str:
    """Return the domain of the addresses and ids that stand for visitors and their messages."""
    return f"{account.public_id}.webchat.invalid"


def client_id_of(message_id: str, account: Account, visitor: str) -> str:
    """Return the id that a visitor's browser gave the message with this Message-ID; "" when it is none of theirs."""
    local, _at, host = message_id.partition("@")
    return local.removeprefix(f"{visitor}.") if host == domain(account) and local.startswith(f"{visitor}.") else ""


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text)


def _own_id(notice: Notice, raw: bytes, account: Account) -> str:
    if notice.kind == "message":
        return f"{_safe(notice.remote_id)}@{domain(account)}"
    return f"{notice.kind}-{sha256(raw + notice.key.encode()).hexdigest()[:24]}@{domain(account)}"


def _answered(notice: Notice, account: Account) -> str | None:
    """What a receipt is about: what we sent."""
    if not notice.target_id or not account.pk:
        return None
    return message_id_of(account, notice.sender.lower(), notice.target_id)


def _headers(notice: Notice) -> dict[str, str]:
    headers = {} if notice.kind == "message" else {"Auto-Submitted": "auto-generated"}
    language = str(notice.data.get("language") or "")
    if _LANGUAGE.fullmatch(language):
        headers["Content-Language"] = language
    if notice.data.get("page"):
        headers["X-Page"] = str(notice.data["page"])[:500]
    return headers
