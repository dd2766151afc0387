"""POST /{number}/messages: what the business sends, refused as WhatsApp refuses it."""

import time
from typing import Any

from bridges.whatsapp.fake import templating
from bridges.whatsapp.fake.failures import Failure, Object, missing, unknown_key, window, wrong
from bridges.whatsapp.fake.state import WINDOW, State

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_OPAQUE = 4096, 1024, 512
# PYWA api.send_message, api.mark_message_as_read, api.set_indicator; META "Messages".
KEYS = frozenset(
    """messaging_product recipient_type to recipient type context biz_opaque_callback_data recipient_identity_key_hash
    status message_id typing_indicator""".split()
)
TYPES: dict[str, frozenset[str]] = {
    "text": frozenset({"body", "preview_url"}),
    "image": frozenset({"id", "link", "caption"}),
    "video": frozenset({"id", "link", "caption"}),
    "audio": frozenset({"id", "link", "voice"}),
    "document": frozenset({"id", "link", "caption", "filename"}),
    "sticker": frozenset({"id", "link"}),
    "location": frozenset({"latitude", "longitude", "name", "address"}),
    "reaction": frozenset({"message_id", "emoji"}),
    "template": frozenset({"name", "language", "components"}),
}
KINDS_OF_MEDIA = {"image": "image/", "video": "video/", "audio": "audio/", "sticker": "image/webp", "document": ""}


def post_message(state: State, given: Object) -> Object:
    """Send, or mark as read. Raises Failure."""
    if given.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    kind = str(given.get("type") or "text")
    for name in given:
        if name not in KEYS and name != kind:
            raise unknown_key(name, "POST body")
    if "status" in given:
        return _seen(state, given)
    if kind not in TYPES:
        raise Failure(100, "Invalid parameter", f'Param type must be one of {", ".join(sorted(TYPES))} - got "{kind}".')
    content = given.get(kind)
    if not isinstance(content, dict):
        raise missing(kind)
    _check(state, kind, content)
    return _to(state, given, kind, content)


def _seen(state: State, given: Object) -> Object:
    """Both ticks turn blue, and perhaps "typing" is shown (PYWA api.set_indicator)."""
    if given["status"] != "read":
        raise wrong("Param status must be one of {READ}")
    known = {one["id"]: who for who, chat in state.chats.items() for one in chat if one.get("mine")}
    wamid = str(given.get("message_id") or "")
    if wamid not in known:
        raise wrong(f"Message {wamid} is not one that this number received.")
    typing = given.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise wrong("Param typing_indicator['type'] must be one of {TEXT}")
    state.seen.append((wamid, typing is not None))
    if typing:
        state.typed[known[wamid]] = time.time()
    for message in state.chats[known[wamid]]:
        if message.get("mine"):
            message["read"] = True
    return {"success": True}


def _check(state: State, kind: str, content: Object) -> None:
    for name in content:
        if name not in TYPES[kind]:
            raise unknown_key(name, kind)
    if kind == "text":
        _check_text("text['body']", content.get("body"), LONGEST_TEXT, needed=True)
    elif kind in KINDS_OF_MEDIA:
        _check_media(state, kind, content)
    elif kind == "template":
        templating.check(state, content)


def _check_text(name: str, value: Any, longest: int, needed: bool = False) -> None:
    if not value and needed:
        raise missing(name)
    if value is not None and not isinstance(value, str):
        raise wrong(f"Param {name} must be a string")
    if value and len(value) > longest:
        raise wrong(f"Param {name} must be at most {longest} characters long.")


def _check_media(state: State, kind: str, content: Object) -> None:
    _check_text(f"{kind}['caption']", content.get("caption"), LONGEST_CAPTION)
    if bool(content.get("id")) == bool(content.get("link")):
        raise Failure(100, "Invalid parameter", f"{kind} needs exactly one of id and link.")
    if "id" not in content:
        return
    if str(content["id"]) not in state.files:
        raise wrong(f"Media ID {content['id']} is not one of this number's.")
    if not state.files[str(content["id"])][0].startswith(KINDS_OF_MEDIA[kind]):
        raise wrong(f"Media ID {content['id']} is no {kind}.")


def _to(state: State, given: Object, kind: str, content: Object) -> Object:
    """Find whom it goes to, and put it there."""
    to, user_id = str(given.get("to") or ""), str(given.get("recipient") or "")
    if not to and not user_id:
        raise missing("to")
    if given.get("recipient_type", "individual") not in ("individual", "group"):
        raise wrong("Param recipient_type must be one of {INDIVIDUAL, GROUP}")
    _check_text("biz_opaque_callback_data", given.get("biz_opaque_callback_data"), LONGEST_OPAQUE)
    who = state.who(user_id or to)
    if who is None or who in state.gone:
        raise Failure(131026, "Message undeliverable", "Message Undeliverable.")  # META: sync, by webhook, or both
    if who == state.who(state.display):
        raise Failure(131021, "Recipient cannot be sender", "Recipient cannot be sender")
    answers = (given.get("context") or {}).get("message_id")
    if answers and state.find(who, answers) is None:
        raise wrong(f"Message {answers} is not in this chat.")
    closed = kind != "template" and time.time() - state.last_in.get(who, 0.0) > WINDOW
    if closed and not state.is_late:
        raise window()
    message = _made(state, who, given, kind, content)
    if closed:
        state.chats[who].remove(message)
        error = window().body["error"]
        told = {"code": 131047, "title": "Re-engagement message", "message": "Re-engagement message"}
        state.tell(who, message, "failed", errors=[told | {"error_data": {"details": error["error_data"]["details"]}}])
    elif kind != "reaction":
        _arrived(state, who, message)
    shown = {"input": user_id or to} | ({} if who in state.hidden else {"wa_id": state.phone(who)})
    known = {} if who in state.unnamed else {"user_id": state.user_id(who)}
    return {"messaging_product": "whatsapp", "contacts": [shown | known], "messages": [{"id": message["id"]}]}


def _made(state: State, who: int, given: Object, kind: str, content: Object) -> Object:
    shown = templating.shown(state, content) if kind == "template" else ""
    message: Object = {
        "id": state.new_wamid(),
        "timestamp": str(int(time.time())),
        "type": kind,
        kind: content,
        "mine": False,
        "to": who,
        **{
            name: given[name]
            for name in ("context", "biz_opaque_callback_data", "recipient", "to")
            if name in given and name != "to"
        },
        **({"text": {"body": shown}} if shown else {}),
    }
    with state.changed:
        state.chats.setdefault(who, []).append(message)
        state.changed.notify_all()
    return message


def _arrived(state: State, who: int, message: Object) -> None:
    """It is sent; to whoever has not blocked us it is delivered, too. A block is never told (channels.md §3)."""
    with state.changed:
        state.sent.append(message)
        said = message.get("text") or {}
        kind = message["type"]
        words = str(said.get("body") or (message.get(kind) or {}).get("caption") or "")
        state.reached.append((words, time.time()))
        state.typed.pop(who, None)
    state.tell(who, message, "sent")
    if who not in state.blocked:
        state.tell(who, message, "delivered")
