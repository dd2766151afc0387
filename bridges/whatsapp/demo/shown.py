"""What the phone shows of a chat: messages as bubbles."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bridges.payload import Object, get, identifier, words

FILES = ("document", "image", "video", "audio", "sticker")
LONGEST_QUOTE = 80


@dataclass(slots=True)
class Bubble:
    """One message."""

    name: str  # its id
    is_mine: bool
    at: datetime
    text: str = ""
    quoted: str = ""
    picture: str = ""  # media id
    file: str = ""
    file_name: str = ""
    reaction: str = ""
    ticks: str = ""
    is_read: bool = False
    is_edited: bool = False
    is_gone: bool = False


def bubbles(messages: list[Object]) -> list[Bubble]:
    """Return what a chat looks like, oldest first."""
    known = {words(one, "id"): one for one in messages}
    return [_bubble(one, known) for one in messages]


def _bubble(message: Object, known: dict[str, Object]) -> Bubble:
    kind = words(message, "type")
    about = get(message, kind)
    is_mine, is_gone = bool(message.get("mine")), bool(message.get("revoked"))
    answered = known.get(words(get(message, "context"), "id"), {})
    media = identifier(about, "id") if kind in FILES and not is_gone else ""
    return Bubble(
        name=words(message, "id"),
        is_mine=is_mine,
        at=datetime.fromtimestamp(int(message["timestamp"]), UTC),
        text="" if is_gone else said(message),
        quoted=said(answered)[:LONGEST_QUOTE],
        picture=media if kind in ("image", "sticker") else "",
        file=media if kind not in ("image", "sticker") else "",
        file_name=words(about, "filename") or kind,
        reaction=words(message, "reaction"),
        ticks="✓✓" if is_mine else "",
        is_read=is_mine and bool(message.get("read")),
        is_edited=bool(message.get("edited")),
        is_gone=is_gone,
    )


def said(message: Object) -> str:
    """Return the words of a message; of a template those that were filled in."""
    return words(get(message, "text"), "body") or words(get(message, words(message, "type")), "caption")
