"""The header block of a mail or part: raw fields, decoded only when asked for."""

import re
from collections.abc import Iterator

from tickets.mime.words import decode_words, header_text

# A line that starts with an encoded word is taken as folded although its leading space was lost.
_FIELD = re.compile(rb"(?m)^([!-9;-~]{1,200})[ \t]*:(.*(?:\n(?:[ \t]|=\?).*)*)")
_STARTS = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
LONGEST = 4_000_000


class Headers:
    """Fields of one header block, in order. Names are compared without regard to case."""

    __slots__ = ("_decoded", "_fields", "_index", "charset")

    def __init__(self, head: bytes = b"", charset: str | None = None) -> None:
        self.charset = charset  # of the 8-bit bytes in the fields, when the mail's own text names one
        if len(head) > LONGEST:
            head = head[:LONGEST]
        if b"\r" in head:
            head = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._fields = _FIELD.findall(head)
        self._index: dict[str, list[bytes]] = {}
        self._decoded: dict[str, str] = {}
        for name, value in self._fields:
            self._index.setdefault(name.decode("ascii").lower(), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._index

    def raw(self, name: str) -> list[bytes]:
        """The undecoded values of all fields called `name`, top to bottom, still folded."""
        return self._index.get(name.lower(), [])

    def text(self, name: str) -> str | None:
        """The first field called `name` on one line, its encoded words left alone; None if absent."""
        values = self._index.get(name.lower())
        return header_text(values[0], self.charset) if values else None

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first field called `name`, decoded, on one line."""
        key = name.lower()
        if key not in self._index:
            return default
        if key not in self._decoded:
            self._decoded[key] = decode_words(header_text(self._index[key][0], self.charset))
        return self._decoded[key]

    def texts(self, name: str) -> list[str]:
        """All fields called `name`, each on one line, their encoded words left alone."""
        return [header_text(value, self.charset) for value in self._index.get(name.lower(), [])]

    def get_all(self, name: str) -> list[str]:
        """All fields called `name`, decoded, top to bottom."""
        return [decode_words(header_text(value, self.charset)) for value in self._index.get(name.lower(), [])]

    def items(self) -> Iterator[tuple[str, str]]:
        """Every field, decoded, in the order of the mail."""
        for name, value in self._fields:
            yield name.decode("ascii"), decode_words(header_text(value, self.charset))

    def names(self) -> list[str]:
        """Lower-case names of the fields, each once, in order of first appearance."""
        return list(self._index)


def looks_like_fields(head: bytes) -> bool:
    """Does this block start with a header field?"""
    return _STARTS.match(head) is not None
