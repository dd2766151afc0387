"""Links to "your request" hand out a conversation: wherever a mail with one is kept or shown to others, the token goes."""

import re

PATH = "/request/"
MASK = "left-out"  # a link with this opens a page that says what to do
_SOFT = r"(?:=\r?\n)?"  # where quoted-printable may have cut a line
_SLASH = r"(?:/|%(?:25)*2F)"  # also as it stands within the address of a service that checks links
_LINK = re.compile(rf"({_SLASH}request{_SLASH})[a-z0-9]{{2,40}}-[a-z2-7]{{16}}(?![a-z0-9-])", re.I)
_CUT = re.compile(
    (
        _SOFT.join(PATH) + _SOFT + rf"(?:[A-Za-z0-9]{_SOFT}){{2,40}}-{_SOFT}(?:[A-Za-z2-7]{_SOFT}){{15}}[A-Za-z2-7]"
    ).encode()
)


def masked(text: str) -> str:
    """Return `text` with the token of each link taken out."""
    return _LINK.sub(rf"\1{MASK}", text) if "request" in text else text


def masked_mail(raw: bytes) -> bytes:
    """Return a mail of ours with the token of each link taken out, wherever its encoding has cut the line."""
    return _CUT.sub((PATH + MASK).encode(), raw)
