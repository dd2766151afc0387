"""The phone's page: what the customer's Viber shows, and what they do there."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from bridges.payload import Object, words
from bridges.phone import Phone, only_in_a_demo, shown

FORMS = {  # in which the vendor closes a bot
    "blocked": gettext_noop("the bot is blocked"),
    "suspended": gettext_noop("the bot is suspended"),
    "unpaid": gettext_noop("the bot is not paid"),
    "token": gettext_noop("the token is not known any more"),
    "gone": gettext_noop("the bot is deleted"),
    "unauthorised": gettext_noop("the bot may not use the API"),
}
STARTS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message."""

    token: int
    is_mine: bool
    at: datetime
    text: str
    is_picture: bool
    file: str
    is_read: bool


def bubble(message: Object) -> Bubble:
    """Return what the phone shows of a message."""
    has_file = bool(words(message, "media")) and words(message, "type") != "url"
    return Bubble(
        token=int(message["token"]),
        is_mine=bool(message["mine"]),
        at=datetime.fromtimestamp(float(message["at"]), UTC),
        text=words(message, "text"),
        is_picture=words(message, "type") == "picture",
        file=(words(message, "file_name") or words(message, "type")) if has_file else "",
        is_read=bool(message.get("seen")),
    )


def bubbles(chat: dict[str, Any], me: Any) -> list[Bubble]:
    """Return a chat as it is shown, oldest first."""
    return [bubble(one) for one in chat["messages"]]


PHONE = Phone("viber", bubbles, frozenset({"close", "open", "leave", "open-chat"}), {"forms": FORMS.items()})


@only_in_a_demo
@require_GET
def file(request: HttpRequest, message: int) -> HttpResponse:
    """A file of the chat: one that the bot sent is fetched from its signed address, as Viber does it."""
    content = base64.b64decode(PHONE.ask("media", message=message)["content"])
    return shown(next((kind for start, kind in STARTS.items() if content.startswith(start)), ""), content)
