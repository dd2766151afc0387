"""What an agent wrote as WhatsApp marks it up: *bold*, _italic_, ~struck~, ```code```, "> " and "• " before lines.

There is no other formatting (faq.whatsapp.com, "How to format your messages"); a link is written out behind its words.
"""

import re
from html.parser import HTMLParser

MARKS = {
    "b": "*", "strong": "*", "th": "*", "h1": "*", "h2": "*", "h3": "*", "h4": "*", "h5": "*", "h6": "*",
    "i": "_", "em": "_", "s": "~", "strike": "~", "del": "~", "pre": "```", "code": "`", "tt": "`",
}  # fmt: skip
BLOCKS = frozenset("p div h1 h2 h3 h4 h5 h6 ul ol li tr table blockquote pre section address".split())
SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre".split())
LINKS = ("http://", "https://", "mailto:", "tel:")
_FORMATTED = re.compile(r"<(?:b|strong|i|em|s|strike|del|code|tt|pre|blockquote|h[1-6]|ul|ol|table|th|a)[\s>]", re.I)


def rich_with(text: str, html: str | None, footer: str) -> str:
    """Return what a mail says, and below its words, if there are any, a footer."""
    found = rich(text, html)
    return f"{found}\n\n{footer}" if found and footer else found


def rich(text: str, html: str | None) -> str:
    """Return what a mail says. Where nothing is formatted, its plain text stays as it was typed, spaces and all."""
    if not html or not _FORMATTED.search(html):
        return text.strip("\n")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found()


class _Reader(HTMLParser):
    """Collects the words of sanitised HTML with their marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self.quotes = 0
        self.numbers: list[int] = []  # of the lists that are open; 0 for one without numbers
        self.opened: list[tuple[str, str]] = []  # (tag, its mark, or where it leads)
        self.waiting = ""  # marks that stand before the next word

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "br":
            self._newline()
        if tag == "img" and given.get("alt"):
            self._say(f"[{given['alt']}]")
        if tag in ("td", "th") and self.lines[-1].strip():
            self.lines[-1] += " "
        if tag in BLOCKS:
            self._break(tag)
        self.quotes += tag == "blockquote"
        if tag in ("ul", "ol"):
            self.numbers.append(int(tag == "ol"))
        if tag == "li":
            self._say(self._bullet())
        if tag == "a":
            self.opened.append((tag, given.get("href", "") + "\n" + self._text()))
        elif tag in MARKS:
            self.opened.append((tag, MARKS[tag]))
            self.waiting += MARKS[tag]

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _mark in self.opened):
            self._close(tag)
        if tag in BLOCKS:
            self._break(tag)
        self.quotes -= tag == "blockquote" and self.quotes > 0
        if tag in ("ul", "ol") and self.numbers:
            self.numbers.pop()

    def handle_data(self, data: str) -> None:
        if any(name == "pre" for name, _mark in self.opened):
            for number, line in enumerate(data.split("\n")):
                if number:
                    self._newline()
                self._say(line)
            return
        words = re.sub(r"\s+", " ", data)
        line = self.lines[-1].removeprefix("> " * self.quotes)
        self._say(words.lstrip() if not line or line[-1].isspace() else words)

    def _say(self, words: str) -> None:
        """Marks stand at the words themselves: WhatsApp shows a mark with a space behind it as it is."""
        if not words.strip():
            self.lines[-1] += words if self.lines[-1].strip() else ""
            return
        if self.quotes and not self.lines[-1]:
            self.lines[-1] = "> " * self.quotes
        if self.waiting:
            bare = words.lstrip()
            words = words[: len(words) - len(bare)] + self.waiting + bare
            self.waiting = ""
        self.lines[-1] += words

    def _text(self) -> str:
        return "\n".join(self.lines)

    def _bullet(self) -> str:
        number = self.numbers[-1] if self.numbers else 0
        if number:
            self.numbers[-1] += 1
        return f"{number}. " if number else "• "

    def _newline(self) -> None:
        self.lines[-1] = self.lines[-1].rstrip(" ")
        self.lines.append("")

    def _break(self, tag: str) -> None:
        """Begin a new line, and leave one free where a mail would show a gap; not before the first word."""
        if self.lines[-1].strip():
            self._newline()
        if tag in SPACED and not self.numbers and len(self.lines) > 1 and self.lines[-2].strip():
            self.lines.append("")

    def _close(self, tag: str) -> None:
        """Close a tag, and all that was opened in it."""
        while self.opened:
            name, mark = self.opened.pop()
            if name == "a":
                self._link(*mark.split("\n", 1))
            elif self.waiting.endswith(mark):
                self.waiting = self.waiting.removesuffix(mark)  # there were no words in it
            else:
                line = self.lines[-1]
                self.lines[-1] = line.rstrip() + mark + line[len(line.rstrip()) :]
            if name == tag:
                return

    def _link(self, address: str, before: str) -> None:
        shown = self._text()[len(before) :].strip()
        if address.lower().startswith(LINKS) and shown.rstrip("/") != address.removeprefix("mailto:").rstrip("/"):
            self._say(f" ({address.removeprefix('mailto:').removeprefix('tel:')})" if shown else address)

    def found(self) -> str:
        """All words, without space at the end."""
        if self.opened:
            self._close(self.opened[0][0])
        return re.sub(r"\n{3,}", "\n\n", self._text()).strip()
