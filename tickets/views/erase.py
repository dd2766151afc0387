"""Erase a person, hold what must be kept, and the reports of what was erased: for administrators."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tickets.actions.change import NotAllowed
from tickets.actions.erase_plan import CUT, WHOLE
from tickets.actions.erasing import erase_contact, tickets_of
from tickets.actions.erasure_report import report
from tickets.actions.hold import hold_contact, hold_ticket
from tickets.models import Contact, Entry, Message, Ticket
from tickets.record import erase
from tickets.views.access import administrates, agent_of, once, once_in_steps, ticket_of
from tickets.views.rail import frame

A_PAGE = 50


class EraseForm(forms.Form):
    """Why, and what becomes of the words of others."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stays in the record: leave the person’s name out."),
    )
    quotes = forms.ChoiceField(
        label=gettext_lazy("Messages of others that quote them"),
        choices=[(CUT, gettext_lazy("stay, the quote is cut out")), (WHOLE, gettext_lazy("are erased too"))],
    )


@administrates
def contact(request: HttpRequest, public_id: str) -> HttpResponse:
    """What there is of a person, what holds it, and the form that erases it."""
    person = get_object_or_404(Contact, public_id=public_id)
    if person.joined_into:
        return redirect("tickets:contact-erase", public_id=person.joined_into.public_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name = once_in_steps(request, lambda: _erase(request, person, form))
            return redirect("tickets:erasure-show", name=name) if name else redirect("tickets:erasure-list")
        except NotAllowed as error:
            form.add_error(None, str(error))
    return render(
        request, "tickets/erase/contact.html", about(request, person, form), status=422 if form.errors else 200
    )


def _erase(request: HttpRequest, person: Contact, form: EraseForm) -> str:
    if person.removed_at:
        raise NotAllowed(_("This person is erased already."))
    return erase_contact(person, agent_of(request), form.cleaned_data["reason"], quotes=form.cleaned_data["quotes"])


def about(request: HttpRequest, person: Contact, form: EraseForm) -> dict[str, object]:
    """What the page of a person shows."""
    numbers = tickets_of(person)
    held = Ticket.objects.filter(number__in=numbers).exclude(hold="").only("number", "hold")
    return {
        **frame(request, "erasures"),
        "form": form,
        "person": person,
        "person_name": person.name or next(iter(person.addresses.values_list("address", flat=True)), ""),
        "addresses": person.addresses.order_by("channel", "address"),
        "ticket_count": len(numbers),
        "message_count": Message.objects.filter(ticket__number__in=numbers).count(),
        "held": held.order_by("number")[:A_PAGE],
    }


@administrates
@require_POST
def hold(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hold all of a person, or release it (POST; an empty reason releases)."""
    person = get_object_or_404(Contact, public_id=public_id)
    _write(request, lambda: hold_contact(person, request.POST.get("reason", ""), agent_of(request)).public_id)
    return redirect("tickets:contact-erase", public_id=public_id)


@administrates
@require_POST
def hold_one(request: HttpRequest, number: int) -> HttpResponse:
    """Hold a ticket, or release it (POST; an empty reason releases)."""
    ticket = ticket_of(request, number)
    _write(request, lambda: str(hold_ticket(ticket, request.POST.get("reason", ""), agent_of(request)).number))
    return redirect("tickets:ticket-show", number=number)


def _write(request: HttpRequest, write: Callable[[], str]) -> None:
    try:
        once(request, write)
    except NotAllowed as error:
        messages.error(request, str(error))


@administrates
def show_list(request: HttpRequest) -> HttpResponse:
    """All erasures, the newest first."""
    last = Entry.objects.filter(kind=erase.KIND).defer("body").order_by("-pk")
    page = Paginator(last, A_PAGE).get_page(request.GET.get("page"))
    rows = {entry.fields["erasure"]: entry for entry in reversed(page.object_list)}
    context = {**frame(request, "erasures"), "page": page, "rows": list(reversed(rows.values()))}
    return render(request, "tickets/erase/list.html", context)


@administrates
def show(request: HttpRequest, name: str) -> HttpResponse:
    """The report of one erasure."""
    found = report(name)
    if found is None:
        raise Http404(_("There is no such erasure."))
    return render(request, "tickets/erase/report.html", {**frame(request, "erasures"), "report": found})
