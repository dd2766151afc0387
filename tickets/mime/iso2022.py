"""Japanese in seven bits (RFC 1468), with the characters of NEC and IBM that the standard codecs do not know but programs send."""

import re

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([DOPQ@B]|\([BJIH]|\.[A-F]|\$A|\$\(C)|\n")


def iso2022_jp(raw: bytes) -> str:
    """The text of ISO-2022-JP in all its variants. What is no character of it becomes U+FFFD."""
    try:
        return raw.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        pass
    out, at, mode = [], 0, b"(B"
    for match in _ESCAPE.finditer(raw):
        out.append(_piece(raw[at : match.start()], mode))
        if match[1] is None:  # a line always begins in ASCII
            out.append("\n")
        mode, at = match[1] or b"(B", match.end()
    out.append(_piece(raw[at:], mode))
    return "".join(out)


def _piece(raw: bytes, mode: bytes) -> str:
    if mode in (b"$@", b"$B", b"$(@", b"$(B"):
        return _shifted(raw).decode("cp932", "replace")
    if mode == b"(I":
        return bytes(byte | 0x80 for byte in raw).decode("cp932", "replace")
    if mode == b"$A":
        return bytes(byte | 0x80 for byte in raw).decode("gb2312", "replace")
    if mode == b"$(C":
        return bytes(byte | 0x80 for byte in raw).decode("euc_kr", "replace")
    if mode == b"$(D":
        return b"".join(
            b"\x8f" + bytes((a | 0x80, b | 0x80)) for a, b in zip(raw[::2], raw[1::2], strict=False)
        ).decode("euc_jp", "replace")
    return raw.decode("cp932", "replace")


def _shifted(raw: bytes) -> bytes:
    """JIS row and cell as Shift-JIS, whose Windows form has the rows that JIS left empty."""
    out = bytearray()
    for row, cell in zip(raw[::2], raw[1::2], strict=False):
        row, cell = row & 0x7F, cell & 0x7F
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            out += b"\x81\xac"  # the mark for a missing character
            continue
        lead = ((row - 0x21) >> 1) + 0x81
        out.append(lead if lead <= 0x9F else lead + 0x40)
        out.append(cell + 0x7E if row % 2 == 0 else cell + 0x1F + (cell >= 0x60))
    return bytes(out)
