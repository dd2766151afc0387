"""A notice as the RFC 5322 message that stands for it in the record."""

import re
from hashlib import sha256

from django.utils import timezone

from bridges.payload import Object, get, identifier, subject, words
from bridges.telegram.media import vcard
from bridges.telegram.show import show
from bridges.telegram.updates import load
from tickets.channels import Account, Notice, message_id_of
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox

QUIET = frozenset({"reaction", "delete", "unsubscribe", "subscribe", "system", "other", "echo"})
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_MESSAGE_ID = re.compile(r"(-?\d+)\.(\d+)@")


def mail_of(notice: Notice, raw: bytes, account: Account) -> bytes:
    """Return the message: from the chat, with the vendor's time as its Date and the payload attached."""
    update = load(raw)[0]
    thing = get(update, notice.data["field"])
    text, html = show(notice, thing)
    customer = Mailbox(notice.sender_name, f"{notice.sender or 'unknown'}@{domain(account)}")
    bot = Mailbox(account.name, f"{account.address}@telegram.invalid")
    return build(
        from_=Mailbox(_name(notice), f"{_writer(notice)}@{domain(account)}"),
        to=[customer if notice.kind == "echo" else bot],
        subject=notice.data.get("start", "") if notice.data.get("nameless") else subject(text),
        text=text,
        html=html,
        message_id=_own_id(notice, raw, account),
        date=notice.at or timezone.now(),
        in_reply_to=_answered(notice, account),
        files=_files(notice, thing, raw),
        headers=_headers(notice, thing),
    )


def _files(notice: Notice, thing: Object, raw: bytes) -> list[File]:
    """The payload, and what is whole already; the rest is fetched later."""
    files = [File(f"telegram-{notice.data['update_id'] or 'update'}.json", "application/json", raw)]
    card = vcard(thing)
    return [File(card[0], "text/vcard", card[1]), *files] if card else files


def _writer(notice: Notice) -> str:
    """Whose address stands in From: the chat's, where answers go; of what our own side wrote, the writer's."""
    person = notice.data["sender"]
    return person["id"] if notice.kind == "echo" and person else notice.sender or "unknown"


def domain(account: Account) -> str:
    """Return the domain of the addresses and ids that stand for chats and messages of this bot."""
    return f"{account.address}.telegram.invalid"


def message_id(account: Account, chat: str, remote_id: str) -> str:
    """Return the Message-ID, without brackets, of what a chat calls `remote_id`."""
    return f"{chat}.{remote_id}@{domain(account)}"


def remote_id_of(identifier: str, account: Account, chat: str) -> str:
    """Return what `chat` calls the message with this Message-ID, "" when it is no message of that chat."""
    match = _MESSAGE_ID.match(identifier)
    return match[2] if match and match[1] == chat and identifier.endswith(f"@{domain(account)}") else ""


def _name(notice: Notice) -> str:
    person = notice.data["sender"]
    return person["name"] if person else notice.sender_name or "Telegram"


def _own_id(notice: Notice, raw: bytes, account: Account) -> str:
    """A message has the id that its quotes will name; other notices one that nothing else has."""
    if notice.kind == "message" and notice.remote_id:
        return message_id(account, notice.chat, notice.remote_id)
    unique = sha256(raw + notice.key.encode()).hexdigest()[:16]
    return f"{notice.chat or 'update'}.{notice.kind}-{unique}@{domain(account)}"


def _answered(notice: Notice, account: Account) -> str | None:
    """The message that this one quotes or speaks of: ours if we sent it, else one of the chat's own."""
    pressed = notice.remote_id if notice.kind == "callback" else ""
    remote_id = notice.target_id or notice.data.get("reply_to") or pressed
    if not remote_id or not notice.chat:
        return None
    ours = message_id_of(account, notice.chat, remote_id)
    return ours or message_id(account, notice.chat, remote_id)


def _headers(notice: Notice, thing: Object) -> dict[str, str]:
    headers: dict[str, str] = {}
    language = words(get(thing, "from"), "language_code")
    if _LANGUAGE.fullmatch(language):
        headers["Content-Language"] = language
    if notice.kind in QUIET or _moves(notice, thing):
        headers["Auto-Submitted"] = "auto-generated"  # nobody waits for an answer to it
    return headers


def _moves(notice: Notice, thing: Object) -> bool:
    """A live location arrives as an edit every few seconds."""
    return notice.kind == "edit" and bool(identifier(get(thing, "location"), "live_period") or notice.data["location"])
