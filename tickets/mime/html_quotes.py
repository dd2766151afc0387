"""Quoted history as the HTML of mail programs marks it, in sanitised HTML (which keeps these marks, see html.py).

Known programs are known by their marks. Of the others a blockquote, or a box with a line at its left, is a quote when an announcement
stands above it.
"""

import re

from tickets.mime.attributions import attribution_start
from tickets.mime.html_text import text_of_clean
from tickets.mime.separators import is_separator

# A blockquote, or an element that has attributes.
_TAG = re.compile(r"<(blockquote|[a-z][a-z0-9]*(?= ))([^<>]*)>")
_MARKS = re.compile(r'class="|id="|tabindex|border-|data-marker')
# Without one of these the HTML marks nothing.
_SIGNS = re.compile(
    "quote|cite|divRplyFwdMsg|appendonsend|__DIVIDER__|OLK_SRC|order-top|order-left|tabindex|mail-editor|moz-|reply-intro|MessageHeader|ignature"
)
# Elements whose content is history or signature.
_HIDDEN = re.compile(
    r'\sclass="[^"]*(?:moz-cite-prefix|gmail_attr|yahoo_quoted|protonmail_quote|tutanota_quote|moz-forward-container|zmail_extra|moz-signature|gmail_signature|protonmail_signature)'
    r'|\sid="(?:OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|ms-outlook-mobile-signature|reply-intro|[Ss]ignature|AppleMailSignature|isReplyContent|_rc_sig|composer_signature)"'
)  # fmt: skip
_QUOTE = re.compile(r'\stype="cite"|\sclass="[^"]*(?:gmail_quote|protonmail_quote|tutanota_quote)')
_GMAIL = re.compile(r'\sclass="[^"]*gmail_quote')
# Marks after which the rest of the mail is history.
_REST = re.compile(
    r'\sid="(?:divRplyFwdMsg|appendonsend|stopSpelling|oriMsgHtmlSeperator)"|\sdata-marker="__DIVIDER__"|\sclass="OutlookMessageHeader"'
)
_RULE = re.compile(r'\stabindex="-1"')
_OUTLOOK = re.compile(
    r'\sstyle="[^"]*border-top: ?(?:solid #(?:e1e1e1|b5c4df) 1(?:\.0)?pt|1(?:\.0)?pt solid #(?:e1e1e1|b5c4df))'
    r'|\sstyle="border(?:-style)?: ?(?:none;border-top:[^;"]{1,40}|solid none none none); ?padding: ?3(?:\.0)?pt 0',
    re.I,
)
_LINE_AT_LEFT = re.compile(r'\sstyle="[^"]*border-left: ?[^;"]{0,40}(?:px|pt|solid)', re.I)
_FORWARD = re.compile(r"-{5,}|forwarded|weitergeleitet|transféré|reenviado|inoltrato|пересла|пересыла", re.I)
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<?(?:https?://|mailto:|cid:)\S{1,2000}|\[(?:cid:|image:)[^\]]{0,200}\]", re.I)
ANNOUNCEMENT = 1200
MOST_LOOKS = 60


def marked_lines(lines: list[str], html: str) -> set[int] | None:
    """The numbers of those of the text's lines that stand within the quotes and signatures which the HTML marks.

    None when it marks none, when nothing stands outside, or when text and HTML do not say the same.
    """
    fresh = fresh_text(html)
    kept = only_fresh(lines, fresh) if fresh else None
    return None if kept is None else {number for number, line in enumerate(lines) if line.strip()} - kept


def fresh_text(html: str) -> str | None:
    """The text outside of marked quotes and signatures; None when the HTML marks none."""
    if not _SIGNS.search(html):
        return None
    outside = _Outside(html)
    kept = outside.read()
    return text_of_clean("".join(kept)) if outside.found else None


class _Outside:
    """Reads the tags once and keeps what stands outside of quotes. Sanitised HTML is well-formed, so an element ends where it should."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.out: list[str] = []
        self.found = False
        self.announced = False
        self.looks = 0
        self.last = html.rfind("<blockquote")

    def read(self) -> list[str]:
        """The pieces of HTML that are not quoted."""
        at = place = 0
        while (tag := _TAG.search(self.html, place)) is not None:
            name, attributes = tag.groups()
            place = tag.end()
            if name != "blockquote" and not _MARKS.search(attributes):
                continue
            rest = (
                _REST.search(attributes) or _OUTLOOK.search(attributes) or (name == "hr" and _RULE.search(attributes))
            )
            if rest or self.hides(name, attributes, at, tag):
                self.found = True
                self.out.append(self.html[at : tag.start()])
                at = place = len(self.html) if rest else self.end_of(name, place)
        self.out.append(self.html[at:])
        return self.out

    def end_of(self, name: str, at: int) -> int:
        """Behind the element `name` whose content begins at `at`."""
        depth = 1
        for tag in re.compile(f"<(/?){name}[ >]").finditer(self.html, at):
            depth += -1 if tag[1] else 1
            if not depth:
                return tag.end()
        return len(self.html)

    def hides(self, name: str, attributes: str, at: int, tag: re.Match[str]) -> bool:
        """Is what stands in this element quoted?"""
        if name == "blockquote":
            return _QUOTE.search(attributes) is not None or self.is_announced(at, tag.start())
        if _GMAIL.search(attributes):
            # A forward has its content right in the div; a reply has it in a blockquote, and answers may stand between those.
            return _FORWARD.search(self.html, tag.end(), tag.end() + 200) is not None or self.last < tag.end()
        return _HIDDEN.search(attributes) is not None or (
            _LINE_AT_LEFT.search(attributes) is not None and self.is_announced(at, tag.start())
        )

    def is_announced(self, at: int, end: int) -> bool:
        """Does an announcement stand right above? Then the boxes that follow in this mail are quotes too."""
        self.looks += 1
        if not self.announced and self.looks < MOST_LOOKS:
            before = self.html[max(at, end - ANNOUNCEMENT) : end]
            above = "".join(piece[-ANNOUNCEMENT:] for piece in [*self.out[-2:], before])[-ANNOUNCEMENT:]
            lines = [line for line in text_of_clean(above).split("\n") if line.strip()]
            self.announced = bool(lines) and (
                attribution_start(lines, 0, len(lines) - 1, quoted_below=True) is not None
                or is_separator(lines[-1], None)
            )
        return self.announced


def only_fresh(lines: list[str], fresh: str) -> set[int] | None:
    """The numbers of those of the text's lines whose words are the fresh words, in order; None when the two do not fit together."""
    wanted = _words(fresh)
    if not wanted:
        return None
    kept: set[int] = set()
    at = found = 0
    fresh_above = True
    for number, line in enumerate(lines):
        words = [] if line.lstrip().startswith(">") else _words(line)
        if not words:
            # A line drawn across, or a smiley, goes with what stands above it.
            if fresh_above and line.strip() and not line.lstrip().startswith(">"):
                kept.add(number)
            continue
        place = _place(wanted, words, at)
        fresh_above = place is not None
        if place is not None:
            kept.add(number)
            found += len(words)
            at = place
    return kept if at >= len(wanted) * 0.95 and found >= len(wanted) * 0.9 else None


def _place(wanted: list[str], words: list[str], at: int) -> int | None:
    """Where reading goes on when `words` stand in `wanted` at `at` or a little later."""
    for start in range(at, min(at + 4, len(wanted))):
        if wanted[start : start + len(words)] == words:
            return start + len(words)
    return None


def _words(text: str) -> list[str]:
    return _WORD.findall(_LINK.sub(" ", text).lower())
