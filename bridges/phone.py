"""A customer's phone in the demo, for each channel with a stand-in: the pages, and how they ask the stand-in."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tickets.channels import Account

LARGEST = 20 << 20
SECONDS = 5
SHOWN = ("image/png", "image/jpeg", "image/webp", "image/gif")
View = Callable[..., HttpResponse]


def only_in_a_demo(view: View) -> View:
    """Answer 404 anywhere else."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(*args, **kwargs)

    return guarded


@dataclass(frozen=True)
class Phone:
    """The phone of one channel; its templates and addresses are the app `<channel>_demo`."""

    channel: str
    bubbles: Callable[[dict[str, Any], Any], Sequence[Any]]  # (chat, id of whose phone it is) -> what is shown
    acts: frozenset[str]  # what its form may have the stand-in do, besides writing
    more: dict[str, Any] = field(default_factory=dict)  # for its templates

    @property
    def app(self) -> str:
        return f"{self.channel}_demo"

    @property
    def account(self) -> Account:
        """The shop's account. Raises Http404."""
        account = Account.objects.filter(channel=self.channel, removed_at=None).order_by("pk").first()
        if account is None:
            raise Http404
        return account

    def ask(self, act: str, **given: Any) -> Any:
        """Let the vendor's stand-in do something. Raises OSError when it is not there, Http404 for what makes no sense."""
        body = json.dumps({"do": act, **given}).encode()
        request = Request(f"{self.account.config['api_url']}/phone/", body, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as error:
            raise Http404 from error

    def page(self, who: str) -> dict[str, Any]:
        """What the page shows of one customer's chat; whoever looks at it has read it."""
        people = self.ask("people")
        me = next((one for one in people if str(one["id"]) == who), people[0])
        chat = self.ask("chat", who=me["id"], looks=True)
        version = hashlib.sha256(json.dumps(chat, sort_keys=True).encode()).hexdigest()[:16]
        shown = {"people": people, "me": me, "chat": chat, "bubbles": self.bubbles(chat, me["id"])}
        return shown | {"version": version, "app": self.app, **self.more}

    @property
    def show(self) -> View:
        """The phone."""

        @only_in_a_demo
        @require_GET
        def show(request: HttpRequest) -> HttpResponse:
            try:
                return render(request, f"{self.app}/phone.html", self.page(request.GET.get("as", "")))
            except OSError:
                return render(request, "tickets/demo/away.html", status=503)

        return show

    @property
    def messages(self) -> View:
        """The chat alone, asked for every second; 204 while nothing has changed."""

        @only_in_a_demo
        @require_GET
        def messages(request: HttpRequest) -> HttpResponse:
            try:
                page = self.page(request.GET.get("as", ""))
            except OSError:
                return HttpResponse(status=204)
            if page["version"] == request.GET.get("version"):
                return HttpResponse(status=204)
            return render(request, f"{self.app}/_messages.html", page)

        return messages

    @property
    def act(self) -> View:
        """Write, attach, edit, or whatever else its form says; or close the account and open it again."""

        @only_in_a_demo
        @require_POST
        def act(request: HttpRequest) -> HttpResponse:
            self._carry_out(request)
            return redirect(f"{reverse(f'{self.app}:phone')}?as={request.POST.get('as', '')}")

        return act

    def _carry_out(self, request: HttpRequest) -> None:
        given, uploaded = request.POST, request.FILES.get("file")
        who, text, wanted = given.get("as", ""), given.get("text", "").strip(), given.get("do", "")
        if wanted in self.acts:
            told = {name: given.get(name, "") for name in ("message", "emoji", "form", "context")}
            self.ask(wanted, who=who, **told)
        elif given.get("message") and text:
            self.ask("edit", who=who, message=given["message"], text=text)
        elif uploaded and (uploaded.size or 0) <= LARGEST:
            content = base64.b64encode(uploaded.read()).decode()
            self.ask("attach", who=who, filename=uploaded.name, content=content, caption=text)
        elif text:
            self.ask("write", who=who, text=text, answers=given.get("answers"))


def shown(kind: str, content: bytes) -> HttpResponse:
    """A picture to be looked at, any other file as a download."""
    is_shown = kind in SHOWN
    response = HttpResponse(content, content_type=kind if is_shown else "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline" if is_shown else "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
