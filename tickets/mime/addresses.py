"""Address lists (RFC 5322 §3.4) as they really come: comments, groups, missing brackets, commas in names, encoded words anywhere."""

import re
from dataclasses import dataclass
from itertools import islice
from operator import methodcaller

from tickets.mime.charsets import clean
from tickets.mime.words import decode_words

MOST_TOKENS = 300_000  # fifty thousand mailboxes have two hundred thousand
_SIMPLE = re.compile(r'(?:"([^"\\<>]*)"|([^"\\<>@,;:()\[\]]*))\s*<([^<>@\s,;:"()]+)@([^<>@\s,;:"()]+)>')
_BARE = re.compile(r"(?!')([^<>@\s,;:\"()]+)@([^<>@\s,;:\"()]+)")
_TOKEN = re.compile(
    r'("(?:[^"\\]+|\\.)*+"@[^\s<>,;:()"]+)|"((?:[^"\\]+|\\.)*+)"?|<((?:"[^"<>]*"@)?[^<>]*)>?|([,;:])|([()])'
    r'|(=\?[\w.:+*-]{1,60}\?[bq]\?[^?]{0,1000}\?=|[^",;:<>()=]+|=)|(.)',
    re.S | re.I,
)
_ADDRESS = re.compile(
    r"""(?:(?<=')|(?<!\S)|(?<=[\[(:<,;"]))[^\s<>@,;:"()\[\]]+@(?:\[[^\s\[\]<>]{1,60}\]|[^\s<>@,;:"'()\[\]]+)"""
)
_LAST_RESORT = re.compile(r"[^\s<>@,;:\"'()\[\]\\]{1,64}@[^\s<>@,;:\"'()\[\]\\]{1,255}")
_ESCAPED = re.compile(r"\\(.)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address. `name` is decoded, "" if there is none; the domain of `address` is in lower case."""

    name: str
    address: str


def mailboxes(text: str) -> list[Mailbox]:
    """All mailboxes of an address field (unfolded, encoded words not decoded), groups flattened, in order."""
    text = " ".join(text.split())
    if not text:
        return []
    if one := _SIMPLE.fullmatch(text):
        return [Mailbox(_name(one[1] if one[1] is not None else one[2]), f"{one[3]}@{one[4].lower().rstrip('.')}")]
    if one := _BARE.fullmatch(text):
        return [Mailbox("", f"{one[1]}@{one[2].lower().rstrip('.')}")]
    found = _Reader(_balanced(text)).read()
    if not found and "=?" in text:
        decoded = decode_words(text)
        found = _Reader(decoded).read() if "@" in decoded else []
    if not found and "@" in text:  # a bracket or a quote that never ends has swallowed it
        found = [
            Mailbox("", address) for match in islice(_LAST_RESORT.finditer(text), 1) if (address := normal(match[0]))
        ]
    return found


def _balanced(text: str) -> str:
    """`text` without a quote that never ends, if more than one mailbox stands behind it."""
    quotes = text.count('"') - text.count('\\"')
    last = text.rfind('"')
    return text[:last] + text[last + 1 :] if quotes % 2 and text.count("@", last) > 1 else text


def first(text: str | None) -> Mailbox | None:
    """The first mailbox of an address field, or None."""
    found = mailboxes(text) if text else []
    return found[0] if found else None


def normal(address: str) -> str:
    """`address` as it is compared and stored: no brackets, spaces, mailto: or source route; the domain in lower case."""
    address = clean(address).strip().strip("<>").strip()
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if address.startswith("@") and ":" in address:
        address = address.rpartition(":")[2]
    if '"' not in address:
        address = _SPACES.sub("", address)
    local, at, domain = address.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}" if at and local and domain else ""


def _name(text: str) -> str:
    return _SPACES.sub(" ", decode_words(text)).strip()


_groups = methodcaller("groups")


class _Reader:
    """Collects the pieces of one mailbox until a comma, then makes it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Mailbox] = []
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None
        self.held = ""

    def read(self) -> list[Mailbox]:
        depth = 0
        for local, quoted, angle, mark, bracket, word, stray in map(
            _groups, islice(_TOKEN.finditer(self.text), MOST_TOKENS)
        ):
            if bracket:
                depth = depth + 1 if bracket == "(" else max(0, depth - 1)
            elif depth:
                self.comments.append(local or quoted or angle or mark or word or stray or "")
            elif mark:
                self.mark(mark)
            elif word or stray not in ("", "<", ">", None):
                self.words.append(word or stray)
            elif quoted:
                self.words.append(_ESCAPED.sub(r"\1", quoted))
            elif angle or local:
                angle = angle or local  # "ann oak"@x.example stands without brackets at times
                self.angle = angle if self.angle is None or "@" not in self.angle else self.angle
        self.end()
        return self.found

    def mark(self, mark: str) -> None:
        if mark != ":":
            self.end(group=mark == ";")
        elif self.angle is None and not any("@" in word for word in self.words):
            self.words, self.comments, self.held = [], [], ""  # what stood before was the name of a group
        else:
            self.words.append(mark)

    def end(self, group: bool = False) -> None:
        """One mailbox is complete. Words without an address are the front of a name with a comma: `Oak, Ann <ann@…>`."""
        phrase = " ".join(" ".join(self.words).split())
        address = normal(self.angle) if self.angle else ""
        others: list[str] = []
        if not address and "@" in phrase:
            address, phrase, others = _split(phrase)
        if address:
            name = _name(f"{self.held}, {phrase}" if self.held and phrase else phrase)
            self.found.append(Mailbox(name or _name(" ".join(self.comments)), address))
            self.found.extend(Mailbox("", other) for other in others)
            self.held = ""
        else:
            self.held = "" if group or self.angle else phrase
        self.words, self.comments, self.angle = [], [], None


def _split(phrase: str) -> tuple[str, str, list[str]]:
    """Address and remaining words of a phrase that has an address without brackets; more addresses, when it is a list without commas."""
    phrase = phrase.replace(" @", "@").replace("@ ", "@")
    found = [match[0].lstrip("'") for match in islice(_ADDRESS.finditer(phrase), MOST_TOKENS)]
    addresses = [address for text in found if (address := normal(text))]
    if not addresses:
        return "", phrase, []
    if len(addresses) > 1 and len(addresses) == len(phrase.split()):
        return addresses[0], "", addresses[1:]
    rest = phrase.replace(found[0], " ", 1).strip(" '\"[]<>")
    return addresses[0], " ".join(rest.split()), []
