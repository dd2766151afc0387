"""The phone's page: what the customer's Telegram shows, and what they do there."""

import base64
import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bridges.telegram.demo.shown import bubbles
from bridges.telegram.images import pixels
from tickets.channels import Account

EMOJI = ("👍", "❤", "😁", "🎉", "😢", "🙏")
LARGEST = 20 << 20
SECONDS = 5
View = Callable[..., HttpResponse]


def only_in_a_demo(view: View) -> View:
    """Answer 404 anywhere else, and while the shop has no bot."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def bot() -> Account:
    """The shop's bot. Raises Http404."""
    account = Account.objects.filter(channel="telegram", removed_at=None).order_by("pk").first()
    if account is None:
        raise Http404
    return account


def ask(act: str, **given: Any) -> Any:
    """Let the vendor's stand-in do something. Raises OSError when it is not there, Http404 for what makes no sense."""
    url = f"{bot().config['api_url']}/phone/"
    body = json.dumps({"do": act, **given}).encode()
    try:
        with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        raise Http404 from error


def page_of(who: str) -> dict[str, Any]:
    """What the page shows of one customer's chat."""
    people = ask("people")
    me = next((one for one in people if str(one["id"]) == who), people[0])
    chat = ask("chat", who=me["id"])
    shown = bubbles(chat["messages"], str(me["id"]))
    version = hashlib.sha256(json.dumps(chat, sort_keys=True).encode()).hexdigest()[:16]
    return {"people": people, "me": me, "chat": chat, "bubbles": shown, "version": version, "emoji": EMOJI}


@only_in_a_demo
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The phone."""
    try:
        return render(request, "telegram_demo/phone.html", page_of(request.GET.get("as", "")))
    except OSError:
        return render(request, "telegram_demo/away.html", status=503)


@only_in_a_demo
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """The chat alone, asked for every second; 204 while nothing has changed."""
    try:
        page = page_of(request.GET.get("as", ""))
    except OSError:
        return HttpResponse(status=204)
    if page["version"] == request.GET.get("version"):
        return HttpResponse(status=204)
    return render(request, "telegram_demo/_messages.html", page)


@only_in_a_demo
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Write, attach, edit, react or block; or close the account and open it again, as the form says."""
    given = request.POST
    who, text = given.get("as", ""), given.get("text", "").strip()
    uploaded = request.FILES.get("file")
    if given.get("do") in ("close", "open"):
        ask(given["do"])
    elif given.get("do") in ("react", "block"):
        ask(given["do"], who=who, message=given.get("message"), emoji=given.get("emoji", ""))
    elif given.get("message") and text:
        ask("edit", who=who, message=given["message"], text=text)
    elif uploaded and (uploaded.size or 0) <= LARGEST:
        content = base64.b64encode(uploaded.read()).decode()
        ask("attach", who=who, filename=uploaded.name, content=content, caption=text)
    elif text:
        ask("write", who=who, text=text, answers=given.get("answers"))
    return redirect(f"{reverse('telegram_demo:phone')}?as={who}")


@only_in_a_demo
@require_GET
def file(request: HttpRequest, file_id: str) -> HttpResponse:
    """A picture to be looked at, any other file as a download."""
    account = bot()
    url = f"{account.config['api_url']}/file/bot{account.secrets['token']}/{file_id}"
    try:
        with urlopen(url, timeout=SECONDS) as answer:  # noqa: S310
            content = answer.read()
    except HTTPError as error:
        raise Http404 from error
    kind = _picture(content)
    response = HttpResponse(content, content_type=kind or "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline" if kind else "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _picture(content: bytes) -> str:
    if not pixels(content):
        return ""
    kinds = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
    return next(kind for start, kind in kinds.items() if content.startswith(start))
