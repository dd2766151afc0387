"""Text out of sanitised HTML. Sanitised means well-formed, so one pass over its tags is enough and no depth can hurt."""

import html as entities
import re

_PIECE = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>|([^<]+)|<")
_HREF = re.compile(r'\shref="([^"]*)"')
_ALT = re.compile(r'\salt="([^"]+)"')
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLOCKS = frozenset(
    "address article aside blockquote caption center dd details dir div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table".split())
_HIDDEN = re.compile(r'\sstyle="[^"]*\bdisplay:\s?none', re.I)
_VOID = frozenset(("br", "img", "hr", "col", "wbr"))
# Marks without width, which fill up the line that a list of mails shows.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u034f\u00ad]+|(?:[\u200c\u200d](?=[\\s\u200c\u200d]|$))+")
_QUOTED = re.compile(r'\stype="cite"|\sclass="[^"]*(?:quote|cite)')


class _Text:
    """Collects lines; `gap` is the number of line breaks owed before the next word."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.gap = self.quote = self.pre = 0
        self.lists: list[int] = []
        self.quotes: list[bool] = []
        self.links: list[tuple[str, int]] = []

    def words(self, text: str) -> None:
        if self.pre:
            first, *rest = text.split("\n")
            self.line.append(first)
            for line in rest:
                self.end_line()
                self.line.append(line)
            return
        text = _SPACE.sub(" ", text)
        if text == " " and (not self.line or self.line[-1].endswith(" ")):
            return
        if not self.line:
            text = text.lstrip(" ")
        self.line.append(text)

    def end_line(self) -> None:
        text = "".join(self.line).replace("\xa0", " ").rstrip()
        self.line = []
        self.lines.append("> " * self.quote + text if self.quote and text else ">" * self.quote + text)

    def block(self, space: bool) -> None:
        if self.line:
            if "".join(self.line).strip(" \xa0"):
                self.end_line()
            self.line = []
        if space and self.lines:
            last, mark = self.lines[-1], ">" * self.quote
            if last.strip("> "):
                self.lines.append(mark)
            elif len(mark) < len(last):  # between two depths of quoting the blank line belongs to the lower one
                self.lines[-1] = mark

    def open(self, name: str, attributes: str) -> None:
        if name == "br":
            self.end_line()
        elif name == "a":
            href = _HREF.search(attributes)
            self.links.append((entities.unescape(href[1]) if href else "", len(self.line)))
        elif name == "img":
            alt = _ALT.search(attributes)
            if alt:
                self.words(f"[{entities.unescape(alt[1])}]")
        elif name in ("td", "th"):
            if self.line:
                self.words(" ")
        elif name in _BLOCKS:
            self.open_block(name, attributes)

    def open_block(self, name: str, attributes: str) -> None:
        self.block(name in _SPACED)
        if name == "li":
            self.line.append(self.bullet())
        elif name in ("ul", "ol"):
            self.lists.append(1 if name == "ol" else 0)
        elif name == "blockquote":
            quoted = _QUOTED.search(attributes) is not None
            self.quotes.append(quoted)
            self.quote += quoted
        elif name == "pre":
            self.pre += 1

    def bullet(self) -> str:
        if not self.lists or not self.lists[-1]:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}. "

    def close(self, name: str) -> None:
        if name == "a" and self.links:
            self.end_link()
        elif name in _BLOCKS:
            self.block(False)
            if name in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif name == "blockquote" and self.quotes:
                self.quote -= self.quotes.pop()
            elif name == "pre":
                self.pre = max(0, self.pre - 1)
            if name in _SPACED:
                self.block(True)

    def end_link(self) -> None:
        """A link whose words do not show where it leads gets its address in angle brackets."""
        address, start = self.links.pop()
        shown = "".join(self.line[start:]).strip()
        if (
            address.startswith(("http://", "https://"))
            and shown
            and address.rstrip("/").partition("://")[2] not in shown
            and "[" not in shown
        ):
            self.line.append(f" <{address}>")


def text_of_clean(html: str) -> str:
    """Readable text of HTML that went through `html.sanitise`."""
    text, hidden = _Text(), 0
    for closing, name, attributes, words in _PIECE.findall(html):
        if hidden:
            hidden += 0 if not name or name in _VOID else -1 if closing else 1
        elif words:
            text.words(_visible(words))
        elif closing:
            text.close(name)
        elif name and "none" in attributes and name not in _VOID and _HIDDEN.search(attributes):
            hidden = 1
        elif name:
            text.open(name, attributes)
    text.end_line()
    out: list[str] = []
    for line in text.lines:
        if line.strip() or (out and out[-1].strip()):
            out.append(line)
    return "\n".join(out).strip("\n")


def _visible(words: str) -> str:
    words = entities.unescape(words) if "&" in words else words
    return words if words.isascii() else _INVISIBLE.sub("", words)
