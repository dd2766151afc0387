"""What a message carries besides words: files, places, contact cards (channels.md §3, messages[].type)."""

from typing import Any

from django.utils.translation import gettext_noop

from bridges.payload import Object, get, identifier, items, number, whole, words

# type of the message -> (kind for others, kind for people)
FILES: dict[str, tuple[str, str]] = {
    "image": ("image", gettext_noop("photo")),
    "video": ("video", gettext_noop("video")),
    "audio": ("audio", gettext_noop("audio")),
    "document": ("document", gettext_noop("file")),
    "sticker": ("sticker", gettext_noop("sticker")),
}


def attachments(message: Object) -> list[Object]:
    """Return the file of a message as parseupdate shows it; `what` is the word for people."""
    name = words(message, "type")
    file = get(message, name)
    if name not in FILES or not file:
        return []
    kind, what = FILES[name]
    if name == "audio" and file.get("voice") is True:
        kind, what = "voice", gettext_noop("voice message")
    return [
        {
            "kind": kind,
            "file_id": identifier(file, "id") or None,
            "filename": words(file, "filename") or None,
            "content_type": words(file, "mime_type").partition(";")[0].strip() or None,
            "size": whole(file, "file_size"),
            "url": None,  # one in the payload is good for five minutes: the two steps of `fetch` always are
            "what": what,
            "unique": identifier(file, "id"),
        }
    ]


def location(message: Object) -> dict[str, Any] | None:
    """Return where the message points, with its name where it has one."""
    place = get(message, "location")
    latitude, longitude = number(place, "latitude"), number(place, "longitude")
    if latitude is None or longitude is None:
        return None
    return {"latitude": latitude, "longitude": longitude, "title": words(place, "name") or None}


def contacts(message: Object) -> list[dict[str, str]]:
    """Return the shared contact cards, each with its first number or address."""
    return [{"name": card_name(card), "phone": _first(card)} for card in items(message, "contacts")]


def card_name(card: Object) -> str:
    """Return whose card it is."""
    name = get(card, "name")
    parts = [words(name, part) for part in ("first_name", "last_name")]
    return words(name, "formatted_name") or " ".join(filter(None, parts)) or words(get(card, "org"), "company")


def _first(card: Object) -> str:
    phones = [words(one, "phone") or identifier(one, "wa_id") for one in items(card, "phones")]
    emails = [words(one, "email") for one in items(card, "emails")]
    return next(filter(None, [*phones, *emails]), "")
