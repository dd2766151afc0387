"""A notice as the RFC 5322 message that stands for it in the record."""

import re
from hashlib import sha256

from django.utils import timezone

from bridges.payload import get, load, subject, words
from bridges.viber.show import show
from tickets.channels import Account, Notice, message_id_of
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox

_UNSAFE = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")


def mail_of(notice: Notice, raw: bytes, account: Account) -> bytes:
    """Return the message: from the chat, with the vendor's time as its Date and the callback attached."""
    told = load(raw)[0]
    text = show(notice, told)
    return build(
        from_=Mailbox(
            notice.sender_name or "Viber", f"{_UNSAFE.sub('_', notice.sender) or 'unknown'}@{domain(account)}"
        ),
        to=[Mailbox(account.name, f"{_UNSAFE.sub('_', account.address) or 'unknown'}@viber.invalid")],
        subject=subject(text),
        text=text,
        message_id=_own_id(notice, raw, account),
        date=notice.at or timezone.now(),
        in_reply_to=_answered(notice, account),
        files=[File("viber-callback.json", "application/json", raw)],
        headers=_headers(notice, words(get(told, "sender"), "language") or words(get(told, "user"), "language")),
    )


def domain(account: Account) -> str:
    """Return the domain of the addresses and ids that stand for chats and messages of this bot."""
    return f"{_UNSAFE.sub('_', account.address) or 'unknown'}.viber.invalid"


def _own_id(notice: Notice, raw: bytes, account: Account) -> str:
    if notice.kind == "message" and notice.remote_id:
        return f"{notice.remote_id}@{domain(account)}"
    return f"{notice.kind}-{sha256(raw).hexdigest()[:24]}@{domain(account)}"


def _answered(notice: Notice, account: Account) -> str | None:
    """What a receipt is about: what we sent. Viber names no quoted message."""
    if not notice.target_id or not account.pk:
        return None
    return message_id_of(account, notice.sender.lower(), notice.target_id)


def _headers(notice: Notice, language: str) -> dict[str, str]:
    headers = {"Content-Language": language} if _LANGUAGE.fullmatch(language) else {}
    return headers if notice.kind == "message" else headers | {"Auto-Submitted": "auto-generated"}
