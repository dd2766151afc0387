"""The phone's page: what the customer's WhatsApp shows, and what they do there."""

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
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from bridges.whatsapp.demo.shown import bubbles
from tickets.channels import Account

EMOJI = ("👍", "❤️", "😂", "😮", "😢", "🙏")
LARGEST = 20 << 20
SECONDS = 5
SHOWN = ("image/png", "image/jpeg", "image/webp", "image/gif")
FORMS = {  # in which the vendor closes an account
    "banned": gettext_noop("the number is banned"),
    "restricted": gettext_noop("the account is restricted: not even answers"),
    "disabled": gettext_noop("the business is disabled"),
    "unpaid": gettext_noop("the business is not paid"),
    "expired": gettext_noop("the token has run out"),
    "deleted": gettext_noop("the number is deleted"),
}
View = Callable[..., HttpResponse]


def only_in_a_demo(view: View) -> View:
    """Answer 404 anywhere else, and while the shop has no number."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def ask(act: str, **given: Any) -> Any:
    """Let the vendor's stand-in do something. Raises OSError when it is not there, Http404 for what makes no sense."""
    account = Account.objects.filter(channel="whatsapp", removed_at=None).order_by("pk").first()
    if account is None:
        raise Http404
    body = json.dumps({"do": act, **given}).encode()
    request = Request(f"{account.config['api_url']}/phone/", body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        raise Http404 from error


def page_of(who: str) -> dict[str, Any]:
    """What the page shows of one customer's chat; whoever looks at it has read it."""
    people = ask("people")
    me = next((one for one in people if str(one["id"]) == who), people[0])
    chat = ask("chat", who=me["id"], looks=True)
    version = hashlib.sha256(json.dumps(chat, sort_keys=True).encode()).hexdigest()[:16]
    shown = {"people": people, "me": me, "chat": chat, "bubbles": bubbles(chat["messages"])}
    return shown | {"version": version, "emoji": EMOJI, "forms": FORMS.items()}


@only_in_a_demo
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The phone."""
    try:
        return render(request, "whatsapp_demo/phone.html", page_of(request.GET.get("as", "")))
    except OSError:
        return render(request, "whatsapp_demo/away.html", status=503)


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
    return render(request, "whatsapp_demo/_messages.html", page)


@only_in_a_demo
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Write, attach, edit, delete, react or block; or close the account and open it again, as the form says."""
    given = request.POST
    who, text, wanted = given.get("as", ""), given.get("text", "").strip(), given.get("do", "")
    uploaded = request.FILES.get("file")
    if wanted == "close":
        ask("close", form=given.get("form", ""))
    elif wanted in ("open", "block", "react", "revoke"):
        ask(wanted, who=who, message=given.get("message"), emoji=given.get("emoji", ""))
    elif given.get("message") and text:
        ask("edit", who=who, message=given["message"], text=text)
    elif uploaded and (uploaded.size or 0) <= LARGEST:
        content = base64.b64encode(uploaded.read()).decode()
        ask("attach", who=who, filename=uploaded.name, content=content, caption=text)
    elif text:
        ask("write", who=who, text=text)
    return redirect(f"{reverse('whatsapp_demo:phone')}?as={who}")


@only_in_a_demo
@require_GET
def file(request: HttpRequest, media: str) -> HttpResponse:
    """A picture to be looked at, any other file as a download."""
    found = ask("media", media=media)
    is_shown = found["type"] in SHOWN
    kind = found["type"] if is_shown else "application/octet-stream"
    response = HttpResponse(base64.b64decode(found["content"]), content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline" if is_shown else "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
