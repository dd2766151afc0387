"""What is said: a visitor's pass, what they write, what they see of the conversation, and that they have seen it."""

import re
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from bridges.payload import load, words
from bridges.webchat import passes, told
from bridges.webchat.channel import settings_of
from bridges.webchat.pages.door import chat_of, for_visitors, kept_by_nobody, language_of, refused
from bridges.webchat.pages.shown import shown
from bridges.webchat.passes import NoPass, Pass
from bridges.webchat.words import say
from tickets.channels import Account, Rate, client_of, count_and_wait, file_in, kept_with, proven_way, receive_files
from tickets.channels import lines as lines_of
from tickets.inbox.accept import accept
from tickets.mime.build import File
from tickets.mime.file_names import safe_name

SOURCE = "webchat"
MOST_LINES = 50
MOST_RECEIPTS = 100
LONGEST_BODY = 20_000  # bytes of a request that is no message
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
SUSPECT = "A field of the chat that nobody sees was filled in, as machines do."


def limits_of(request: HttpRequest, account: Account, given: Pass) -> tuple[list[Rate], list[Rate]]:
    """How much is taken: of one visitor and of all of this chat; and of new ones from one network."""
    here = f"webchat:{account.public_id}"
    said = [
        Rate(f"{here}:{given.visitor}", 20, 60),
        Rate(f"{here}:{given.visitor}:day", 500, 86_400),
        Rate(here, 6000, 60),
    ]
    is_new = not kept_with(account, given.visitor)
    begun = [Rate(f"{here}:from:{client_of(request)}", 20, 3600), Rate(f"{here}:new", 600, 60)] if is_new else []
    return said, begun


@csrf_exempt
@require_POST
def begin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a pass: to a stranger, or for the JWT with which the website says who somebody is. Nothing is stored."""
    account = chat_of(public_id)
    token = words(load(request.read(LONGEST_BODY))[0], "jwt")
    if not account.secrets.get("key"):
        return refused("This chat is not set up yet.", 503)
    if not token and settings_of(account)["only_known"]:
        return refused(say(language_of(request, account), "only_known"), 403)
    try:
        person = passes.known(account, token) if token else None
    except NoPass as error:
        return refused(str(error), 403)
    given = passes.for_known(account, person) if person else passes.stranger()
    answer = {"pass": passes.written(account, given), "name": "", "email": ""}
    if person:
        answer |= {"name": person.name, "email": person.email}
    return kept_by_nobody(JsonResponse(answer))


@require_POST
@for_visitors
def say_line(request: HttpRequest, account: Account, given: Pass) -> HttpResponse:
    """Take what a visitor wrote: answered once it is stored. The same id again is the same message."""
    language = language_of(request, account)
    files, too_large = receive_files(request)
    text, client_id = request.POST.get("text", "").strip(), request.POST.get("id", "")
    if fault := _fault(language, text, client_id, files, too_large):
        return refused(fault, 422)
    if held := _held_up(request, account, given, language):
        return held
    more = {name: request.POST.get(name, "")[:500] for name in ("name", "page", "language")}
    more["suspect"] = SUSPECT if request.POST.get("website") else ""
    raw = told.message(given, client_id, timezone.now(), text, files, **more)
    try:
        accept(account, raw, source=SOURCE, key=f"{given.visitor}/{client_id}")
    except (OSError, DatabaseError):
        return refused(say(language, "failed"), 503, 5)
    return JsonResponse({"stored": True})


def _fault(language: str, text: str, client_id: str, files: list[File], too_large: list[str]) -> str:
    """Why a message is not taken, in words; "" when it is."""
    if not _ID.fullmatch(client_id):
        return "A message needs an id of its own: 8 to 64 letters, digits and hyphens."
    if too_large:
        return say(language, "too_large", name=too_large[0], size=filesizeformat(settings.REQUEST_MAX_BYTES))
    if len(text) > told.LONGEST_TEXT:
        return say(language, "too_long", count=told.LONGEST_TEXT)
    return "" if text or files else say(language, "empty")


def _held_up(request: HttpRequest, account: Account, given: Pass, language: str) -> HttpResponse | None:
    """Who sends too much waits, and is told for how long; their page keeps what they wrote."""
    said, begun = limits_of(request, account, given)
    if wait := count_and_wait(begun):
        return refused(say(language, "too_many_chats", seconds=wait), 429, wait)
    if wait := count_and_wait(said):
        return refused(say(language, "too_many", seconds=wait), 429, wait)
    return None


@require_GET
@for_visitors
def lines(request: HttpRequest, account: Account, given: Pass) -> HttpResponse:
    """The newest lines of a visitor's conversation, or those before one; and where answers reach them besides."""
    found = lines_of(account, given.visitor, MOST_LINES + 1, request.GET.get("before", "")[:64])
    mail = proven_way(account, given.visitor)
    answer = {
        "lines": [shown(account, given.visitor, one) for one in found[-MOST_LINES:]],
        "more": len(found) > MOST_LINES,
        "mail": masked(mail),
    }
    return JsonResponse(answer)


def masked(address: str) -> str:
    """Return an address so that its owner knows it and nobody else does: the chat may be open on a shared screen."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…{at}{domain}" if address else ""


@require_POST
@for_visitors
def receipts(request: HttpRequest, account: Account, given: Pass) -> HttpResponse:
    """What of ours was delivered to a visitor's page, or read there."""
    asked = load(request.read(LONGEST_BODY))[0]
    now = timezone.now()
    for status in ("delivered", "read"):
        named = _named(asked.get(status))
        if named:
            accept(
                account,
                told.receipts(given, now, status, named),
                source=SOURCE,
                key=f"{status}/{'-'.join(named)[:200]}",
            )
    return HttpResponse(status=204)


def _named(listed: Any) -> list[str]:
    ids = listed if isinstance(listed, list) else []
    return sorted({str(one) for one in ids[:MOST_RECEIPTS] if _ID.fullmatch(str(one))})


@require_POST
@for_visitors
def end(request: HttpRequest, account: Account, given: Pass) -> HttpResponse:
    """End a chat: the pass, and all before it, count no more. Who wrote nothing has nothing to end."""
    if kept_with(account, given.visitor):
        accept(account, told.ended(given, timezone.now()), source=SOURCE, key=f"ended/{given.visitor}/{given.number}")
    return HttpResponse(status=204)


@require_POST
@for_visitors
def transcript(request: HttpRequest, account: Account, given: Pass) -> HttpResponse:
    """Ask for the conversation by mail. It goes to nobody but the address that is proven to be theirs."""
    language = language_of(request, account)
    if not proven_way(account, given.visitor):
        return refused(say(language, "mail_first"), 409)
    now = timezone.now()
    accept(account, told.transcript(given, now), source=SOURCE, key=f"transcript/{given.visitor}/{now:%Y-%m-%dT%H}")
    return HttpResponse(status=204)


@require_GET
@for_visitors
def file(request: HttpRequest, account: Account, given: Pass, message: str, part: int) -> HttpResponse:
    """A file of a line that this visitor sees, as a download under a name of our making."""
    found = file_in(account, given.visitor, message, part)
    if found is None:
        return refused(say(language_of(request, account), "file_gone"), 404)
    one, content = found
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{safe_name(one.filename, f"file-{one.part}")}"'
    return response
