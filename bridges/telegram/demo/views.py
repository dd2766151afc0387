"""The phone's page: what the customer's Telegram shows, and what they do there."""

from urllib.error import HTTPError
from urllib.request import urlopen

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from bridges.phone import SECONDS, Phone, only_in_a_demo, shown
from bridges.telegram.demo.shown import bubbles
from bridges.telegram.images import pixels

EMOJI = ("👍", "❤", "😁", "🎉", "😢", "🙏")
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
PHONE = Phone(
    "telegram",
    lambda chat, me: bubbles(chat["messages"], str(me)),
    frozenset({"close", "open", "react", "block"}),
    {"emoji": EMOJI},
)


@only_in_a_demo
@require_GET
def file(request: HttpRequest, file_id: str) -> HttpResponse:
    """A file of the chat."""
    account = PHONE.account
    url = f"{account.config['api_url']}/file/bot{account.secrets['token']}/{file_id}"
    try:
        with urlopen(url, timeout=SECONDS) as answer:  # noqa: S310
            content = answer.read()
    except HTTPError as error:
        raise Http404 from error
    return shown(_picture(content), content)


def _picture(content: bytes) -> str:
    if not pixels(content):
        return ""
    return next(kind for start, kind in KINDS.items() if content.startswith(start))
