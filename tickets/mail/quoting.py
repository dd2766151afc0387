"""The quoted history below a reply: the message it answers, as mail programs do it."""

import html
import re

from django.utils import translation
from django.utils.translation import gettext as _

from tickets.mime.html import from_text
from tickets.models import Account, Direction, Message
from tickets.texts import own
from tickets.texts.moments import written

LONGEST_TEXT = 100_000
LONGEST_HTML = 300_000
_PICTURE = re.compile(r"""<img\b[^>]*\bsrc\s*=\s*["']?cid:[^>]*>""", re.I)
_STYLE = "margin:0 0 0 0.8ex;border-left:2px solid #ccc;padding-left:1ex"


def answered(message: Message, in_reply_to: str | None) -> Message | None:
    """Return the public message that `message` answers: the one whose id it names, else the last one before it."""
    if not in_reply_to or message.automatic or message.entry.fields.get("forwards"):
        return None  # a forwarding agent's words hold what they forward already
    before = Message.objects.filter(ticket=message.ticket_id, direction__in=(Direction.IN, Direction.OUT))
    if message.pk:
        before = before.filter(pk__lt=message.pk)
    named = before.filter(message_id=in_reply_to).order_by("pk").first()
    return named or before.order_by("pk").last()


def quoted_text(message: Message, account: Account, language: str) -> str:
    """Return `message` below its line "On …, … wrote:", every line behind "> "."""
    lines = message.text[:LONGEST_TEXT].rstrip().split("\n")
    return "\n".join([heading(message, account, language), *("> " + line if line else ">" for line in lines)])


def quoted_html(message: Message, account: Account, language: str) -> str:
    """Return `message` as a blockquote below the same line. Its own pictures do not travel again."""
    body = (
        message.html if message.html and len(message.html) <= LONGEST_HTML else from_text(message.text[:LONGEST_TEXT])
    )
    with translation.override(language):
        body = _PICTURE.sub(html.escape(f"[{_('picture')}]"), body)
    head = html.escape(heading(message, account, language))
    return f'<div>{head}</div>\n<blockquote type="cite" style="{_STYLE}">{body}</blockquote>'


def heading(message: Message, account: Account, language: str) -> str:
    """Return "On 3 March 2025 at 10:00, Zoe Lee wrote:" in the customer's language and the account's time zone."""
    at = (message.date or message.at).astimezone(account.opening_hours.zone)
    writer = message.from_name or message.from_address
    return own.words(account, "quoted", language, {"when": written(at, language), "writer": writer})
