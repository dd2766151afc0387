"""What a message carries besides words: files, places, contact cards (channels.md §1.4)."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop

from bridges.payload import Object, get, identifier, items, whole, words
from bridges.payload import number as degrees

# field of the message -> (kind for others, kind for people, content type that Telegram always uses)
FILES: dict[str, tuple[str, str, str | None]] = {
    "animation": ("video", gettext_noop("animation"), None),
    "video": ("video", gettext_noop("video"), None),
    "video_note": ("video", gettext_noop("video message"), "video/mp4"),
    "voice": ("voice", gettext_noop("voice message"), None),
    "audio": ("audio", gettext_noop("audio"), None),
    "document": ("document", gettext_noop("file"), None),
    "live_photo": ("video", gettext_noop("live photo"), None),
}


def attachments(message: Object) -> list[Object]:
    """Return all files of a message as parseupdate shows them; `what` is the word for people, with `width` and `height`."""
    found = [*_photo(message)]
    for name, (kind, what, content_type) in FILES.items():
        if name == "document" and get(message, "animation"):
            continue  # an animation fills it as well
        if file := get(message, name):
            found.append(_file(file, kind, what, content_type))
    if sticker := get(message, "sticker"):
        found.append(_file(sticker, "sticker", gettext_noop("sticker"), _sticker_type(sticker)))
    for paid in items(get(message, "paid_media"), "paid_media"):
        found.extend(attachments(paid))
    return found


def _photo(message: Object) -> Iterator[Object]:
    sizes = items(message, "photo")
    if sizes:
        largest = max(sizes, key=lambda size: (whole(size, "width") or 0) * (whole(size, "height") or 0))
        yield _file(largest, "image", gettext_noop("photo"), "image/jpeg")


def _file(file: Object, kind: str, what: str, content_type: str | None) -> Object:
    return {
        "kind": kind,
        "file_id": identifier(file, "file_id") or None,
        "filename": words(file, "file_name") or None,
        "content_type": words(file, "mime_type") or content_type,
        "size": whole(file, "file_size"),
        "url": None,
        "what": what,
        "width": whole(file, "width"),
        "height": whole(file, "height"),
        "seconds": whole(file, "duration"),
        "emoji": words(file, "emoji"),
        "unique": words(file, "file_unique_id"),
    }


def _sticker_type(sticker: Object) -> str:
    if sticker.get("is_animated"):
        return "application/x-tgsticker"
    return "video/webm" if sticker.get("is_video") else "image/webp"


def location(message: Object) -> dict[str, Any] | None:
    """Return where the message points, a venue with its title."""
    venue = get(message, "venue")
    place = get(venue, "location") or get(message, "location")
    latitude, longitude = degrees(place, "latitude"), degrees(place, "longitude")
    if latitude is None or longitude is None:
        return None
    return {"latitude": latitude, "longitude": longitude, "title": words(venue, "title") or None}


def contacts(message: Object) -> list[dict[str, str]]:
    """Return the shared contact cards."""
    card = get(message, "contact")
    return [{"name": full_name(card), "phone": words(card, "phone_number")}] if card else []


def vcard(message: Object) -> tuple[str, bytes] | None:
    """Return a shared card as a file, where the sender's program has given one."""
    card = get(message, "contact")
    content = words(card, "vcard")
    return (f"{full_name(card) or 'contact'}.vcf", content.encode()) if content else None


def full_name(person: Object) -> str:
    """Return the name of a user, a contact card or a chat, as Telegram gives it."""
    name = " ".join(part for part in (words(person, "first_name"), words(person, "last_name")) if part)
    return name or words(person, "title") or words(person, "username")
