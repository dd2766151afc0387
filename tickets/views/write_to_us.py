"""Write to us: one address that a firm can publish. A form whose message is mail like any other, and links to the chats behind it.

It works without a script, and may stand in a frame on the websites that the mailbox names.
"""

import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tickets.actions.compose import domain_of
from tickets.channels import NoAccount, Rate, account_of, chats_of, client_of, count_and_wait, receive_files, sites_of
from tickets.inbox.accept import accept
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox
from tickets.models import Account, new_id
from tickets.models.text import storable
from tickets.templatetags.screens import size
from tickets.views import request_words
from tickets.views.request_words import language_for

SOURCE = "contact"
WORDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("write_words.json").read_text("utf-8"))
LONGEST_TEXT = 100_000
LONGEST_SUBJECT = 70
MOST_FROM_CLIENT = MOST_TO_ADDRESS = 10  # an hour
SUSPECT = "A field of the contact page that nobody sees was filled in, as machines do."
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_KEY = re.compile(r"[a-z0-9]{16,40}")


@csrf_exempt  # no cookie lets anybody do anything here
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page; what was written on it is stored before it is answered."""
    language = language_for(request.GET.get("language", ""), get_language_from_request(request))
    try:
        mailbox = account_of(settings.LAST_RESORT, public_id)
    except NoAccount:
        return _off(language)
    if mailbox.config.get("contact_page") != "yes":
        return _off(language)
    if request.method != "POST":
        return _page(mailbox, language, key=new_id(26))
    files, refused = receive_files(request)
    typed = {name: storable(request.POST.get(name, "")).strip() for name in ("name", "email", "text", "website", "key")}
    if fault := _fault(request, mailbox, language, typed, files, refused):
        return _page(mailbox, language, status=422, fault=fault, **typed)
    try:
        accept(mailbox, **_arrival(mailbox, language, typed, files))
    except (OSError, DatabaseError):
        return _page(mailbox, language, status=503, fault=request_words.say(language, "failed"), **typed)
    return _page(mailbox, language, sent=_said(language, "sent", address=typed["email"]))


def _fault(
    request: HttpRequest, mailbox: Account, language: str, typed: dict[str, str], files: list[File], refused: list[str]
) -> str:
    """Why a message is not taken, in words; "" when it is."""
    if refused:
        return request_words.say(language, "too_large", name=refused[0], size=size(settings.REQUEST_MAX_BYTES))
    if not _ADDRESS.fullmatch(typed["email"]):
        return _said(language, "fault_email")
    if len(typed["text"]) > LONGEST_TEXT:
        return request_words.say(language, "too_long", count=LONGEST_TEXT)
    if not typed["text"] and not files:
        return request_words.say(language, "empty")
    wait = count_and_wait(
        [
            Rate(f"contact:{mailbox.public_id}:{client_of(request)}", MOST_FROM_CLIENT, 3600),
            Rate(
                f"contact:to:{typed['email'].lower()}", MOST_TO_ADDRESS, 3600
            ),  # our acknowledgements fill nobody's mailbox
        ]
    )
    return _said(language, "too_many", minutes=-(-wait // 60)) if wait else ""


def _arrival(mailbox: Account, language: str, typed: dict[str, str], files: list[File]) -> dict[str, Any]:
    """What `accept` takes: a mail from the address that was typed. The same form sent twice is the same mail."""
    key = typed["key"] if _KEY.fullmatch(typed["key"]) else new_id(26)
    first = next(
        (line.strip() for line in typed["text"].split("\n") if line.strip()), files[0].filename if files else ""
    )
    raw = build(
        from_=Mailbox(typed["name"][:200], typed["email"]),
        to=[Mailbox(mailbox.name, mailbox.address)],
        subject=first if len(first) <= LONGEST_SUBJECT else first[:LONGEST_SUBJECT].rsplit(" ", 1)[0] + "…",
        text=typed["text"],
        message_id=f"{key}.contact@{domain_of(mailbox)}",
        date=timezone.now(),
        files=files,
        headers={"Content-Language": language},
    )
    envelope = {"from": typed["email"], "to": [mailbox.address]}
    if typed["website"]:
        envelope["suspect"] = SUSPECT
    return {"raw": raw, "source": SOURCE, "key": f"{SOURCE}/{key}", "envelope": envelope}


def _said(language: str, sentence: str, **values: object) -> str:
    return WORDS[language][sentence].format(**values)


def _page(mailbox: Account, language: str, status: int = 200, **shown: Any) -> HttpResponse:
    """The page without the request in its context: nothing on it may set a cookie."""
    context = {
        "mailbox": mailbox,
        "language": language,
        "words": request_words.words_in(language, size=size(settings.REQUEST_MAX_BYTES)) | WORDS[language],
        "chats": [{"label": cls.label, "icon": cls.icon, "link": link} for cls, link in chats_of(mailbox)],
        "longest": LONGEST_TEXT,
        **shown,
    }
    response = HttpResponse(render_to_string("tickets/write-to-us/page.html", context), status=status)
    ancestors = {"frame-ancestors": ["'self'", *sites_of(mailbox)]}
    setattr(response, "_csp_replace", ancestors)  # noqa: B010 - what the decorators of csp set, for one account
    response.xframe_options_exempt = True  # it knows no list of sites; frame-ancestors does
    response["Cache-Control"] = "no-store"
    return response


def _off(language: str) -> HttpResponse:
    context = {"language": language, "words": WORDS[language]}
    return HttpResponse(render_to_string("tickets/write-to-us/off.html", context), status=404)
