"""Business accounts that let the bot answer for them (SPEC BusinessConnection, Bot API 7.2 and 9.0)."""

import json
import time
from typing import Any

from bridges.telegram.fake.failures import Object, bad
from bridges.telegram.fake.state import State, person

ANSWERED_WITHIN = 24 * 3600  # SPEC BusinessBotRights.can_reply: chats with an incoming message in the last 24 hours


def connect(state: State, name: str, owner: int, can_reply: bool = True, is_enabled: bool = True) -> Object:
    """The owner of a business account connects the bot, changes what it may do, or takes it off."""
    connection: Object = {
        "id": name,
        "user": person(owner, "Olga"),
        "user_chat_id": owner,
        "date": int(time.time()),
        "rights": {"can_reply": True} if can_reply else {},
        "is_enabled": is_enabled,
    }
    state.connections[name] = connection
    state.push({"business_connection": connection})
    return connection


def get_connection(state: State, given: Object) -> Object:
    """What the bot may do there (TBA Client.cpp: the words for an id that is none)."""
    found: Object | None = state.connections.get(str(given.get("business_connection_id") or ""))
    if found is None:
        raise bad("business connection not found")
    return found


def check(state: State, given: Object, chat: str) -> None:
    """Whether the bot may answer for the account it names. Raises Failure, in the words of the MTProto API's list of errors."""
    if not given.get("business_connection_id"):
        return
    connection = get_connection(state, given)
    if not connection["is_enabled"] or not connection["rights"].get("can_reply"):
        raise bad("BUSINESS_CONNECTION_INVALID")  # from memory for a missing right
    incoming = [one["date"] for one in state.chats.get(chat, []) if str(one["from"]["id"]) == chat]
    if max(incoming, default=0) < time.time() - ANSWERED_WITHIN:
        raise bad("BUSINESS_PEER_USAGE_MISSING")


def delete_messages(state: State, given: Object) -> bool:
    """Take messages of a business account back (SPEC deleteBusinessMessages)."""
    get_connection(state, given)
    raw: Any = given.get("message_ids")
    ids = {int(one) for one in (raw if isinstance(raw, list) else json.loads(raw or "[]"))}
    with state.changed:
        for messages in state.chats.values():
            messages[:] = [one for one in messages if one["message_id"] not in ids]
        state.changed.notify_all()
    return True
