"""From an Update to notices. Pure: knows no account, no network; a strange payload gives a notice that says so."""

import re
from collections.abc import Callable
from typing import Any

from bridges.payload import Object, get, identifier, items, moment, whole, words
from bridges.telegram.media import attachments, contacts, full_name, location
from bridges.telegram.quote import quote
from bridges.telegram.service import LINES as SERVICE
from bridges.telegram.updates import load
from tickets.channels import Notice

GONE = ("kicked", "left")
COMMAND = re.compile(r"/start(@\w+)?(\s.*)?|/\w+(@\w+)?", re.S)  # says nothing of what somebody wants


def read(raw: bytes) -> list[Notice]:
    """Return all that an update tells: one notice, or one for each message that was deleted."""
    update, defect = load(raw)
    field = next((name for name in READERS if name in update), "")
    thing = get(update, field)
    if not thing:
        field = next((name for name in update if name != "update_id"), "")
        notices = [_notice("other", field, get(update, field))]
    else:
        notices = READERS[field](field, thing)
    for notice in notices:
        notice.data["update_id"] = identifier(update, "update_id")
        if defect:
            notice.data["defects"] = [defect]
    return notices


def _notice(kind: str, field: str, thing: Object, **more: str) -> Notice:
    """A notice with what all of them have: who, in which chat, which message, when."""
    chat, person = get(thing, "chat"), _sender(thing)
    is_private = words(chat, "type") in ("", "private")
    name = person["name"] if person and is_private else full_name(chat)
    return Notice(
        kind,
        sender=identifier(chat, "id") or (person["id"] if person else ""),
        sender_name=name,
        chat=identifier(chat, "id"),
        remote_id=more.get("remote_id", identifier(thing, "message_id")),
        target_id=more.get("target_id", ""),
        at=moment(thing, "edit_date") or moment(thing, "date"),
        text=more.get("text", ""),
        data={"field": field, "sender": person} | ({} if is_private else {"is_group": True}),
    )


def _sender(thing: Object) -> dict[str, str] | None:
    """The person, or the chat in whose name somebody wrote."""
    person = get(thing, "from") or get(thing, "user")
    chat = get(thing, "sender_chat") or get(thing, "actor_chat")
    if words(get(thing, "chat"), "type") == "channel":
        chat = chat or get(thing, "chat")
    found = chat if chat and (not person or person.get("is_bot")) else person
    return {"id": identifier(found, "id"), "name": full_name(found)} if found else None


def _message(field: str, message: Object) -> list[Notice]:
    notice = _notice(_message_kind(field, message), field, message, text=_text(message))
    if "web_app_data" in message:
        notice.data["data"] = words(get(message, "web_app_data"), "data")
    notice.data |= {
        "attachments": attachments(message),
        "location": location(message),
        "contacts": contacts(message),
        "reply_to": _reply_to(message),
    }
    notice.data |= {name: value for name, value in _more(notice, message).items() if value}
    return [notice]


def _more(notice: Notice, message: Object) -> dict[str, Any]:
    """What only some messages have, under the words of the contract (docs/adding-a-channel.md)."""
    album, connection = words(message, "media_group_id"), words(message, "business_connection_id")
    return {
        "album": f"{notice.chat}/{album}" if album else "",
        "quote": quote(message),
        "moved_to": identifier(message, "migrate_to_chat_id"),
        "moved_from": identifier(message, "migrate_from_chat_id"),
        "start": notice.text.removeprefix("/start ").strip() if notice.text.startswith("/start ") else "",
        "nameless": bool(COMMAND.fullmatch(notice.text)),
        "address_data": {"business_connection": connection},  # "": an answer goes through the bot's own chat
    }


def _text(message: Object) -> str:
    return words(message, "text") or words(message, "caption")


def _message_kind(field: str, message: Object) -> str:
    if "web_app_data" in message:
        return "callback"
    if any(name in message for name in SERVICE):
        return "system"
    if field.endswith("business_message") and _is_ours(message):
        return "echo"
    return "message"


def _is_ours(message: Object) -> bool:
    """In a business chat the chat is the customer: whoever else writes there is the owner or a bot of theirs."""
    return identifier(get(message, "from"), "id") != identifier(get(message, "chat"), "id")


def _reply_to(message: Object) -> str | None:
    """The message answered. In a forum every message formally answers the one that began the topic."""
    answered = get(message, "reply_to_message")
    if "forum_topic_created" in answered:
        return None
    return identifier(answered, "message_id") or None


def _edit(field: str, message: Object) -> list[Notice]:
    [notice] = _message(field, message)
    notice.kind = "edit" if notice.kind == "message" else notice.kind
    notice.target_id = notice.remote_id
    if notice.data["location"] and whole(get(message, "location"), "live_period"):
        notice.data["moves"] = True
    return [notice]


def _deleted(field: str, thing: Object) -> list[Notice]:
    listed = thing.get("message_ids")
    ids = [str(one) for one in listed if isinstance(one, int)] if isinstance(listed, list) else []
    notices = [_notice("delete", field, thing, remote_id=one, target_id=one) for one in ids]
    for notice in notices:
        notice.key = notice.remote_id
    return notices or [_notice("delete", field, thing)]


def _reaction(field: str, thing: Object) -> list[Notice]:
    notice = _notice("reaction", field, thing, target_id=identifier(thing, "message_id"))
    old = [_emoji(one) for one in items(thing, "old_reaction")]
    new = [_emoji(one) for one in items(thing, "new_reaction")]
    counted = [f"{_emoji(get(one, 'type'))} {whole(one, 'total_count') or 1}" for one in items(thing, "reactions")]
    added = [one for one in new if one not in old] or new
    first = [_emoji(get(one, "type")) for one in items(thing, "reactions")]
    notice.data["reaction"] = next(iter(added or first), "")
    notice.data["reactions"] = ", ".join(counted) or " ".join(new)
    if field == "message_reaction_count":
        notice.data["counted"] = True
    notice.data["taken_back"] = " ".join(one for one in old if one not in new)
    return [notice]


def _emoji(reaction: Object) -> str:
    """The emoji; a custom one has only an id that means nothing to people, a paid one is a star."""
    return words(reaction, "emoji") or ("⭐" if words(reaction, "type") == "paid" else "✨" if reaction else "")


def _callback(field: str, thing: Object) -> list[Notice]:
    message = get(thing, "message")
    notice = _notice(
        "callback", field, {**thing, "chat": get(message, "chat"), "message_id": message.get("message_id")}
    )
    notice.data["data"] = words(thing, "data") or words(thing, "game_short_name") or None
    return [notice]


def _member(field: str, thing: Object) -> list[Notice]:
    """The bot was blocked or unblocked, added or removed."""
    was, now = _status(thing, "old_chat_member"), _status(thing, "new_chat_member")
    kind = "unsubscribe" if now in GONE else "subscribe" if was in GONE else "system"
    return [_notice(kind, field, thing)]


def _status(thing: Object, name: str) -> str:
    member = get(thing, name)
    status = words(member, "status")
    return "left" if status == "restricted" and member.get("is_member") is False else status


def _system(field: str, thing: Object) -> list[Notice]:
    return [_notice("system", field, thing)]


def _other(field: str, thing: Object) -> list[Notice]:
    """What a person did outside a chat: their answer to a poll, a purchase, a boost."""
    notice = _notice("other", field, thing)
    notice.sender = notice.sender or identifier(get(thing, "voter_chat"), "id")
    return [notice]


def _connection(field: str, thing: Object) -> list[Notice]:
    notice = _notice("system", field, thing)
    notice.sender = notice.chat = str(whole(thing, "user_chat_id") or "") or notice.sender
    return [notice]


READERS: dict[str, Callable[[str, Object], list[Notice]]] = {
    "message": _message,
    "edited_message": _edit,
    "channel_post": _message,
    "edited_channel_post": _edit,
    "business_message": _message,
    "edited_business_message": _edit,
    "guest_message": _message,
    "deleted_business_messages": _deleted,
    "message_reaction": _reaction,
    "message_reaction_count": _reaction,
    "callback_query": _callback,
    "my_chat_member": _member,
    "chat_member": _system,
    "business_connection": _connection,
    "chat_join_request": _system,
    "poll": _other,
    "poll_answer": _other,
    "chat_boost": _other,
    "removed_chat_boost": _other,
    "purchased_paid_media": _other,
}
