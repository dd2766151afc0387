"""What an agent wrote as the HTML that Telegram takes (channels.md §1.7): a few tags, and nothing that it would refuse."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from bridges.telegram.split import Range

# The tags of mail and what Telegram calls them.
TAGS = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u", "s": "s", "strike": "s", "del": "s",
    "code": "code", "tt": "code", "pre": "pre", "blockquote": "blockquote",
    "h1": "b", "h2": "b", "h3": "b", "h4": "b", "h5": "b", "h6": "b", "th": "b",
}  # fmt: skip
BLOCKS = frozenset("p div h1 h2 h3 h4 h5 h6 ul ol li tr table blockquote pre section address".split())
SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre".split())
LINKS = ("http://", "https://", "mailto:", "tel:", "tg://")
_FORMATTED = re.compile(
    r"<(?:b|strong|i|em|u|ins|s|strike|del|code|tt|pre|blockquote|h[1-6]|ul|ol|table|th)[\s>]", re.I
)
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', re.I)
_ADDRESS = re.compile(r"\bhttps?://\S+")


@dataclass(frozen=True, slots=True)
class Span:
    """From and to in characters, the tag, and where it leads if it is a link."""

    start: int
    end: int
    tag: str
    address: str = ""


@dataclass(slots=True)
class Rich:
    """A text and what is formatted in it; spans are nested, never crossed."""

    text: str
    spans: list[Span] = field(default_factory=list)

    @property
    def links(self) -> list[Range]:
        """What must stay in one piece."""
        named = [(span.start, span.end) for span in self.spans if span.tag == "a"]
        return named + [match.span() for match in _ADDRESS.finditer(self.text)]

    def html(self, start: int, end: int) -> str:
        """A piece as Telegram's HTML: tags that are open at its borders are closed and opened again."""
        cut = [
            Span(max(one.start, start), min(one.end, end), one.tag, one.address)
            for one in self.spans
            if one.start < end and one.end > start
        ]
        return _nested(self.text, start, end, sorted(cut, key=lambda one: (one.start, -one.end)))


def _nested(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    out, at, index = "", start, 0
    while index < len(spans):
        span, inner = spans[index], index + 1
        while inner < len(spans) and spans[inner].start < span.end:
            inner += 1
        opening = f'<a href="{escape(span.address)}">' if span.tag == "a" else f"<{span.tag}>"
        within = _nested(text, span.start, span.end, spans[index + 1 : inner])
        out += escape(text[at : span.start], quote=False) + opening + within + f"</{span.tag}>"
        at, index = span.end, inner
    return out + escape(text[at:end], quote=False)


def rich_with(text: str, html: str | None, footer: str) -> Rich:
    """Return what a mail says, and below its words, if there are any, a footer."""
    found = rich(text, html)
    if found.text and footer:
        found.text += f"\n\n{footer}"
    return found


def rich(text: str, html: str | None) -> Rich:
    """Return what a mail says. Where nothing is formatted, its plain text stays as it was typed, spaces and all."""
    if not html or not _is_formatted(html):
        return Rich(text.strip("\n"))
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found()


def _is_formatted(html: str) -> bool:
    named = (address != shown for address, shown in _LINK.findall(html))
    return bool(_FORMATTED.search(html)) or any(named)


class _Reader(HTMLParser):
    """Collects the words and the spans of sanitised HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.spans: list[Span] = []
        self.opened: list[tuple[str, str, str, int]] = []  # (tag of the mail, Telegram's tag or "", address, from)
        self.numbers: list[int] = []  # of the lists that are open; 0 for one without numbers

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "br":
            self.text = self.text.rstrip(" ") + "\n"
        elif tag == "img":
            self.text += f"[{given['alt']}]" if given.get("alt") else ""
        elif tag in ("td", "th") and self.text and not self.text.endswith("\n"):
            self.text += " "
        if tag in BLOCKS:
            self._break(tag)
        if tag in ("ul", "ol"):
            self.numbers.append(int(tag == "ol"))
        if tag == "li":
            self.text += self._bullet()
        if tag == "a" and given.get("href", "").lower().startswith(LINKS):
            self.opened.append(("a", "a", given["href"], len(self.text)))
        elif tag in TAGS:
            self.opened.append((tag, TAGS[tag], "", len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.numbers:
            self.numbers.pop()
        if any(name == tag for name, *_rest in self.opened):
            self._close(tag)
        if tag in BLOCKS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not any(name == "pre" for name, *_rest in self.opened):
            data = re.sub(r"\s+", " ", data)
            data = data.lstrip() if not self.text or self.text[-1].isspace() else data
        self.text += data

    def _bullet(self) -> str:
        number = self.numbers[-1] if self.numbers else 0
        if number:
            self.numbers[-1] += 1
        return f"{number}. " if number else "• "

    def _break(self, tag: str) -> None:
        """Begin a new line, and leave one free where a mail would show a gap; not before the first word."""
        self.text = self.text.rstrip(" ")
        ends = "\n\n" if tag in SPACED and not self.numbers else "\n"
        while self.text and not self.text.endswith(ends):
            self.text += "\n"

    def _close(self, tag: str) -> None:
        """Close a tag, and all that was opened in it: spans never cross."""
        while self.opened:
            name, telegram, address, start = self.opened.pop()
            end = len(self.text.rstrip())
            if end > start and not (
                telegram == "a" and any(one.tag == "a" and one.start >= start for one in self.spans)
            ):
                self.spans.append(Span(start, end, telegram, address))
            if name == tag:
                return

    def found(self) -> Rich:
        """All words, without space at the end."""
        if self.opened:
            self._close(self.opened[0][0])
        text = self.text.rstrip()
        spans = [Span(one.start, min(one.end, len(text)), one.tag, one.address) for one in self.spans]
        return Rich(text, [one for one in spans if one.end > one.start])
