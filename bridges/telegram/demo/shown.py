"""What the phone shows of a chat: messages as bubbles, those of an album as one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from bridges.payload import Object, get, items, words
from bridges.telegram.entities import to_html

FILES = ("document", "video", "audio", "voice", "animation", "video_note", "sticker")
LONGEST_QUOTE = 80


@dataclass(slots=True)
class Bubble:
    """One message, or the messages of one album."""

    number: int
    is_mine: bool
    at: datetime
    text: str = ""
    html: SafeString = field(default_factory=lambda: mark_safe(""))
    is_edited: bool = False
    quoted: str = ""
    album: str = ""
    pictures: list[str] = field(default_factory=list)  # file ids
    files: list[tuple[str, str, str]] = field(default_factory=list)  # file id, name, size
    reactions: list[str] = field(default_factory=list)
    mine: str = ""  # the customer's own reaction


def bubbles(messages: list[Object], who: str) -> list[Bubble]:
    """Return what a chat looks like, oldest first."""
    found: list[Bubble] = []
    for message in messages:
        one = _bubble(message, who)
        if found and one.album and found[-1].album == one.album:
            _join(found[-1], one)
        else:
            found.append(one)
    return found


def _bubble(message: Object, who: str) -> Bubble:
    text = words(message, "text") or words(message, "caption")
    entities = items(message, "entities") or items(message, "caption_entities")
    formatted = to_html(text, entities) or escape(text).replace("\n", "<br>")
    answered = get(message, "reply_to_message")
    quoted = words(answered, "text") or words(answered, "caption") or ("…" if answered else "")
    reacted: dict[str, Any] = get(message, "reactions")
    return Bubble(
        number=int(message["message_id"]),
        is_mine=not get(message, "from").get("is_bot"),
        at=datetime.fromtimestamp(int(message["date"]), UTC),
        text=text,
        html=mark_safe(formatted),  # noqa: S308 (to_html escapes all that is no tag of its own)
        is_edited="edit_date" in message,
        quoted=quoted[:LONGEST_QUOTE],
        album=words(message, "media_group_id"),
        pictures=[items(message, "photo")[-1]["file_id"]] if items(message, "photo") else [],
        files=[_file(kind, get(message, kind)) for kind in FILES if kind in message],
        reactions=sorted(emoji for emoji in reacted.values() if emoji),
        mine=str(reacted.get(who, "")),
    )


def _file(kind: str, file: Object) -> tuple[str, str, str]:
    return words(file, "file_id"), words(file, "file_name") or kind, filesizeformat(file.get("file_size") or 0)


def _join(bubble: Bubble, more: Bubble) -> None:
    bubble.pictures += more.pictures
    bubble.files += more.files
    if more.text:
        bubble.text, bubble.html = more.text, more.html
