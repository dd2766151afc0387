"""Words that the sender's style sheet hides (the line for the list of mails, the other form for a phone) stay hidden without it.

Style sheets themselves are dropped: inlining them costs three times what cleaning does, and mail programs that matter have taught
senders to write their styles inline. Only `display: none` cannot be left out: what it hides would be read as part of the letter.
"""

import re

LONGEST_SHEET = 100_000
_SHEET = re.compile(r"<style\b[^<>]{0,500}>(.{0,100000}?)</style", re.I | re.S)
_COMMENT = re.compile(r"/\*.{0,5000}?\*/", re.S)
# Rules for some screens only: at-rules with blocks in them.
_AT_RULE = re.compile(r"@[\w-]+[^{}]{0,500}\{(?:[^{}]{0,5000}\{[^{}]{0,5000}\}){0,500}[^{}]{0,5000}\}?")
_HIDING = re.compile(r"(?:^|[},])([^{}@]{1,500})\{[^{}]{0,2000}?\bdisplay\s{0,5}:\s{0,5}none\b[^{}]{0,2000}\}")
_CLASS = re.compile(r"\s*[a-z0-9]{0,20}\.([\w-]{1,60})\s*", re.I)
_TAG = re.compile(
    r"<([a-z][a-z0-9]{0,20})(\s[^<>]{0,2000}?\bclass\s{0,3}=\s{0,3}(?:\"([^\"<>]{0,500})\"|'([^'<>]{0,500})'|([^\s\"'<>]{1,100}))[^<>]{0,2000})>",
    re.I,
)


def with_hidden_classes(html: str) -> str:
    """`html` in which what its own style sheets hide by class says so itself."""
    classes = {name for sheet in _SHEET.findall(html)[:20] for name in _hiding(sheet)}
    return _TAG.sub(lambda tag: _hidden(tag, classes), html) if classes else html


def _hiding(sheet: str) -> list[str]:
    """The classes that a style sheet hides on every screen. Only plain selectors count."""
    sheet = _AT_RULE.sub("", _COMMENT.sub("", sheet))
    selectors = [one for rule in _HIDING.findall(sheet)[:200] for one in rule.split(",")]
    return [match[1] for one in selectors if (match := _CLASS.fullmatch(one))]


def _hidden(tag: re.Match[str], classes: set[str]) -> str:
    named = (tag[3] or tag[4] or tag[5] or "").split()
    # Of two style attributes the first counts (HTML §13.2.5.33).
    return f'<{tag[1]} style="display:none"{tag[2]}>' if classes.intersection(named) else tag[0]
