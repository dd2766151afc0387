"""Files written into a text as uuencoded blocks, as mail programs did before MIME."""

import binascii
import re
from collections.abc import Iterator

_UU_BEGIN = re.compile(rb"(?m)^begin[ \t]+[0-7]{3,4}[ \t]+([^\r\n]{1,255})\r?\n")
_BLOCK = re.compile(
    r"(?m)^begin[ \t]+[0-7]{3,4}[ \t]+\S[^\n]{0,250}\n((?:[!-`][^\n]{0,100}\n){0,500000}?)(?:`?\n?end[ \t]*(?:\n|\Z)|\s*\Z)"
)


def blocks(text: str) -> Iterator[tuple[int, int, str, bytes]]:
    """Start, end, name and content of each block in `text`. One that is never ended counts if all its lines are of the right length."""
    for match in _BLOCK.finditer(text):
        ended = match[0].rstrip().endswith("end")
        if ended or (match[1] and all(_is_line(line) for line in match[1].splitlines())):
            yield match.start(), match.end(), *uudecoded(match[0].encode("ascii", "replace"))


def _is_line(line: str) -> bool:
    length = (ord(line[0]) - 32) & 63
    return -3 <= len(line) - 1 - (length + 2) // 3 * 4 <= 1  # blanks at the end get lost, a check character may follow


def uudecoded(body: bytes) -> tuple[str, bytes]:
    """Name and content of a uuencoded block (with or without its begin line); broken lines are decoded as far as they go."""
    begin = _UU_BEGIN.search(body)
    name = begin[1].decode("utf-8", "replace").strip() if begin else ""
    out = []
    for line in body[begin.end() if begin else 0 :].splitlines():
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                break
    return name, b"".join(out)
