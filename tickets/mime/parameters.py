"""Values with parameters: Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183), with RFC 2231 and the forms that break it."""

import re
from urllib.parse import unquote_to_bytes

from tickets.mime.charsets import clean, decode
from tickets.mime.words import decode_words

# A value in quotes; one whose quotes stand inside of it unescaped; one whose quote never ends; one without quotes.
_PARAMETER = re.compile(
    r"([\w!#$%&+.^~*-]{1,80})\s*=\s*"
    r'(?:"((?:[^"\\]|\\.)*+)"(?=\s*(?:[;(,]|$|[\w*-]{1,80}\s*=))|"([^\r\n;]{0,1000})"(?=\s*(?:;|$))|"((?:[^"\\]|\\.)*+)"?|([^;]*))',
    re.S,
)
_VALUE = re.compile(r"(?!\s*[\w*-]+\s*=)[\s\"']*([\w.+*!#$&^-]+(?:\s*/\s*[\w.+*!#$&^-]+)?)[\"']?")
_COMMENT = re.compile(r"\s*\([^()]{0,200}\)\s*$")
_EXTENDED = re.compile(r"([\w.:-]{2,40})'[\w-]{0,20}'(.*%[0-9A-Fa-f]{2}.*)", re.S)
_PIECE = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?$", re.S)
_WINDOWS_PATH = re.compile(r"[A-Za-z]:\\|\\\\")
_UNSAFE = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def value_and_parameters(text: str | None) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x` as ("text/plain", {"charset": "x"}); both lower-case except the parameters' values."""
    if not text:
        return "", {}
    match = _VALUE.match(text)
    value = match[1].lower() if match else ""
    rest = text[match.end() :] if match else text
    if "=" not in rest:
        return value.replace(" ", ""), {}
    value = value.replace(" ", "")
    pairs = [
        (
            name.lower(),
            _unescaped(quoted or odd or open_) if quoted or odd or open_ else _COMMENT.sub("", plain).strip(),
        )
        for name, quoted, odd, open_, plain in _PARAMETER.findall(rest)[:500]
    ]
    if any("*" in name for name, _ in pairs):
        return value, _joined(pairs)
    return value, dict(reversed(pairs))


def _unescaped(text: str) -> str:
    """Only \\" and \\\\ are unescaped, and not in what is plainly a Windows path."""
    if "\\" not in text or _WINDOWS_PATH.match(text):
        return text
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """RFC 2231: continuations put together, percent-encoded pieces decoded; these win over the plain parameter."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, value in pairs:
        match = _PIECE.match(name)
        if match and (match[2] or match[3]):
            pieces.setdefault(match[1], []).append((int(match[2] or 0), bool(match[3]), value))
        else:
            plain.setdefault(name, value)
    for name, found in pieces.items():
        plain[name] = _assembled(sorted(found, key=lambda piece: piece[0]))
    return plain


def _assembled(pieces: list[tuple[int, bool, str]]) -> str:
    charset, out = "", b""
    for number, (_, encoded, value) in enumerate(pieces):
        if encoded and number == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        out += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return decode(out, charset or None)


def file_name(disposition: dict[str, str], content_type: dict[str, str]) -> str | None:
    """The decoded file name without any path, control or direction-changing characters; None if the mail gives none."""
    name = disposition.get("filename") or content_type.get("name") or disposition.get("name") or ""
    if not name:
        return None
    if "=?" in name:
        name = decode_words(name)
    elif extended := _EXTENDED.fullmatch(name):  # RFC 2231 in a parameter without its star
        name = decode(unquote_to_bytes(extended[2]), extended[1])
    name = _UNSAFE.sub("", clean(name)).strip()
    name = name.replace("\\", "/").rstrip("/").rpartition("/")[2].strip()
    return name[:255] or None
