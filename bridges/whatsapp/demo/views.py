"""The phone's page: what the customer's WhatsApp shows, and what they do there."""

import base64

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from bridges.phone import Phone, only_in_a_demo, shown
from bridges.whatsapp.demo.shown import bubbles

EMOJI = ("👍", "❤️", "😂", "😮", "😢", "🙏")
FORMS = {  # in which the vendor closes an account
    "banned": gettext_noop("the number is banned"),
    "restricted": gettext_noop("the account is restricted: not even answers"),
    "disabled": gettext_noop("the business is disabled"),
    "unpaid": gettext_noop("the business is not paid"),
    "expired": gettext_noop("the token has run out"),
    "deleted": gettext_noop("the number is deleted"),
}
PHONE = Phone(
    "whatsapp",
    lambda chat, me: bubbles(chat["messages"]),
    frozenset({"close", "open", "block", "react", "revoke"}),
    {"emoji": EMOJI, "forms": FORMS.items()},
)


@only_in_a_demo
@require_GET
def file(request: HttpRequest, media: str) -> HttpResponse:
    """A file of the chat."""
    found = PHONE.ask("media", media=media)
    return shown(found["type"], base64.b64decode(found["content"]))
