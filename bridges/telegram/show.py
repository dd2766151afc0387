"""What a person sees of an update: its words, and a line for everything that is not words."""

from collections.abc import Callable, Iterator
from html import escape

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from bridges.payload import Object, get, identifier, items, whole, words
from bridges.telegram.entities import to_html
from bridges.telegram.media import full_name
from bridges.telegram.quote import origin, post
from bridges.telegram.service import line
from bridges.telegram.things import outside, things
from tickets.channels import Notice

MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
# Fields that say how a message came about, not what is in it.
ABOUT = frozenset(
    """message_id message_thread_id date edit_date chat from sender_chat sender_boost_count sender_business_bot
    business_connection_id forward_origin forward_from forward_date is_topic_message is_automatic_forward reply_to_message
    external_reply quote reply_to_story via_bot has_protected_content is_from_offline is_paid_post media_group_id
    author_signature paid_star_count entities caption_entities link_preview_options show_caption_above_media has_media_spoiler
    effect_id reply_markup sender_tag direct_messages_topic suggested_post_info reply_to_checklist_task_id""".split()
)


def show(notice: Notice, thing: Object) -> tuple[str, str | None]:
    """Return what an agent sees: as text, and as HTML when something in it is formatted."""
    before, after = _lines(notice, thing)
    body = notice.text
    formatted = to_html(body, items(thing, "entities") or items(thing, "caption_entities"))
    blocks = [*before, body, "\n".join(after)]
    text = "\n\n".join(block for block in blocks if block)
    if formatted is None:
        return text, None
    parts = [*map(_paragraph, before), f"<div>{formatted}</div>", *map(_paragraph, after)]
    return text, "\n".join(parts)


def _paragraph(text: str) -> str:
    lines = [line.removeprefix("> ") for line in text.split("\n")]
    shown = "<br>\n".join(escape(line) for line in lines)
    return f"<blockquote>{shown}</blockquote>" if text.startswith("> ") else f"<p>{shown}</p>"


def _lines(notice: Notice, thing: Object) -> tuple[list[str], list[str]]:
    """What stands above the words of a message, and what below them."""
    maker = SAID.get(notice.kind)
    if maker is not None:
        return [maker(notice, thing)], []
    before = [*_forwarded(thing), *_quoted(notice)]
    after = [*_files(notice), *_places(notice, thing), *_cards(notice, thing), *things(thing), *_started_by(notice)]
    if not notice.text and not after:
        after = [_unknown(thing)]
    return before, after


def _forwarded(message: Object) -> Iterator[str]:
    if source := get(message, "forward_origin"):
        address = post(source)
        name = origin(source) or _("somebody")
        yield _("Forwarded from %(name)s:") % {"name": f"{name}, {address}" if address else name}


def _quoted(notice: Notice) -> Iterator[str]:
    if quoted := notice.data.get("quote"):
        yield "\n".join(f"> {line}" for line in quoted["text"].split("\n"))


def _started_by(notice: Notice) -> Iterator[str]:
    if payload := notice.data.get("start"):
        yield _("Came by a link with “%(payload)s”.") % {"payload": payload}


def _files(notice: Notice) -> Iterator[str]:
    """Lines that stand for files without words; beside words the files themselves are enough."""
    if notice.text:
        return
    for file in notice.data["attachments"]:
        details = [file["filename"], _size(file)]
        known = ", ".join(detail for detail in details if detail)
        what = f"{file['emoji']} {_(file['what'])}".strip()
        yield f"[{what}{': ' if known else ''}{known}]"


def _size(file: Object) -> str:
    found = [
        f"{file['width']}×{file['height']}" if file["width"] and file["height"] else "",
        _("%(count)s s") % {"count": file["seconds"]} if file["seconds"] else "",
        filesizeformat(file["size"]).replace("\xa0", " ") if file["size"] else "",
    ]
    return ", ".join(part for part in found if part)


def _places(notice: Notice, message: Object) -> Iterator[str]:
    """Where it points, with a link to a map; no map is loaded from elsewhere."""
    if place := notice.data["location"]:
        venue, live = get(message, "venue"), whole(get(message, "location"), "live_period")
        names = ", ".join(part for part in (words(venue, "title"), words(venue, "address")) if part)
        where = f"{place['latitude']}, {place['longitude']}"
        text = _("Live location: %(title)s%(where)s") if live else _("Location: %(title)s%(where)s")
        yield text % {"title": f"{names}: " if names else "", "where": where}
        yield MAP.format(**place)


def _cards(notice: Notice, message: Object) -> Iterator[str]:
    for card in notice.data["contacts"]:
        own = identifier(get(message, "contact"), "user_id") == identifier(get(message, "from"), "id")
        owner = _("their own number") if own else _("not proven to be theirs")
        yield _("Contact card: %(name)s, %(phone)s (%(owner)s)") % {**card, "owner": owner}


def _unknown(message: Object) -> str:
    names = ", ".join(name.replace("_", " ") for name in message if name not in ABOUT)
    return _unshown(names or _("message"))


def _unshown(what: str) -> str:
    return _("Telegram sent a %(what)s, which cannot be shown yet. All that came is in the attached file.") % {
        "what": what[:200]
    }


def _deleted(notice: Notice, thing: Object) -> str:
    return _("Deleted a message.")


def _reacted(notice: Notice, thing: Object) -> str:
    if emoji := notice.data.get("reactions") or notice.data.get("reaction"):
        return _("Reacted with %(emoji)s") % {"emoji": emoji}
    return _("Took back the reaction %(emoji)s") % {"emoji": notice.data.get("taken_back", "")}


def _pressed(notice: Notice, thing: Object) -> str:
    return _("Pressed a button: %(data)s") % {"data": notice.data.get("data") or ""}


def _blocked(notice: Notice, thing: Object) -> str:
    if words(get(thing, "chat"), "type") == "private":
        return _("Blocked the bot. Nothing reaches them there until they start it again.")
    return _("Removed the bot from the chat. Nothing reaches it any more.")


def _started(notice: Notice, thing: Object) -> str:
    if words(get(thing, "chat"), "type") == "private":
        return _("Started the bot again. Messages reach them there once more.")
    return _("Added the bot to the chat %(title)s.") % {"title": full_name(get(thing, "chat"))}


def _service(notice: Notice, thing: Object) -> str:
    field = notice.data["field"]
    if found := line(thing) if field.endswith(("message", "post")) else outside(field, thing):
        return found
    names = [name for name in thing if name not in ABOUT] if field.endswith(("message", "post")) else [field]
    what = ", ".join(names) or field
    return _("Telegram tells: %(what)s. All that came is in the attached file.") % {"what": what.replace("_", " ")}


def _strange(notice: Notice, thing: Object) -> str:
    field = notice.data["field"]
    if found := outside(field, thing):
        return found
    defects = notice.data.get("defects", [])
    return _unshown(", ".join([*defects, field.replace("_", " ")]).strip(", ") or "-")


SAID: dict[str, Callable[[Notice, Object], str]] = {
    "delete": _deleted,
    "reaction": _reacted,
    "callback": _pressed,
    "unsubscribe": _blocked,
    "subscribe": _started,
    "system": _service,
    "other": _strange,
}
