"""parse_mode=HTML as Telegram reads it: text and entities, or the refusal (td MessageEntity.cpp parse_html; from memory)."""

import re
from html import unescape
from typing import Any

from bridges.telegram.fake.failures import Object, bad

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z-]*)((?:\s[^<>]*)?)(>?)")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NAMED = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")  # no other names are known


def units(text: str) -> int:
    """The length of a text as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(html: str) -> tuple[str, list[Object]]:
    """Text and entities. Raises Failure for a tag that is unknown, not closed, or closed in the wrong order."""
    text, entities, at = "", [], 0
    opened: list[tuple[str, int, Object]] = []
    for tag in _TAG.finditer(html):
        text += _plain(html[at : tag.start()])
        at = tag.end()
        name = tag[2].lower()
        if tag[1]:
            entities += _close(opened, name, units(text), tag.start())
        else:
            opened.append((name, units(text), _entity(name, tag[3], tag[4], tag.start())))
    if opened:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    text += _plain(html[at:])
    if "<" in html[at:]:
        raise _broken(f"Unexpected end tag at byte offset {len(html)}")
    return text, sorted(entities, key=lambda one: (one["offset"], -one["length"]))


def _plain(raw: str) -> str:
    return _NAMED.sub(lambda match: unescape(match[0]), raw)


def _entity(name: str, attributes: str, end: str, offset: int) -> Object:
    if name not in KINDS:
        raise _broken(f'Unsupported start tag "{name}" at byte offset {offset}')
    if not end:
        raise _broken(f'Unclosed start tag "{name}" at byte offset {offset}')
    if name != "a":
        return {"type": KINDS[name]}
    href = _HREF.search(attributes)
    return {"type": "text_link", "url": unescape((href[1] or href[2] or "") if href else "")}


def _close(opened: list[tuple[str, int, Object]], name: str, at: int, offset: int) -> list[Object]:
    if not opened:
        raise _broken(f"Unexpected end tag at byte offset {offset}")
    expected, start, entity = opened.pop()
    if name and name != expected:
        raise _broken(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"')
    return [entity | {"offset": start, "length": at - start}] if at > start else []


def _broken(words: str) -> Exception:
    return bad(f"can't parse entities: {words}")


def written(given: Object, name: str, longest: int, what: str) -> Object:
    """Text and entities of a parameter, stripped as Telegram does. Raises Failure when it is too long or broken."""
    raw = str(given.get(name) or "")
    mode = str(given.get("parse_mode") or "").lower()
    if mode not in ("", "html"):
        raise bad("unsupported parse_mode")
    text, entities = parse(raw) if mode else (raw, [])
    if units(text.strip()) > longest:
        raise bad(f"{what} is too long")
    return stripped(text, entities, name)


def stripped(text: str, entities: list[Object], name: str) -> Object:
    """The text without space around it, and the entities moved with it."""
    moved = units(text) - units(text.lstrip())
    length = units(text.strip())
    kept: list[Object] = []
    for one in entities:
        start, end = max(0, one["offset"] - moved), min(length, one["offset"] - moved + one["length"])
        if end > start:
            kept.append(one | {"offset": start, "length": end - start})
    found: dict[str, Any] = {name: text.strip()} if text.strip() else {}
    if kept:
        found["entities" if name == "text" else "caption_entities"] = kept
    return found
