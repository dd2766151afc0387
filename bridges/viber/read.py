"""From a callback to notices. Pure: knows no account, no network; a strange payload gives a notice that says so.

Shapes: channels.md §2 and VC (Viber's own pages of 2023). The vendor's own library refuses what it does not know; here it is shown.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from bridges.payload import Object, get, identifier, items, load, number, whole, words
from tickets.channels import TEMPORARY, Notice

# type of the message -> (kind for others, kind for people)
FILES = {
    "picture": ("image", "photo"),
    "video": ("video", "video"),
    "file": ("document", "file"),
    "audio": ("audio", "audio"),
    "voice": ("voice", "voice message"),
}
RECEIPTS = {"delivered": "delivered", "seen": "read", "failed": "failed"}
LONGEST_EVENT = 60


def read(raw: bytes) -> list[Notice]:
    """Return the one thing that a callback tells."""
    payload, defect = load(raw)
    event = words(payload, "event")
    notice = READERS.get(event, _other)(payload)
    notice.data["event"] = event[:LONGEST_EVENT]
    if defect or not event:
        why = defect or "no event"
        notice.data |= {"defects": [why], "unreadable": why}
    return [notice]


def key(raw: bytes) -> str | None:
    """Return what names a callback: its event, its token and whose it is; a message is delivered to each of a user's devices."""
    payload = load(raw)[0]
    event, token = words(payload, "event"), identifier(payload, "message_token")
    if not event or not token:
        return None
    return "/".join(filter(None, [event, token, identifier(payload, "user_id")]))


def _notice(kind: str, payload: Object, person: Object) -> Notice:
    """What all callbacks have: when, and who."""
    who = identifier(person, "id")
    notice = Notice(kind, sender=who, sender_name=words(person, "name"), chat=who, at=_at(payload))
    notice.data["sender"] = {"id": who, "name": words(person, "name")} if who else None
    if who:
        # Ids are kept in lower case as addresses; the vendor takes them only as it wrote them.
        notice.data["address_data"] = {"id": who, "shown": words(person, "name")}
    return notice


def _at(payload: Object) -> datetime | None:
    milliseconds = whole(payload, "timestamp")
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds and milliseconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def _message(payload: Object) -> Notice:
    message = get(payload, "message")
    notice = _notice("message", payload, get(payload, "sender"))
    notice.remote_id = identifier(payload, "message_token")
    kind = words(message, "type")
    notice.text = words(message, "text")
    if kind == "url":
        notice.text = "\n".join(filter(None, [notice.text, words(message, "media")]))
    notice.data |= {
        "attachments": _attachments(message, kind),
        "location": _location(message),
        "contacts": _contacts(message),
    }
    notice.data["data"] = words(message, "tracking_data") or None
    return notice


def _attachments(message: Object, kind: str) -> list[Object]:
    if kind not in FILES or not words(message, "media"):
        return []
    name, what = FILES[kind]
    return [
        {
            "kind": name,
            "file_id": None,
            "filename": words(message, "file_name") or None,
            "content_type": _content_type(kind, words(message, "file_name")),
            "size": whole(message, "size"),
            "url": words(message, "media"),
            "what": what,
            "unique": words(message, "media"),
        }
    ]


def _content_type(kind: str, filename: str) -> str | None:
    """Of pictures and videos what they are by their name: Viber tells no types."""
    ending = filename.lower().rpartition(".")[2]
    if kind == "picture":
        return {"png": "image/png", "gif": "image/gif"}.get(ending, "image/jpeg")
    return "video/mp4" if kind == "video" else None


def _location(message: Object) -> Object | None:
    place = get(message, "location")
    latitude, longitude = number(place, "lat"), number(place, "lon")
    if latitude is None or longitude is None:
        return None
    return {"latitude": latitude, "longitude": longitude, "title": words(place, "address") or None}


def _contacts(message: Object) -> list[Object]:
    """One card; Viber names its number in two ways."""
    cards = [get(message, "contact"), *items(message, "contact")]
    shown = [
        {"name": words(one, "name"), "phone": words(one, "phone_number") or identifier(one, "phone_number")}
        for one in cards
    ]
    return [card for card in shown if card["name"] or card["phone"]]


def _started(payload: Object) -> Notice:
    """Somebody opened the chat, perhaps by a link with something in it (context). They may not have written yet."""
    notice = _notice("system", payload, get(payload, "user"))
    if context := words(payload, "context"):
        notice.data["start"] = context
    notice.data["subscribed"] = payload.get("subscribed") is True
    return notice


def _subscribed(payload: Object) -> Notice:
    return _notice("subscribe", payload, get(payload, "user"))


def _unsubscribed(payload: Object) -> Notice:
    return _notice("unsubscribe", payload, {"id": identifier(payload, "user_id")})


def _receipt(payload: Object) -> Notice:
    """`delivered` comes once for each device, `seen` once for what was read together; `failed` may come after a status 0."""
    event = words(payload, "event")
    notice = _notice("receipt", payload, {"id": identifier(payload, "user_id")})
    notice.data.pop("address_data", None)  # nothing that an answer needs is new
    notice.target_id = identifier(payload, "message_token")
    notice.data["status"] = RECEIPTS[event]
    if event == "failed":
        notice.text = words(payload, "desc") or "failed"
        notice.data["refusal"] = TEMPORARY  # it has certainly not arrived; why is only told in words
    return notice


def _webhook(payload: Object) -> Notice:
    return Notice("system", at=_at(payload))


def _other(payload: Object) -> Notice:
    """An event that nobody here knows: shown with all that came."""
    person = get(payload, "user") or get(payload, "sender") or {"id": identifier(payload, "user_id")}
    return _notice("other", payload, person)


READERS: dict[str, Callable[[Object], Notice]] = {
    "message": _message,
    "conversation_started": _started,
    "subscribed": _subscribed,
    "unsubscribed": _unsubscribed,
    "webhook": _webhook,
    **dict.fromkeys(RECEIPTS, _receipt),
}
