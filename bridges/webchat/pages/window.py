"""The chat's window: in a frame on a website, or as a page of its own; the script that puts it there; the code for a shop's door."""

import io
import json
from datetime import datetime
from typing import Any

import qrcode
import qrcode.image.svg
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bridges.webchat import told
from bridges.webchat.channel import settings_of
from bridges.webchat.pages.door import chat_of, language_of
from bridges.webchat.words import WORDS, say
from tickets.channels import Account, is_open, next_opening, sites_of

# Pictures that a visitor was sent are fetched with their pass and shown from memory. Nothing is loaded from anywhere else.
POLICY = {"img-src": ["'self'", "data:", "blob:"]}


@require_safe
def alone(request: HttpRequest, public_id: str) -> HttpResponse:
    """The chat as a page of its own, for a shop's door or a link in a mail; nobody may put it into a frame."""
    return _window(request, chat_of(public_id), [], is_alone=True)


@require_safe
def frame(request: HttpRequest, public_id: str) -> HttpResponse:
    """The chat in a frame, on the websites that the account names and nowhere else."""
    account = chat_of(public_id)
    return _window(request, account, sites_of(account), is_alone=False)


def _window(request: HttpRequest, account: Account, sites: list[str], *, is_alone: bool) -> HttpResponse:
    language = language_of(request, account)
    context = {
        "account": account,
        "language": language,
        "words": WORDS[language],
        "is_alone": is_alone,
        **settings_of(account),
        "hours": hours(account, language),
        "page": _page(account, language, sites, is_alone=is_alone),
    }
    response = HttpResponse(render_to_string("webchat/window.html", context))  # no request in it: it sets no cookie
    policy = POLICY | {"frame-ancestors": sites or ["'none'"]}
    setattr(response, "_csp_replace", policy)  # noqa: B010 - what the decorators of csp set, for one account
    response.xframe_options_exempt = True  # it knows no list of sites; frame-ancestors does
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _page(account: Account, language: str, sites: list[str], *, is_alone: bool) -> dict[str, Any]:
    """What the window's script is told."""
    return {
        "base": reverse("webchat:alone", args=[account.public_id]),
        "chat": account.public_id,
        "alone": is_alone,
        "sites": sites,
        "language": language,
        "words": WORDS[language],
        "longest": told.LONGEST_TEXT,
        "largest": settings.REQUEST_MAX_BYTES,
        "asks_mail": settings_of(account)["asks_mail"],
        "colour": settings_of(account)["colour"],
    }


def hours(account: Account, language: str, at: datetime | None = None) -> str:
    """Say whether somebody is there, or from when on, in the visitor's language and the account's time."""
    now, open_hours = at or timezone.now(), account.opening_hours
    if is_open(open_hours, now):
        return say(language, "here") if open_hours.week else ""
    opens = next_opening(open_hours, now)
    if opens is None:
        return say(language, "away_long")
    with translation.override(language):
        local = opens.astimezone(open_hours.zone)
        day = "H:i" if local.date() == now.astimezone(open_hours.zone).date() else "l, H:i"
        return say(language, "away", when=date_format(local, day))


@require_safe
@cache_control(public=True, max_age=300)
def widget(request: HttpRequest, public_id: str) -> HttpResponse:
    """The script of the line that a website takes in: a button, and the frame that it opens."""
    account = chat_of(public_id)
    chosen = settings_of(account)
    told_ = {
        "origin": settings.SITE_URL,
        "frame": f"{settings.SITE_URL}{reverse('webchat:frame', args=[account.public_id])}",
        "chat": account.public_id,
        "colour": chosen["colour"],
        "title": chosen["title"],
        "open": {language: words["open"] for language, words in WORDS.items()},
        "close": {language: words["close"] for language, words in WORDS.items()},
    }
    script = render_to_string("webchat/widget.js", {"told": _safe_json(told_)})
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _safe_json(value: object) -> str:
    """JSON that also stands in a script: nothing in it ends one."""
    return json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@require_safe
@cache_control(public=True, max_age=3600)
def code(request: HttpRequest, public_id: str) -> HttpResponse:
    """The address of the chat's own page as a QR code, for a poster or a shop's door."""
    account = chat_of(public_id)
    address = f"{settings.SITE_URL}{reverse('webchat:alone', args=[account.public_id])}"
    drawn = io.BytesIO()
    qrcode.make(address, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=12, border=4).save(drawn)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
