"""Who may come in: the account of an address, and the visitor whose pass a request brings in its Authorization field."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language_from_request
from django.views.decorators.csrf import csrf_exempt

from bridges.webchat import passes
from bridges.webchat.channel import Webchat
from bridges.webchat.passes import Pass
from bridges.webchat.words import language_for
from tickets.channels import Account, NoAccount, account_of

View = Callable[..., HttpResponse]


def chat_of(public_id: str) -> Account:
    """Return the account of a chat. Raises Http404."""
    try:
        return account_of(Webchat.name, public_id)
    except NoAccount as error:
        raise Http404(str(error)) from error


def language_of(request: HttpRequest, account: Account) -> str:
    """Return the language in which somebody is spoken to: what the page asks for, what their browser asks for, the account's."""
    return language_for(request.GET.get("language", ""), get_language_from_request(request), account.language)


def pass_of(request: HttpRequest, account: Account) -> Pass | None:
    """Return the pass that a request brings; never in its address, where logs and other sites would see it."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return passes.read(account, token.strip()) if kind == "Bearer" else None


def for_visitors(view: View) -> View:
    """Let `view` have the account and the pass; answer 401 where there is none that counts. No cookie lets anybody in here."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, public_id: str, **more: Any) -> HttpResponse:
        account = chat_of(public_id)
        given = pass_of(request, account)
        if given is None:
            return refused("This pass does not count (any more): ask for a new one.", 401)
        return kept_by_nobody(view(request, account, given, **more))

    return guarded


def refused(words: str, status: int, wait: int = 0) -> HttpResponse:
    """Answer why something is not taken, in words for whoever wrote it, and in how many seconds it would be."""
    response = JsonResponse({"error": words, "wait": wait}, status=status)
    if wait:
        response["Retry-After"] = str(wait)
    return kept_by_nobody(response)


def kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """What one visitor gets stands in no cache."""
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
