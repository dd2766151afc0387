"""An update as bytes, and what names it: the same for a push and a poll."""

import json
from hashlib import sha256

from bridges import payload
from bridges.payload import Object, get, identifier

# The setting is sticky at the vendor, so it is always sent whole.
ALLOWED = [
    *("message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"),
    *("message_reaction", "business_connection", "business_message", "edited_business_message"),
    *("deleted_business_messages", "message_reaction_count", "poll", "poll_answer", "chat_join_request"),
    *("chat_boost", "removed_chat_boost", "purchased_paid_media", "guest_message"),
]


def load(raw: bytes) -> tuple[Object, str]:
    """Return the update in `raw`, and what is wrong with it in words ("" for nothing). Never raises."""
    found, defect = payload.load(raw)
    return found, defect or ("" if "update_id" in found else "no update_id")


def as_bytes(update: Object) -> bytes:
    """Return an update as JSON, the same for the same update."""
    return json.dumps(update, separators=(",", ":")).encode()


def pressed(update: Object) -> str:
    """Return the id of the press of a button that an update tells of, "" for any other."""
    return identifier(get(update, "callback_query"), "id")


def key(update: Object) -> str:
    """Return what names an update: its id and its content, since ids may come again after they started anew."""
    canonical = json.dumps(update, sort_keys=True, separators=(",", ":"))
    return f"{identifier(update, 'update_id')}:{sha256(canonical.encode()).hexdigest()[:12]}"
