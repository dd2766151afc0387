"""Quoted history as the HTML of known mail programs marks it, in sanitised HTML (which keeps these marks, see html.py)."""

import re

from tickets.mime.html_text import text_of_clean

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>")
_VOID = frozenset("br hr img wbr col".split())
# Elements whose content is history or signature.
_HIDDEN = re.compile(
    r'\sclass="[^"]*(?:moz-cite-prefix|gmail_attr|yahoo_quoted|protonmail_quote|tutanota_quote|moz-forward-container|zmail_extra|moz-signature|gmail_signature|protonmail_signature)'
    r'|\sid="(?:OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-intro|[Ss]ignature)"'
)
_QUOTE = re.compile(r'\stype="cite"|\sclass="[^"]*(?:gmail_quote|protonmail_quote|tutanota_quote)')
_GMAIL = re.compile(r'\sclass="[^"]*gmail_quote')
# Marks after which the rest of the mail is history.
_REST = re.compile(
    r'\sid="(?:divRplyFwdMsg|appendonsend|stopSpelling)"|\sdata-marker="__DIVIDER__"|\sclass="OutlookMessageHeader"'
)
_RULE = re.compile(r'\stabindex="-1"')
_OUTLOOK = re.compile(
    r'\sstyle="[^"]*border-top: ?(?:solid #(?:e1e1e1|b5c4df) 1(?:\.0)?pt|1(?:\.0)?pt solid #(?:e1e1e1|b5c4df))', re.I
)
_FORWARD = re.compile(r"-{5,}|forwarded|weitergeleitet|transféré|reenviado|inoltrato|пересла|пересыла", re.I)
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<?(?:https?://|mailto:|cid:)\S{1,2000}|\[(?:cid:|image:)[^\]]{0,200}\]", re.I)


def fresh_text(html: str) -> str | None:
    """The text outside of marked quotes; None when the HTML marks none."""
    if not any(
        mark in html
        for mark in (
            "quote",
            "cite",
            "divRplyFwdMsg",
            "appendonsend",
            "__DIVIDER__",
            "OLK_SRC",
            "order-top",
            "tabindex",
            "mail-editor",
            "moz-",
            "reply-intro",
            "OutlookMessageHeader",
        )
    ):
        return None
    kept, found = _outside(html)
    return text_of_clean(kept) if found else None


def _outside(html: str) -> tuple[str, bool]:
    """The HTML without its marked quotes, and whether there were any."""
    out: list[str] = []
    stack: list[tuple[str, bool]] = []
    hidden = at = 0
    last = html.rfind("<blockquote")
    found = False
    for tag in _TAG.finditer(html):
        closing, name, attributes = tag.groups()
        if not hidden:
            out.append(html[at : tag.start()])
        at = tag.end()
        if closing:
            hidden -= _closed(stack, name)
            if not hidden:
                out.append(tag[0])
            continue
        if (
            attributes
            and not hidden
            and (_REST.search(attributes) or _OUTLOOK.search(attributes) or (name == "hr" and _RULE.search(attributes)))
        ):
            return "".join(out), True
        hides = bool(attributes) and _hides(name, attributes, html, at, last)
        found = found or (hides and "ignature" not in attributes)
        if name not in _VOID:
            stack.append((name, hides))
            hidden += hides
        if not hidden:
            out.append(tag[0])
    if not hidden:
        out.append(html[at:])
    return "".join(out), found


def _closed(stack: list[tuple[str, bool]], name: str) -> int:
    """Take the innermost open `name` off the stack; how many hiding elements ended with it."""
    for depth in range(len(stack) - 1, max(-1, len(stack) - 60), -1):
        if stack[depth][0] == name:
            ended = sum(hides for _, hides in stack[depth:])
            del stack[depth:]
            return ended
    return 0


def _hides(name: str, attributes: str, html: str, at: int, last: int) -> bool:
    if name == "blockquote":
        return _QUOTE.search(attributes) is not None
    if _GMAIL.search(attributes):
        # A forward has its content right in the div; a reply has it in a blockquote, and answers may stand between those.
        return _FORWARD.search(html, at, at + 200) is not None or last < at
    return _HIDDEN.search(attributes) is not None


def fresh_lines(lines: list[str], html: str) -> list[int] | None:
    """The numbers of those of the plain text's lines that stand outside of the quotes which the HTML marks; None when it marks none."""
    fresh = fresh_text(html)
    return only_fresh(lines, fresh) if fresh is not None else None


def only_fresh(lines: list[str], fresh: str) -> list[int] | None:
    """Those of the plain text's lines whose words are the fresh words, in order; None when the two do not fit together.

    Of what was left out one blank line stays, as a break.
    """
    wanted = _words(fresh)
    if not wanted:
        return None
    kept: list[int] = []
    at = found = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        words = [] if at >= len(wanted) or line.lstrip().startswith(">") else _words(line)
        place = _place(wanted, words, at) if words else None
        if place is not None:
            if kept and kept[-1] != number - 1 and not lines[kept[-1] + 1].strip():
                kept.append(kept[-1] + 1)
            kept.append(number)
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
