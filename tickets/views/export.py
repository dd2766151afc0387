"""Export for administrators: mails as mbox or zip, and the answer to one person, streamed while they are read."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tickets.models import Agent, Contact, Ticket
from tickets.permissions import contacts_for, visible_to
from tickets.record.export.boxes import STREAMED, gathered
from tickets.record.export.mails import Tally, mails
from tickets.record.export.selection import Selection
from tickets.views.access import administrates, agent_of
from tickets.views.answer import Person, answer
from tickets.views.rail import frame

KINDS = [("mbox", _("mbox")), ("zip", _("zip of .eml files"))]
TYPES = {"mbox": "application/mbox", "zip": "application/zip"}
logger = logging.getLogger(__name__)


class ExportForm(forms.Form):
    """What is to be exported."""

    format = forms.ChoiceField(
        label=_("Format"), choices=KINDS, help_text=_("mbox is one file, for Thunderbird, mutt and others.")
    )
    ticket = forms.IntegerField(label=_("Ticket number"), required=False, min_value=1, help_text=_("Empty: all."))
    contact = forms.CharField(label=_("Customer’s address"), required=False, max_length=320, help_text=_("Empty: all."))
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("Up to and including"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    with_trace = forms.BooleanField(
        label=_("With the record’s own fields"),
        required=False,
        help_text=_("The files of the record as they are, not the mails as they came."),
    )

    def __init__(self, data: Any, agent: Agent) -> None:
        super().__init__(data)
        self.agent = agent

    def clean_ticket(self) -> Ticket | None:
        """The ticket, among those that the agent may see."""
        number = self.cleaned_data["ticket"]
        found = visible_to(self.agent).filter(number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no such ticket."))
        return found

    def clean_contact(self) -> Contact | None:
        """The contact of an address, among those whose tickets the agent may see."""
        written = self.cleaned_data["contact"].strip()
        found = contacts_for(self.agent).filter(addresses__address__iexact=written).first() if written else None
        if written and found is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return found

    def selection(self) -> Selection:
        """What the form chooses; days are those of the agent's zone."""
        data = self.cleaned_data
        since, until = data["since"], data["until"]
        return Selection(
            ticket=data["ticket"],
            contact=data["contact"],
            since=_begin(since) if since else None,
            until=_begin(until + timedelta(days=1)) if until else None,
            agent=self.agent,
        )


def _begin(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@require_safe
@administrates
def show(request: HttpRequest) -> HttpResponse:
    """The page where it is chosen."""
    form = ExportForm(None, agent_of(request))
    return render(request, "tickets/export/page.html", {**frame(request, "export"), "form": form})


@require_safe
@administrates
def download(request: HttpRequest) -> HttpResponseBase:
    """The mails that the page, a ticket's head or a customer's panel asks for; what cannot be read is said on the page."""
    agent = agent_of(request)
    form = ExportForm(request.GET, agent)
    if not form.is_valid():
        return render(request, "tickets/export/page.html", {**frame(request, "export"), "form": form}, status=422)
    kind, selection = form.cleaned_data["format"], form.selection()
    logger.info("%s exports mails: %s", agent.email, request.GET.urlencode())
    pieces = STREAMED[kind](mails(selection, Tally(), form.cleaned_data["with_trace"]))
    name = f"ticket-{selection.ticket.number}" if selection.ticket else f"holdfast-{timezone.localdate()}"
    return streamed(request, pieces, TYPES[kind], f"{name}.{kind}")


@require_safe
@administrates
def person(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Everything about one customer, for the person who asks; `?notes=0` leaves internal notes out."""
    agent = agent_of(request)
    contact = get_object_or_404(contacts_for(agent), public_id=public_id)
    if request.GET.get("notes", "1") not in ("0", "1"):
        raise Http404
    logger.info("%s makes the answer about contact %s", agent.email, contact.public_id)
    pieces = answer(Person(contact, agent, with_notes=request.GET.get("notes") != "0"))
    return streamed(request, pieces, "application/zip", f"answer-{contact.public_id}.zip")


def streamed(request: HttpRequest, pieces: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """A download that is sent while it is made, under ASGI and WSGI alike, and never kept whole."""
    body = gathered(pieces)
    content = _in_turn(body) if isinstance(request, ASGIRequest) else body
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django would read a plain iterator to its end before it sends the first piece."""
    while piece := await sync_to_async(partial(next, pieces, b""))():
        yield piece
