"""A notice as the RFC 5322 message that stands for it in the record."""

import json
import re
from hashlib import sha256
from typing import Any

from django.utils import timezone

from bridges.payload import Object, get, identifier, items, subject
from bridges.whatsapp.batch import load
from bridges.whatsapp.read import READERS
from bridges.whatsapp.show import show
from tickets.channels import Account, Notice, message_id_of
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox

SAID_BY_PEOPLE = frozenset({"message", "callback", "unsupported", "echo"})
_UNSAFE = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
QUIET = frozenset({"reaction", "delete", "subscribe", "system", "other", "echo", "receipt"})


def mail_of(notice: Notice, raw: bytes, account: Account) -> bytes:
    """Return the message: from the chat, with the vendor's time as its Date and its part of the payload attached."""
    thing, part = thing_of(notice, raw)
    text = show(notice, thing)
    customer = Mailbox(notice.sender_name, f"{_UNSAFE.sub('_', notice.sender) or 'unknown'}@{domain(account)}")
    business = Mailbox(account.name, f"{account.address or 'unknown'}@whatsapp.invalid")
    return build(
        from_=Mailbox(_name(notice, account), f"{_writer(notice, account)}@{domain(account)}"),
        to=[customer if notice.kind == "echo" else business],
        subject=subject(text),
        text=text,
        message_id=_own_id(notice, part, account),
        date=notice.at or timezone.now(),
        in_reply_to=_answered(notice, account),
        files=[File("whatsapp-message.json", "application/json", part)],
        headers={"Auto-Submitted": "auto-generated"} if notice.kind in QUIET else {},
    )


def thing_of(notice: Notice, raw: bytes) -> tuple[Object, bytes]:
    """Return what a notice was made of, and the payload with this one thing in it.

    The vendor repeats a message in other company: what is told twice must be the same mail.
    """
    payload, path = load(raw)[0], notice.data["path"]
    if not path:
        return {}, raw
    entry = payload["entry"][path[0]]
    change = entry["changes"][path[1]]
    change = change if isinstance(change, dict) else {}
    value: Object = get(change, "value")
    thing: Object = value
    if len(path) == 4:
        name, number = path[2:]
        found: Any = value[name][number]
        thing = found if isinstance(found, dict) else {}
        kept = {key: one for key, one in value.items() if key not in READERS and key != "contacts"}
        value = kept | {"contacts": _cards(value, notice), name: [found]}
    alone = {"id": entry.get("id"), "changes": [{"field": change.get("field"), "value": value}]}
    whole = {"object": payload.get("object"), "entry": [alone]}
    return thing, json.dumps(whole, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _cards(value: Object, notice: Notice) -> list[Object]:
    """What the payload says of this person, and of nobody else."""
    way = notice.data.get("address_data") or {}
    ids = {notice.sender, way.get("user_id"), way.get("phone")} - {None, ""}
    cards = items(value, "contacts")
    mine = [one for one in cards if {identifier(one, "user_id"), identifier(one, "wa_id")} & ids]
    return mine or cards[:1]


def domain(account: Account) -> str:
    """Return the domain of the addresses and ids that stand for chats and messages of this number."""
    return f"{account.address or 'unknown'}.whatsapp.invalid"


def message_id(account: Account, remote_id: str) -> str:
    """Return the Message-ID, without brackets, of what the vendor calls `remote_id`."""
    return f"{_UNSAFE.sub('_', remote_id)}@{domain(account)}"


def remote_id_of(message_id: str, account: Account) -> str:
    """Return what the vendor calls the message with this Message-ID, "" when it is none of a customer's."""
    local, _at, host = message_id.partition("@")
    return local if host == domain(account) and local.startswith("wamid.") else ""


def _name(notice: Notice, account: Account) -> str:
    if notice.kind == "echo":
        return account.name
    person = notice.data.get("sender")
    return (person["name"] if person else notice.sender_name) or "WhatsApp"


def _writer(notice: Notice, account: Account) -> str:
    """Whose address stands in From: the chat's, where answers go; of what our own side wrote, ours."""
    found = account.address if notice.kind == "echo" else notice.sender
    return _UNSAFE.sub("_", found) or "unknown"


def _own_id(notice: Notice, part: bytes, account: Account) -> str:
    """A message has the id that its quotes will name; other notices one that nothing else has."""
    if notice.kind in SAID_BY_PEOPLE and notice.remote_id:
        return message_id(account, notice.remote_id)
    return f"{notice.kind}-{sha256(part).hexdigest()[:24]}@{domain(account)}"


def _answered(notice: Notice, account: Account) -> str | None:
    """The message that this one quotes or speaks of: ours if we sent it, else one of the customer's own."""
    if said := notice.data.get("answers"):
        return str(said)
    remote_id = notice.target_id or notice.data.get("reply_to")
    if not remote_id or not notice.chat:
        return None
    ours = message_id_of(account, notice.sender.lower(), remote_id) if account.pk else None
    return ours or message_id(account, remote_id)
