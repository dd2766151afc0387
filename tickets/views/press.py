"""Pages with one button, behind a signed link in a mail: no account, no script, no cookie. GET changes nothing: scanners click.

One press more, or one after it was done, says that it is done. What a page says is in press_words.json, in seven languages.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tickets.actions.invite import undo_link
from tickets.actions.join import JOINED
from tickets.actions.objection import object_to
from tickets.models import Account, Against, Contact, ContactEvent, Delivery
from tickets.models.press_links import NO_MAIL, NOT_ME, UNLINK, read_token
from tickets.texts.languages import DEFAULT, spoken
from tickets.views.request import private

WORDS = json.loads(Path(__file__).with_name("press_words.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Matter:
    """What a link is about: the firm, an address, a language, and what a press does."""

    mailbox: Account
    address: str
    language: str
    press: Callable[[], object]


def _of_delivery(public_id: str, against: Against) -> Matter | None:
    rows = Delivery.objects.select_related("account", "message__entry")
    delivery = rows.filter(public_id=public_id).first()
    if delivery is None or not delivery.recipient:
        return None
    mailbox, address = delivery.account, delivery.recipient.lower()
    language = delivery.message.entry.fields.get("language", "")
    return Matter(mailbox, address, language, lambda: object_to(address, against, mailbox))


def _of_join(public_id: str) -> Matter | None:
    """The mail that told of a chat that was linked: it undoes that link, and none that was made later on."""
    rows = Delivery.objects.select_related("account", "message__entry")
    delivery = rows.filter(public_id=public_id).first()
    told = delivery.message.entry if delivery else None
    joined = Contact.objects.filter(public_id=told.fields.get("undoes") or "").first() if told else None
    if delivery is None or told is None or joined is None or not delivery.recipient:
        return None
    if ContactEvent.objects.filter(contact=joined, kind=JOINED, entry__gt=told.pk).exists():
        return None
    language = told.fields.get("language", "")
    return Matter(delivery.account, delivery.recipient, language, lambda: undo_link(joined, delivery.recipient))


MATTERS: dict[str, Callable[[str], Matter | None]] = {
    NO_MAIL: lambda named: _of_delivery(named, Against.DETOURS),
    UNLINK: lambda named: _of_join(named),
    NOT_ME: lambda named: _of_delivery(named, Against.CONFIRMATIONS),
}


@csrf_exempt  # no cookie lets anybody in here: the link does; and mail programs press by themselves (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def show(request: HttpRequest, page: str, token: str) -> HttpResponse:
    """What the button does; after a press, that it was done. A link that is none of ours says so."""
    named = read_token(page, token)
    matter = MATTERS[page](named) if named else None
    if matter is None:
        language = _language(request, "")
        return render(
            request, "tickets/press/page.html", {"language": language, "gone": WORDS[language]["gone"]}, status=404
        )
    is_done = request.method == "POST"
    if is_done:
        matter.press()
    return render(request, "tickets/press/page.html", _context(request, page, matter, is_done))


def _context(request: HttpRequest, page: str, matter: Matter, is_done: bool) -> dict[str, object]:
    language = _language(request, matter.language)
    values = {"address": matter.address, "firm": matter.mailbox.name}
    words = {name: text.format(**values) for name, text in WORDS[language][page].items()}
    return {"language": language, "words": words, "is_done": is_done, "firm": matter.mailbox.name}


def _language(request: HttpRequest, decided: str) -> str:
    wanted = [decided, *(part.split(";")[0] for part in request.headers.get("Accept-Language", "").split(","))]
    return next(filter(None, map(spoken, wanted)), DEFAULT)
