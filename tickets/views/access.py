"""Who may call a view, in whose language and zone it answers, and that one press of a button writes once."""

import functools
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tickets.models import Agent, Message, Ticket, WriteKey
from tickets.permissions import visible_to

View = Callable[..., HttpResponseBase]
LONGEST_KEY = 40


def agent_of(request: HttpRequest) -> Agent:
    """The agent who sent this request. Raises PermissionDenied when nobody is signed in."""
    if not isinstance(request.user, Agent):
        raise PermissionDenied
    return request.user


def signed_in(view: View) -> View:
    """Let only agents in, and answer in their language and time zone."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        agent = agent_of(request)
        zone = ZoneInfo(agent.time_zone) if agent.time_zone else timezone.get_default_timezone()
        with timezone.override(zone), translation.override(agent.language or translation.get_language()):
            return view(request, *args, **kwargs)

    return guarded


def writes(view: View) -> View:
    """Let only agents in who may change things, by POST."""

    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not agent_of(request).may_write:
            raise PermissionDenied(
                _("Managers read everything and change nothing. Ask an administrator for the role of an agent.")
            )
        return view(request, *args, **kwargs)

    return guarded


def administrates(view: View) -> View:
    """Let only administrators in."""

    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not agent_of(request).is_administrator:
            raise PermissionDenied(_("Only administrators may open this page. Ask one of them."))
        return view(request, *args, **kwargs)

    return guarded


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back; a part of a page makes the whole page go there."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect_to_login(request.get_full_path())


def ticket_of(request: HttpRequest, number: int) -> Ticket:
    """The ticket with this number, if this agent may see it; else a 404 that tells nothing."""
    tickets = (
        visible_to(agent_of(request))
        .select_related("contact", "assignee", "team", "mailbox")
        .defer("mailbox__secrets", "mailbox__state")
    )
    return get_object_or_404(tickets, number=number)


def message_of(request: HttpRequest, public_id: str) -> Message:
    """The message with this public id, if this agent may see its ticket."""
    tickets = visible_to(agent_of(request))
    messages = Message.objects.select_related("entry", "ticket").filter(ticket__in=tickets)
    return get_object_or_404(messages, public_id=public_id)


def once(request: HttpRequest, write: Callable[[], str]) -> str:
    """Run `write` unless this form's key has been seen; return its result (≤ 200 characters), the earlier one when seen."""
    with transaction.atomic():
        row, is_new = _key_of(request)
        if is_new:
            _keep_result(row, write())
    return row.result


def once_in_steps(request: HttpRequest, write: Callable[[], str]) -> str:
    """As `once`, for a verb that commits several times: when it fails, the key counts as not seen."""
    row, is_new = _key_of(request)
    if is_new:
        try:
            _keep_result(row, write())
        except Exception:
            row.delete()
            raise
    return row.result


def _key_of(request: HttpRequest) -> tuple[WriteKey, bool]:
    agent = agent_of(request)
    key = request.POST.get("key", "")
    if not key or len(key) > LONGEST_KEY:
        raise PermissionDenied(_("This form has no key of its own. Reload the page and try again."))
    return WriteKey.objects.get_or_create(key=f"{agent.public_id}:{key}", defaults={"at": timezone.now()})


def _keep_result(row: WriteKey, result: str) -> None:
    row.result = result[:200]
    row.save(update_fields=["result"])
