"""Parked items: what came in and could not be filed, why, its raw source, and another try."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tickets.inbox import process
from tickets.models import InboxItem
from tickets.record import spool
from tickets.views.access import agent_of, once, signed_in, writes
from tickets.views.lists import parked_for
from tickets.views.message import guarded, shown
from tickets.views.rail import frame

MOST_LISTED = 200


def item_of(request: HttpRequest, name: str) -> InboxItem:
    """The parked item whose spooled file has this name."""
    found = parked_for(agent_of(request)).select_related("account").filter(spool=name).order_by("-pk").first()
    return found or get_object_or_404(InboxItem.objects.none())


@signed_in
def show_list(request: HttpRequest) -> HttpResponse:
    """What is parked, the newest first."""
    items = parked_for(agent_of(request)).select_related("account").defer("account__secrets").order_by("-pk")
    return render(request, "tickets/parked/page.html", {**frame(request, "parked"), "items": items[:MOST_LISTED]})


@signed_in
def show(request: HttpRequest, name: str) -> HttpResponse:
    """One item with its raw source; `?download` gives the bytes."""
    item = item_of(request, name)
    try:
        raw = spool.get(item.spool).raw
    except (OSError, ValueError) as error:
        raw, missing = b"", str(error)
    else:
        missing = ""
    if "download" in request.GET and not missing:
        response = guarded(HttpResponse(raw, content_type="application/octet-stream"))
        response["Content-Disposition"] = f'attachment; filename="parked-{item.spool[:12]}.eml"'
        return response
    context = {**frame(request, "parked"), "item": item, "source": shown(raw), "missing": missing}
    return render(request, "tickets/parked/item.html", context)


@writes
def retry(request: HttpRequest, name: str) -> HttpResponse:
    """Put it back: it is tried again at once."""
    item = item_of(request, name)

    def put_back() -> str:
        process.retry(item)
        return item.spool

    once(request, put_back)
    messages.success(
        request,
        _("It is tried again. When it works, it appears in the lists; otherwise it comes back here with the reason."),
    )
    return redirect("tickets:parked-list")
