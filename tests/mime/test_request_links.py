"""Tokens of links are taken out of texts and mails, wherever the encoding has cut the line; other addresses stay."""

from binascii import b2a_qp
from urllib.parse import quote

import pytest

from tickets.mime import identifiers
from tickets.mime.request_links import masked, masked_mail

TOKEN = identifiers.request_token(b"key", "a", "vce4tokbgjo3tht2")
LINK = f"https://help.example.org/request/{TOKEN}/"


@pytest.mark.parametrize("before", range(80))
def test_a_token_is_taken_out_of_quoted_printable_wherever_its_line_is_cut(before: int) -> None:
    raw = b2a_qp(("ü" + "x" * before + LINK + " and more\r\n").encode(), istext=True)
    found = masked_mail(raw).replace(b"=\r\n", b"").replace(b"=\n", b"")
    assert TOKEN.encode() not in found
    assert b"/request/left-out/ and more" in found


CHECKED = f"https://links.example/?url={quote(LINK, safe='')}&amp;data=x"  # as a service that checks links rewrites it


@pytest.mark.parametrize(
    "text",
    [
        f"See {LINK}.",
        f'<a href="{LINK}">{LINK}</a>',
        f"> {LINK[:-1]}\n> so",
        f'<a href="{CHECKED}">here</a>',
        f"https://links.example/?url={quote(quote(LINK, safe=''))}",
    ],
)
def test_a_token_is_taken_out_of_a_text(text: str) -> None:
    assert TOKEN not in masked(text).lower()


@pytest.mark.parametrize(
    "text",
    ["https://other.example/request/42/", "/request/", "/request/help-me", f"/requests/{TOKEN}", f"/request/{TOKEN}zz"],
)
def test_what_is_no_link_of_ours_stays(text: str) -> None:
    assert masked(text) == text
