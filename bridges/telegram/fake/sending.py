"""What the bot does in chats: words, edits, deletions, reactions. Refused as Telegram refuses it."""

import json
import time
from typing import Any

from bridges.telegram.fake import business
from bridges.telegram.fake.failures import BLOCKED, MIGRATED, NOT_MODIFIED, Failure, Object, bad
from bridges.telegram.fake.markup import written
from bridges.telegram.fake.state import State

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
KEPT_DELETABLE = 48 * 3600  # SPEC deleteMessage
ACTIONS = frozenset(
    """typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker
    find_location record_video_note upload_video_note""".split()
)
# SPEC ReactionTypeEmoji has 73; these are the common ones
REACTIONS = frozenset("👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 😢 🎉 🤩 🙏 👌 😍 💯 🤝 👀 😇".split())


def chat_of(state: State, given: Object) -> str:
    """The chat that a call names. Raises Failure as TBA Client.cpp check_chat does."""
    chat = str(given.get("chat_id") or "")
    if not chat:
        raise bad("chat_id is empty")
    if chat in state.blocked:
        raise Failure(403, BLOCKED)
    if chat in state.moved:
        raise Failure(400, MIGRATED, migrate_to_chat_id=state.moved[chat])
    if chat not in state.chats or chat in state.unknown:
        raise bad("chat not found")
    return chat


def deliver_message(state: State, given: Object, content: Object) -> Object:
    """Put a message into a chat. Raises Failure."""
    chat = chat_of(state, given)
    business.check(state, given, chat)
    known = state.chats[chat][0]["chat"]
    message: Object = {
        "message_id": state.new_message_id(),
        "from": state.me,
        "date": int(time.time()),
        "chat": known,
        **({"business_connection_id": said_for} if (said_for := given.get("business_connection_id")) else {}),
        **_answered(state, chat, given),
        **content,
    }
    with state.changed:
        state.chats[chat].append(message)
        state.reached.append((message.get("text") or message.get("caption") or "", time.time()))
        state.sent.append(message | {"reply_parameters": given.get("reply_parameters")})
        state.changed.notify_all()
    return message


def _answered(state: State, chat: str, given: Object) -> Object:
    """The message that is replied to. Raises Failure when there is none and none was asked for nevertheless."""
    raw = given.get("reply_parameters")
    wanted: Object = json.loads(raw) if isinstance(raw, str) and raw else raw or {}
    if not wanted:
        return {}
    found = state.find(chat, int(wanted.get("message_id") or 0))
    if found is None and str(wanted.get("allow_sending_without_reply")).lower() != "true":
        raise bad("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in found.items() if k != "reply_to_message"}} if found else {}


def send_message(state: State, given: Object) -> Object:
    """A text to a chat."""
    content = written(given, "text", LONGEST_TEXT, "message")
    if "text" not in content:
        raise bad("message text is empty" if not str(given.get("text") or "") else "text must be non-empty")
    return deliver_message(state, given, content)


def _ours(state: State, given: Object, verb: str) -> Object:
    """A message of the bot. Raises Failure in the words of `verb`: edit, delete, react."""
    message = state.find(chat_of(state, given), int(given.get("message_id") or 0))
    if message is None:
        raise bad(f"message to {verb} not found")
    if verb == "edit" and not message["from"].get("is_bot"):
        raise bad("message can't be edited")
    return message


def edit_text(state: State, given: Object) -> Object:
    """Other words in a message of the bot. There is no limit of time for a bot's own messages (SPEC)."""
    content = written(given, "text", LONGEST_TEXT, "message")
    message = _ours(state, given, "edit")
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    if "text" not in content:
        raise bad("message text is empty")
    return _changed(state, message, content, "text", "entities")


def edit_caption(state: State, given: Object) -> Object:
    """Another caption under a file."""
    content = written(given, "caption", LONGEST_CAPTION, "message caption")
    message = _ours(state, given, "edit")
    if "text" in message:
        raise bad("there is no caption in the message to edit")
    return _changed(state, message, content, "caption", "caption_entities")


def _changed(state: State, message: Object, content: Object, *names: str) -> Object:
    if all(message.get(name) == content.get(name) for name in names):
        raise bad(NOT_MODIFIED)
    with state.changed:
        for name in names:
            message.pop(name, None)
        message |= content | {"edit_date": int(time.time())}
        state.changed.notify_all()
    return message


def delete_message(state: State, given: Object) -> bool:
    """Take a message back, within 48 hours."""
    message = _ours(state, given, "delete")
    if message["date"] < time.time() - KEPT_DELETABLE:
        raise bad("message can't be deleted for everyone")
    with state.changed:
        state.chats[str(message["chat"]["id"])].remove(message)
        state.changed.notify_all()
    return True


def delete_messages(state: State, given: Object) -> bool:
    """Take several back; those that are not there are skipped (SPEC)."""
    raw: Any = given.get("message_ids")
    ids = raw if isinstance(raw, list) else json.loads(raw or "[]")
    if not 1 <= len(ids) <= 100:
        raise bad("there must be from 1 to 100 messages to delete")  # from memory
    chat = chat_of(state, given)
    for one in ids:
        if state.find(chat, int(one)):
            delete_message(state, {"chat_id": chat, "message_id": one})
    return True


def set_reaction(state: State, given: Object) -> bool:
    """The bot's reaction on a message; an empty list takes it back."""
    raw: Any = given.get("reaction")
    wanted = raw if isinstance(raw, list) else json.loads(raw or "[]")
    message = _ours(state, given, "react")
    emoji = wanted[0].get("emoji", "") if wanted else ""
    if len(wanted) > 1 or (emoji and emoji not in REACTIONS):
        raise bad("REACTION_INVALID")
    with state.changed:
        message["reactions"] = message.get("reactions", {}) | {"bot": emoji}
        state.changed.notify_all()
    return True


def send_chat_action(state: State, given: Object) -> bool:
    """What the bot is doing, shown for five seconds."""
    action = str(given.get("action") or "")
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = chat_of(state, given)
    state.actions.append((chat, action))
    state.acted[chat] = time.time()
    return True


def answer_callback(state: State, given: Object) -> bool:
    """A pressed button is heard."""
    if not given.get("callback_query_id"):
        raise bad("query is too old and response timeout expired or query ID is invalid")
    return True
