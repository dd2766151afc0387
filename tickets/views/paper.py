"""The HTML of a mail on its own paper: a page for a sandboxed frame, with a CSP of its own that lets nothing out."""

import re
from urllib.parse import quote

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tickets.mime.html import display
from tickets.models import Message
from tickets.views.access import message_of, signed_in
from tickets.views.remote_image import SALT

# Inline styles are the mail's own; no script, no frame, no form, no connection, and pictures through us alone.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
QUOTES = (
    "div.gmail_quote, blockquote.gmail_quote, blockquote[type=cite], div.yahoo_quoted, div.protonmail_quote, "
    "#divRplyFwdMsg, #appendonsend, blockquote.tutanota_quote, div.moz-cite-prefix"
)
_REMOTE = re.compile(r'<img\b[^<>]*?\ssrc="(https?://[^"]{1,2000})"', re.I)
_COLOURED = re.compile(r"<img|<table|bgcolor|background|color\s*[:=]", re.I)
_EMPTY_LINES = re.compile(r"(?:<br\s*/?>|&nbsp;|\s|<(div|p)>(?:<br\s*/?>|&nbsp;|\s)*</\1>)+FOLD-6f1c9b")
MOST_REMOTE = 200


@signed_in
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The mail's HTML; with ?images=1 its pictures from elsewhere are fetched through this server."""
    message = message_of(request, public_id)
    remote = remote_urls(message) if request.GET.get("images") else None
    html, blocked = display(message.html, own_pictures(message), remote)
    context = {
        "html": folded(html),
        "blocked": blocked,
        "is_plain": not _COLOURED.search(message.html),
        "message": message,
    }
    response = HttpResponse(render_to_string("tickets/message/paper.html", context, request))
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def own_pictures(message: Message) -> dict[str, str]:
    """The pictures that came with the mail, by content id."""
    files = message.attachments.exclude(content_id="")
    return {
        file.content_id.strip("<>"): reverse("tickets:message-picture", args=[message.public_id, file.part])
        for file in files
    }


def remote_urls(message: Message) -> dict[str, str]:
    """The pictures from elsewhere, each with the signed address of ours that fetches it for this message."""
    found = {}
    for escaped in _REMOTE.findall(message.html)[:MOST_REMOTE]:
        url = escaped.replace("&amp;", "&")
        token = signing.dumps([message.public_id, url], salt=SALT, compress=True)
        found[url] = f"{reverse('tickets:image-remote')}?of={quote(token)}"
    return found


def folded(html: str) -> str:
    """The HTML with the first block of quoted history, and all that belongs to it, behind a "•••"."""
    tree = LexborHTMLParser(f"<div id='all'>{html}</div>")
    body = tree.body
    quote_block = body.css_first(QUOTES) if body else None
    if quote_block is None or not has_words_before(body, quote_block):
        return html
    inside = quote_block.html or ""
    if quote_block.id in ("divRplyFwdMsg", "appendonsend") or "moz-cite-prefix" in (
        quote_block.attributes.get("class") or ""
    ):
        following = quote_block.next
        while following is not None:
            after = following.next
            inside += following.html or ""
            following.decompose()
            following = after
    marker = "FOLD-6f1c9b"
    quote_block.replace_with(marker)
    whole = tree.css_first("#all")
    rest = (whole.inner_html if whole else html) or ""
    rest = _EMPTY_LINES.sub(marker, rest)
    return rest.replace(marker, f"<details class='folded'><summary class='dots'>•••</summary>{inside}</details>", 1)


def has_words_before(body: LexborNode | None, block: LexborNode) -> bool:
    """Whether the writer said something of their own outside the quoted block."""
    said = len((body.text() if body else "").split())
    return said > len(block.text().split())
