"""Encoded words of header fields (RFC 2047), in the right form and in the broken ones that real programs write."""

import binascii
import re

from tickets.mime.charsets import clean, decode

_WORD = re.compile(r"=\?([\w.:+()-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?")
_BREAKS = re.compile(r"[\r\n\t\x00-\x1f\x7f]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_NON_ASCII_MARKS = re.compile(rb"[\x80-\xff]")


def header_text(raw: bytes) -> str:
    """The characters of a raw field value on one line, 8-bit bytes guessed, encoded words left alone."""
    text = raw.decode("ascii") if raw.isascii() else decode(raw)
    return _BREAKS.sub(" ", _unfold(text)).strip()


def _unfold(text: str) -> str:
    return text.replace("\r", "").replace("\n\t", " ").replace("\n", "") if "\n" in text else text


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded; neighbours of one charset are joined before decoding, as they may split a character."""
    if "=?" not in text:
        return clean(text)
    heads = list(_WORD.finditer(text))
    out: list[str] = []
    pending: list[bytes] = []
    charset, at = "", 0
    for number, head in enumerate(heads):
        if head.start() < at:
            continue
        limit = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        end, following = _word_end(text, head.end(), limit)
        between = text[at : head.start()]
        if between.strip() or not pending:
            out.append(decode(b"".join(pending), charset) + (between if at or not between.isspace() else ""))
            pending = []
        elif pending and head[1].lower() != charset:
            out.append(decode(b"".join(pending), charset))
            pending = []
        charset = head[1].lower()
        pending.append(_word_bytes(text[head.end() : end], head[2]))
        at = following
    out.append(decode(b"".join(pending), charset) + text[at:])
    return clean(_BREAKS.sub(" ", "".join(out)).strip())


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
    return end, end


def _word_bytes(text: str, encoding: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return base64_bytes(raw)[0]


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
