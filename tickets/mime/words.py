"""Encoded words of header fields (RFC 2047), in the right form and in the broken ones that real programs write."""

import binascii
import re

from tickets.mime.charsets import clean, decode

_WORD = re.compile(r"=\?\s?[\"']?([\w.:+()$-]{0,40})[\"']?(?:\*[\w-]{0,20})?\s?\?\s?([bBqQ])\s?\?")
_WHOLE = re.compile(r"(?:=\?[\w.:+()$-]{1,40}(?:\*[\w-]{0,20})?\?[bBqQ]\?[^?]{0,2000}\?=\s?){1,50}")
_RAW_WORD = re.compile(rb"=\?[\w.:+()-]{1,40}(?:\*[\w-]{0,20})?\?[qQ]\?[^?]{0,2000}\?=")
_BREAKS = re.compile("[\r\n\t\x00-\x1f\x7f\x85\u2028\u2029]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_HIGH = re.compile(rb"[\x80-\xff]")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def header_text(raw: bytes, charset: str | None = None) -> str:
    """The characters of a raw field value on one line, encoded words left alone; 8-bit bytes are read as `charset`, or guessed."""
    if not raw.isascii() and b"=?" in raw:
        raw = _RAW_WORD.sub(_escaped, raw)
    text = raw.decode("ascii") if raw.isascii() else decode(raw, charset)
    return _BREAKS.sub(" ", _unfold(text)).strip()


def _escaped(word: re.Match[bytes]) -> bytes:
    """An encoded word with 8-bit bytes in it, which belong to its charset and not to that of the field."""
    return _HIGH.sub(lambda byte: b"=%02X" % byte[0][0], word[0])


def _unfold(text: str) -> str:
    return text.replace("\r", "").replace("\n\t", " ").replace("\n", "") if "\n" in text else text


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded; neighbours of one charset are joined before decoding, as they may split a character.

    What is an encoded word again after that was encoded twice.
    """
    if "=?" not in text:
        return clean(text)
    decoded = _decoded(text)
    return _decoded(decoded) if "=?" in decoded and _WHOLE.fullmatch(decoded) else decoded


def _decoded(text: str) -> str:
    heads = list(_WORD.finditer(text))
    out: list[str] = []
    pending: list[tuple[str, str]] = []
    charset, at = "", 0
    for number, head in enumerate(heads):
        if head.start() < at:
            continue
        limit = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        end, following = _word_end(text, head.end(), limit)
        between = text[at : head.start()]
        if between.strip() or not pending:
            out.append(_joined(pending, charset) + (between if at or not between.isspace() else ""))
            pending = []
        elif pending and head[1].lower() != charset:
            out.append(_joined(pending, charset))
            pending = []
        charset = head[1].lower()
        pending.append((head[2].lower(), text[head.end() : end]))
        at = following
    out.append(_joined(pending, charset) + text[at:])
    return clean(_BREAKS.sub(" ", "".join(out)).strip())


def _joined(words: list[tuple[str, str]], charset: str) -> str:
    """The text of neighbouring words of one charset. Programs that cut base64 anywhere leave words that do not end on four letters."""
    text = decode(b"".join(_word_bytes(piece, encoding) for encoding, piece in words), charset)
    if len(words) > 1 and any(encoding == "b" and len(piece.replace(" ", "")) % 4 for encoding, piece in words[:-1]):
        whole = base64_bytes("".join(piece.rstrip("= ") for _, piece in words).encode("utf-8", "replace"))[0]
        other = decode(whole, charset) if all(encoding == "b" for encoding, _ in words) else text
        text = other if other.count("\ufffd") < text.count("\ufffd") else text
    return text


def _word_end(text: str, start: int, limit: int) -> tuple[int, int]:
    """Where the encoded text ends and where reading goes on. A word that was never closed ends at the next space."""
    end = text.find("?=", start, limit)
    if end >= 0:
        while (
            text.startswith("?=", end + 1) and end + 1 < limit
        ):  # "how are you??=": the first mark belongs to the text
            end += 1
        return end, end + 2
    space = text.find(" ", start, limit)
    end = space if space >= 0 else limit
    return (end - 1 if text[start:end].endswith("?") else end), end


def _word_bytes(text: str, encoding: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding == "q":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return base64_bytes(raw.translate(_URL_SAFE))[0]


def base64_bytes(raw: bytes) -> tuple[bytes, bool]:
    """Decode base64 however broken; also whether it was clean. What follows the padding counts only if it is base64 as well."""
    pad = raw.find(b"=")
    body = raw if pad < 0 else raw[:pad]
    tail = b"" if pad < 0 else raw[pad:].strip(b"=\r\n\t \x00")
    fine = not tail
    try:
        out = binascii.a2b_base64(raw if fine else body + b"==")
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", body)
        letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
        out, fine = binascii.a2b_base64(letters + b"=="), False
    if tail and not _NOT_BASE64.search(tail.translate(None, b"=\r\n\t ")):
        out = b"".join([out, *(_lenient(piece) for piece in tail.split(b"=") if piece)])
    return out, fine


def _lenient(piece: bytes) -> bytes:
    """One run of base64 letters whose padding is missing."""
    try:
        return binascii.a2b_base64(piece + b"==")
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", piece)
        return binascii.a2b_base64(letters[: len(letters) - 1] + b"==") if len(letters) % 4 == 1 else b""
