"""The calls of the API: what each takes, refuses and answers (channels.md §2; VC by page)."""

import time
from collections.abc import Callable
from urllib.error import URLError
from urllib.request import Request, urlopen

from bridges.payload import Object, identifier, whole, words
from bridges.viber import parts
from bridges.viber.fake.failures import Failure
from bridges.viber.fake.state import CLOSED, State

BAD_DATA, MISSING, NOT_REGISTERED, NOT_SUBSCRIBED, NO_WEBHOOK, BAD_URL = 3, 4, 5, 6, 10, 1
LONGEST_TEXT, LONGEST_CAPTION, LONGEST_NAME, LONGEST_TRACKING, LONGEST_FILE_NAME = 7000, 768, 28, 4000, 256
LONGEST_URL = 2000
# VC "Send message": the fields of all messages, and those of each type. An unknown one is badData (from memory).
COMMON = {"receiver", "type", "sender", "min_api_version", "tracking_data", "keyboard", "auth_token", "from"}
FIELDS = {
    "text": {"text"},
    "picture": {"text", "media", "thumbnail"},
    "video": {"media", "size", "duration", "thumbnail"},
    "file": {"media", "size", "file_name"},
    "contact": {"contact"},
    "location": {"location"},
    "url": {"media"},
    "sticker": {"sticker_id"},
}
EVENTS = {
    "delivered",
    "seen",
    "failed",
    "subscribed",
    "unsubscribed",
    "conversation_started",
    "message",
    "client_status",
}
PATIENCE = 10


def set_webhook(state: State, given: Object) -> Object:
    """Call the address, and take it when it answers 200; "" takes it off (VC "Setting a Webhook")."""
    url = given.get("url")
    if not isinstance(url, str):
        raise Failure(MISSING, "missingData: url")
    events = given.get("event_types")
    if events is not None and (not isinstance(events, list) or set(map(str, events)) - EVENTS):
        raise Failure(BAD_DATA, "badData: event_types")
    if url and state.is_calling and not _answers(state, url):
        raise Failure(BAD_URL, "invalidUrl")
    state.webhook, state.events = url, list(events or [])
    return {"event_types": sorted({"message", "subscribed", "unsubscribed", *state.events})}


def _answers(state: State, url: str) -> bool:
    """Viber calls during set_webhook, signed, with the event "webhook"."""
    event = {
        "event": "webhook",
        "timestamp": int(time.time() * 1000),
        "message_token": state.new_token(),
        "chat_hostname": "SN-CHAT-05_",
    }
    body, headers = state.signed([event])
    try:
        with urlopen(Request(url, body, headers), timeout=PATIENCE) as response:  # noqa: S310
            return int(response.status) == 200
    except (URLError, OSError, ValueError):
        return False


def get_account_info(state: State, given: Object) -> Object:
    """Who the bot is (VC "Get account info")."""
    return {
        "id": state.bot_id,
        "name": state.name,
        "uri": state.uri,
        "webhook": state.webhook,
        "event_types": state.events,
        "members": [],
    }


def get_user_details(state: State, given: Object) -> Object:
    """Who a user is (VC "Get User Details")."""
    who = state.who(words(given, "id"))
    if who is None or who not in state.subscribed:
        raise Failure(NOT_REGISTERED if who is None else NOT_SUBSCRIBED)
    return {"user": state.user(who)}


def send_message(state: State, given: Object) -> Object:
    """Bring a message to a user (VC "Send Message")."""
    if not state.webhook:
        raise Failure(NO_WEBHOOK)
    kind = words(given, "type")
    _check(given, kind)
    who = state.who(words(given, "receiver"))
    if who is None:
        raise Failure(NOT_REGISTERED)
    if who not in state.subscribed or who in state.refuses:
        raise Failure(NOT_SUBSCRIBED, "notSubscribed")
    token = state.new_token()
    with state.changed:
        state.chats.setdefault(who, []).append({**given, "mine": False, "token": token, "at": time.time()})
        state.sent.append(given | {"who": who, "token": token})
        state.reached.append((words(given, "text"), time.time()))
    state.receipt("delivered", who, token)
    return {"message_token": token, "chat_hostname": "SN-CHAT-05_", "billing_status": 1}


def _check(given: Object, kind: str) -> None:
    """What a message must have and may not have."""
    for name in ("receiver", "type"):
        if not words(given, name):
            raise Failure(MISSING, f"missingData: {name}")
    if kind not in FIELDS:
        raise Failure(BAD_DATA, f"badData: type {kind}")
    unknown = set(given) - COMMON - FIELDS[kind]
    if unknown:
        raise Failure(BAD_DATA, f"badData: {sorted(unknown)[0]}")
    sender = given.get("sender")
    name = words(sender, "name") if isinstance(sender, dict) else ""
    if not 0 < len(name) <= LONGEST_NAME:
        raise Failure(BAD_DATA, "badData: sender.name")
    if len(words(given, "tracking_data")) > LONGEST_TRACKING:
        raise Failure(BAD_DATA, "badData: tracking_data")
    CHECKS.get(kind, _any)(given)


def _any(given: Object) -> None:
    """Nothing more is asked of it."""


def _text(given: Object) -> None:
    if not 0 < len(words(given, "text")) <= LONGEST_TEXT:
        raise Failure(BAD_DATA, "badData: text")


def _media(given: Object) -> None:
    address = words(given, "media")
    if not address.startswith(("http://", "https://")) or len(address) > LONGEST_URL:
        raise Failure(BAD_DATA, "badData: media")


def _picture(given: Object) -> None:
    _media(given)
    if len(words(given, "text")) > LONGEST_CAPTION:
        raise Failure(BAD_DATA, "badData: text")


def _sized(given: Object, largest: int) -> None:
    _media(given)
    size = whole(given, "size")
    if size is None or not 0 < size <= largest:
        raise Failure(BAD_DATA if size is not None else MISSING, "size")


def _video(given: Object) -> None:
    _sized(given, parts.LARGEST_VIDEO)


def _file(given: Object) -> None:
    _sized(given, parts.LARGEST_FILE)
    name = words(given, "file_name")
    if "." not in name or len(name) > LONGEST_FILE_NAME or parts.is_forbidden(name):
        raise Failure(BAD_DATA, "badData: file_name")


CHECKS: dict[str, Callable[[Object], None]] = {
    "text": _text,
    "picture": _picture,
    "video": _video,
    "file": _file,
    "url": _media,
}
CALLS: dict[str, Callable[[State, Object], Object]] = {
    "set_webhook": set_webhook,
    "get_account_info": get_account_info,
    "get_user_details": get_user_details,
    "send_message": send_message,
}


def answer(state: State, token: str, method: str, given: Object) -> Object:
    """Do a call and return the body of its answer. Raises Failure, Silence."""
    state.calls.append((method, given))
    if (token or identifier(given, "auth_token")) != state.token:
        raise Failure(2)
    if method not in CALLS:
        raise Failure(BAD_DATA, f"badData: {method}")
    if state.closes_after and len(state.sent) >= state.closes_after:
        state.closed, state.closes_after = state.closed or "blocked", 0
    if state.closed:
        raise Failure(CLOSED[state.closed])
    plan = next((one for one in state.plans if one.method == method), None)
    if plan:
        state.plans.remove(plan)
        if not plan.is_done_first:
            raise plan.failure
    done = CALLS[method](state, given)
    if plan:
        raise plan.failure
    return done
