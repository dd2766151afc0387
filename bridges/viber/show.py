"""What a person sees of a notice: its words, and a line for everything that is not words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from bridges import payload
from bridges.payload import Object, get, identifier, words
from tickets.channels import Notice

MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"


def show(notice: Notice, told: Object) -> str:
    """Return what an agent sees; `told`: the whole callback."""
    if notice.kind == "message":
        return _message(notice, get(told, "message"))
    if notice.kind == "receipt":
        return notice.text or f"{notice.data['status']}: {notice.target_id}"
    if notice.kind == "subscribe":
        return _("Subscribed to the bot.")
    if notice.kind == "unsubscribe":
        return _("Unsubscribed from the bot: nothing can be sent there until they write again.")
    if notice.data.get("event") == "conversation_started":
        return " ".join(_started(notice))
    if notice.data.get("event") == "webhook":
        return _("Viber asked whether this address is ours.")
    return _unshown(notice.data.get("event") or _("callback"))


def _started(notice: Notice) -> Iterator[str]:
    yield _("Opened the chat.")
    if answered := payload.load(str(notice.data.get("answered") or "").encode())[0]:
        yield _("Was welcomed: “%s”") % words(answered, "text")


def _message(notice: Notice, message: Object) -> str:
    after = [*_files(notice), *_places(notice), *_cards(notice), *_sticker(message)]
    return "\n\n".join(block for block in [notice.text, "\n".join(after)] if block) or _unshown(
        words(message, "type") or _("message")
    )


def _files(notice: Notice) -> Iterator[str]:
    """A line that stands for a file without words; beside words the file itself is enough."""
    for file in notice.data["attachments"] if not notice.text else []:
        yield f"[{_(file['what'])}{': ' if file['filename'] else ''}{file['filename'] or ''}]"


def _places(notice: Notice) -> Iterator[str]:
    """Where it points, with a link to a map; no map is loaded from elsewhere."""
    if place := notice.data.get("location"):
        title = f"{place['title']}: " if place["title"] else ""
        where = f"{place['latitude']}, {place['longitude']}"
        yield _("Location: %(title)s%(where)s") % {"title": title, "where": where}
        yield MAP.format(**place)


def _cards(notice: Notice) -> Iterator[str]:
    for card in notice.data.get("contacts", []):
        yield _("Contact card: %(name)s, %(ways)s (not proven to be theirs)") % {
            "name": card["name"] or "–",
            "ways": card["phone"] or "–",
        }


def _sticker(message: Object) -> Iterator[str]:
    if words(message, "type") == "sticker":
        yield _("Sticker %s") % (identifier(message, "sticker_id") or "–")


def _unshown(what: str) -> str:
    return _("Viber sent a %(what)s, which cannot be shown yet. All that came is in the attached file.") % {
        "what": what[:200].replace("_", " ")
    }
