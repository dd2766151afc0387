"""Header fields written: encoded words, folding, file names. ASCII out, except for an address that needs SMTPUTF8."""

import base64
import re
from collections.abc import Sequence
from urllib.parse import quote

from tickets.mime.addresses import Mailbox

WIDTH = 76
_CONTROLS = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_FOLDABLE = re.compile(r"(?<=\S) (?=\S)")
_Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_ID_UNSAFE = re.compile(r"[\s<>\x00-\x1f\x7f]")


def one_line(text: str) -> str:
    """`text` without line breaks and control characters, so that no value can start a field of its own."""
    return _CONTROLS.sub(" ", text).encode("utf-8", "replace").decode("utf-8").strip()


def field(name: str, value: str) -> str:
    """A field with free text: folded at spaces; as encoded words (RFC 2047) if it is not plain ASCII."""
    value = one_line(value)
    plain = value.isascii() and "=?" not in value and "  " not in value and max(map(len, value.split(" "))) < 900
    return fold(name, _FOLDABLE.split(value) if plain else encoded_words(value))


def fold(name: str, words: Sequence[str]) -> str:
    """`Name: words`, words parted by one space, lines broken before a word that would pass the width."""
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > WIDTH and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*lines, line]) + "\r\n"


def encoded_words(text: str) -> list[str]:
    """`text` as RFC 2047 words of at most 75 characters, never splitting a character; Q or B, whichever is shorter."""
    raw = text.encode("utf-8")
    use_q = sum(byte in _Q_SAFE or byte == 32 for byte in raw) * 2 > len(raw)
    words, piece, length = [], "", 0
    for char in text:
        cost = _q_length(char) if use_q else len(char.encode("utf-8"))
        if length + cost > (60 if use_q else 45):
            words.append(_word(piece, use_q))
            piece, length = "", 0
        piece, length = piece + char, length + cost
    return [*words, _word(piece, use_q)]


def _q_length(char: str) -> int:
    return sum(1 if byte in _Q_SAFE or byte == 32 else 3 for byte in char.encode("utf-8"))


def _word(text: str, use_q: bool) -> str:
    raw = text.encode("utf-8")
    if not use_q:
        return f"=?utf-8?b?{base64.b64encode(raw).decode('ascii')}?="
    return "=?utf-8?q?" + "".join(chr(b) if b in _Q_SAFE else "_" if b == 32 else f"={b:02X}" for b in raw) + "?="


def address_field(name: str, boxes: Sequence[Mailbox]) -> str:
    """An address field, folded between mailboxes and between the encoded words of a name."""
    words: list[str] = []
    for number, box in enumerate(boxes):
        pieces = _mailbox(box)
        words.extend(pieces[:-1])
        words.append(pieces[-1] + ("," if number < len(boxes) - 1 else ""))
    return fold(name, words)


def _mailbox(box: Mailbox) -> list[str]:
    name, address = one_line(box.name), address_spec(box.address)
    if not name:
        return [address if "@" in address else f"<{address}>"]
    if not name.isascii() or "=?" in name or len(name) > 400:
        return [*encoded_words(name), f"<{address}>"]
    if not _ATOMS.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return [name, f"<{address}>"]


def address_spec(address: str) -> str:
    """The address as it stands in a header: its domain in ASCII (IDNA); a local part beyond ASCII stays (RFC 6532)."""
    address = re.sub(r"[\s<>,;]", "", one_line(address))
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address


def id_field(name: str, identifiers: Sequence[str]) -> str:
    """Message ids in brackets, folded only between them, never encoded: mail programs thread by comparing them byte for byte."""
    return fold(name, [f"<{_ID_UNSAFE.sub('', identifier)}>" for identifier in identifiers])


def parameter(name: str, value: str) -> str:
    """A parameter of a MIME field; beyond plain ASCII, or long, as RFC 2231 says, in pieces of its own lines."""
    value = one_line(value)
    if value.isascii() and len(value) < 60 and "=?" not in value:
        return f';\r\n {name}="' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    encoded = quote(value.encode("utf-8"), safe="")
    if len(encoded) <= 60:
        return f";\r\n {name}*=utf-8''{encoded}"
    pieces = re.findall(r"(?:%..|[^%]){1,20}", encoded)
    return "".join(f";\r\n {name}*{n}*=" + ("utf-8''" if n == 0 else "") + piece for n, piece in enumerate(pieces))
