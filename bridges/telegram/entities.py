"""Telegram's formatting as HTML. Offsets count UTF-16 code units (Bot API, MessageEntity)."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _

from bridges.payload import Object, get, identifier, moment, whole, words
from bridges.telegram.media import full_name

TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
# What any program finds in the plain words by itself, and what looks the same with and without markup.
PLAIN = frozenset({"url", "email", "phone_number", "mention", "hashtag", "cashtag", "bot_command", "custom_emoji"})
SPOILT = ' style="border-bottom: 1px dotted"'
MOST = 200  # Telegram keeps 100
SAFE = ("http://", "https://", "mailto:", "tel:")


class Span(NamedTuple):
    """From and to in UTF-16 units, and what stands around it."""

    start: int
    end: int
    before: str
    after: str
    is_verbatim: bool


def to_html(text: str, entities: Iterable[Object]) -> str | None:
    """Return `text` as HTML, None when nothing in it is formatted. Entities that overlap are cut, never believed."""
    units = text.encode("utf-16-le", "surrogatepass")
    kept = list(entities)[:MOST]
    spans = [span for one in kept if (span := _span(one, units))]
    if not spans or all(words(one, "type") in PLAIN for one in kept):
        return None
    return _render(units, 0, len(units) // 2, sorted(spans, key=lambda span: (span.start, -span.end)), False)


def _span(entity: Object, units: bytes) -> Span | None:
    start, length = whole(entity, "offset"), whole(entity, "length")
    if start is None or length is None or start < 0 or length <= 0 or start * 2 >= len(units):
        return None
    end = min(start + length, len(units) // 2)
    kind = words(entity, "type")
    if tag := TAGS.get(kind):
        language = words(entity, "language") if kind == "pre" else ""
        title = f' title="{escape(language)}"' if language else ""
        return Span(start, end, f"<{tag}{title}>", f"</{tag}>", kind == "pre")
    if title := _title(kind, entity):
        return Span(
            start, end, f'<span title="{escape(title)}"{SPOILT if kind == "spoiler" else ""}>', "</span>", False
        )
    address = _address(kind, entity, _cut(units, start, end))
    return Span(start, end, f'<a href="{escape(address)}">', "</a>", False) if address else None


def _title(kind: str, entity: Object) -> str:
    """What is to be known of words that look like others: hidden until tapped, a person without a name, a time."""
    if kind == "spoiler":
        return _("Hidden until it is tapped")
    if kind == "text_mention":
        person = get(entity, "user")
        return _("%(name)s, id %(id)s") % {"name": full_name(person), "id": identifier(person, "id")} if person else ""
    if kind == "date_time" and (at := moment(entity, "unix_time")):
        return at.isoformat()
    return ""


def _address(kind: str, entity: Object, shown: str) -> str:
    """Where a link goes; "" for what is no link, or none to be followed."""
    found = {
        "text_link": words(entity, "url"),
        "url": shown,
        "email": f"mailto:{shown}",
        "phone_number": "tel:" + "".join(one for one in shown if one in "+0123456789"),
        "mention": f"https://t.me/{shown.removeprefix('@')}",
    }.get(kind, "")
    if kind == "url" and "://" not in found:
        found = f"https://{found}"
    return found if found.lower().startswith(SAFE) else ""


def _render(units: bytes, start: int, end: int, spans: Sequence[Span], is_verbatim: bool) -> str:
    out, at, index = "", start, 0
    while index < len(spans):
        span = spans[index]
        first, last = max(span.start, at), min(span.end, end)
        inner = index + 1
        while inner < len(spans) and spans[inner].start < last:
            inner += 1
        if first < last:
            within = _render(units, first, last, spans[index + 1 : inner], is_verbatim or span.is_verbatim)
            out += _escaped(units, at, first, is_verbatim) + span.before + within + span.after
            at = last
        index = inner
    return out + _escaped(units, at, end, is_verbatim)


def _escaped(units: bytes, start: int, end: int, is_verbatim: bool) -> str:
    text = escape(_cut(units, start, end), quote=False)
    return text if is_verbatim else text.replace("\n", "<br>\n")


def _cut(units: bytes, start: int, end: int) -> str:
    return units[start * 2 : end * 2].decode("utf-16-le", "replace")
