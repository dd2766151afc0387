"""One person: their name, addresses, tickets, what colleagues noted of them, and who turned out to be the same person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.actions import contact as verbs
from tickets.actions.change import NotAllowed
from tickets.actions.invite import invite
from tickets.actions.join import join as join_contacts
from tickets.actions.join import unjoin as take_apart
from tickets.actions.prove import link_to
from tickets.models import Account, Address, Agent, Contact, Ticket
from tickets.permissions import contacts_for, visible_to
from tickets.search import find, read_query
from tickets.views.access import agent_of, once, signed_in, writes
from tickets.views.addresses import told
from tickets.views.decided import events_of, shown
from tickets.views.rail import frame
from tickets.views.rows import page

A_PAGE = 30
MOST_FOUND = 20  # contacts that a search for the other one shows
LOOKED_AT = 200  # tickets whose contacts it looks at
MORE_LANGUAGES = [("es", "Español"), ("pt", "Português"), ("ru", "Русский")]


class ContactForm(forms.Form):
    """What a contact is called, and in which language they are written to."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, contact: Contact, data: Any = None) -> None:
        super().__init__(data, initial={"name": contact.name, "language": contact.language})
        known = dict(sorted([*settings.LANGUAGES, *MORE_LANGUAGES], key=lambda pair: pair[1]))
        known.setdefault(contact.language or "", contact.language or _("not known"))
        self.fields["language"].choices = [("", _("not known")), *((c, n) for c, n in known.items() if c)]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Side:
    """A contact beside another one, before both are joined."""

    contact: Contact
    addresses: list[Address]
    tickets: list[Ticket]
    count: int
    notes: int

    @property
    def name(self) -> str:
        return self.contact.name or (self.addresses[0].address if self.addresses else "–")


def contact_of(request: HttpRequest, public_id: str) -> Contact:
    """The contact with this public id, or who is left of it after a join, if this agent may see them; else a 404."""
    found = get_object_or_404(Contact.objects.select_related("joined_into"), public_id=public_id)
    seen = contacts_for(agent_of(request))
    return get_object_or_404(seen, pk=(found.joined_into or found).pk)


@signed_in
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The person's page."""
    contact = contact_of(request, public_id)
    if contact.public_id != public_id:
        return redirect("tickets:contact-show", public_id=contact.public_id)
    return _page(request, contact, ContactForm(contact))


def _page(request: HttpRequest, contact: Contact, form: ContactForm) -> HttpResponse:
    agent = agent_of(request)
    addresses = list(told(list(contact.addresses.order_by("channel", "address"))))
    history = Paginator(events_of(contact), A_PAGE).get_page(request.GET.get("history"))
    context = {
        **frame(request),
        "contact": contact,
        "contact_name": contact.name or next((one.address for one in addresses), ""),
        "form": form,
        "addresses": addresses,
        "added": _droppable(contact, addresses),
        "joined": contact.joined.order_by("-removed_at", "pk")[:A_PAGE],
        "tickets": page(agent, [visible_to(agent).filter(contact=contact)], request.GET.get("after", "")),
        "history": history,
        "decided": shown(list(history)),
        "may_write": agent.may_write and not contact.removed_at,
        "may_administrate": agent.is_administrator,
        "longest_note": verbs.LONGEST_NOTE,
        "doors": doors(),
        "mailable": {one.address for one in addresses if one.channel == settings.LAST_RESORT},
    }
    return render(request, "tickets/contact/page.html", context, status=422 if form.errors else 200)


def _droppable(contact: Contact, addresses: list[Address]) -> set[str]:
    """The addresses that an agent added and that are not proven: they can be taken back."""
    unproven = [one.address for one in addresses if not one.proven]
    return {address for address in unproven[:A_PAGE] if verbs.is_added(contact, address)}


@writes
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change name and language."""
    contact = contact_of(request, public_id)
    form = ContactForm(contact, request.POST)
    if not form.is_valid():
        return _page(request, contact, form)
    return _write(request, contact, lambda: verbs.edit_contact(contact, agent_of(request), **form.cleaned_data))


@writes
def add_address(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that an address is theirs too."""
    contact, typed = contact_of(request, public_id), request.POST.get("address", "")
    why = request.POST.get("reason", "")
    return _write(request, contact, lambda: verbs.add_address(contact, typed, agent_of(request), why))


@writes
def drop_address(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back an address that was added here and is not proven."""
    contact, address = contact_of(request, public_id), request.POST.get("address", "")
    return _write(request, contact, lambda: verbs.drop_address(contact, address, agent_of(request)))


@writes
def try_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let an address that refused us be used again."""
    contact, address = contact_of(request, public_id), request.POST.get("address", "")
    return _write(request, contact, lambda: verbs.try_again(contact, address, agent_of(request)))


@writes
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep a note about the person."""
    contact, text = contact_of(request, public_id), request.POST.get("text", "")
    return _write(request, contact, lambda: verbs.note_about(contact, text, agent_of(request)))


def _write(request: HttpRequest, contact: Contact, write: Callable[[], Contact]) -> HttpResponse:
    """Write once, and go back to the person's page, which says what became of it."""
    try:
        once(request, lambda: write().public_id)
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect("tickets:contact-show", public_id=contact.public_id)


@signed_in
def choose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Look for the contact who is the same person, and see both side by side."""
    contact, agent = contact_of(request, public_id), agent_of(request)
    query, chosen = request.GET.get("q", "").strip(), request.GET.get("with", "")
    other = contact_of(request, chosen) if chosen else None
    context = {
        **frame(request),
        "contact": contact,
        "query": query,
        "found": [side(agent, one) for one in candidates(agent, contact, query)] if query and not other else [],
        "sides": [side(agent, contact), side(agent, other)] if other and other.pk != contact.pk else [],
        "may_write": agent.may_write,
    }
    return render(request, "tickets/contact/join.html", context)


def candidates(agent: Agent, contact: Contact, query: str) -> list[Contact]:
    """Contacts who are called so, or have this address, among those that the agent may see."""
    hits = find(agent, read_query(query, timezone.localtime()), most=LOOKED_AT).hits
    theirs = Ticket.objects.filter(pk__in=hits).values("contact")
    there = contacts_for(agent).filter(removed_at=None).exclude(pk=contact.pk)
    wanted = Q(pk__in=theirs) | Q(addresses__address=query.lower())
    return list(there.filter(wanted).distinct().order_by("name", "pk")[:MOST_FOUND])


def side(agent: Agent, contact: Contact) -> Side:
    """What two contacts are told apart by."""
    theirs: QuerySet[Ticket] = visible_to(agent).filter(contact=contact)
    newest = theirs.only("number", "subject", "state", "last_message_at").order_by("-last_message_at", "-pk")
    addresses = list(contact.addresses.order_by("channel", "address"))
    return Side(contact, addresses, list(newest[:5]), theirs.count(), events_of(contact, notes=True).count())


@writes
def invite_into(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mail a link into a chat to one of the contact's proven addresses; it goes out in their newest conversation."""
    contact, agent = contact_of(request, public_id), agent_of(request)
    newest = visible_to(agent).filter(contact=contact).select_related("mailbox", "contact").order_by("-last_message_at")
    address = get_object_or_404(
        contact.addresses, channel=settings.LAST_RESORT, address=request.POST.get("address", "").lower()
    )
    account = get_object_or_404(Account, public_id=request.POST.get("account", ""), removed_at=None)
    try:
        if (ticket := newest.first()) is None:
            raise NotAllowed(_("There is no conversation with them yet."))
        once(request, lambda: invite(ticket, address, account, agent).public_id)
        messages.success(request, _("The link is on its way to %(address)s.") % {"address": address.address})
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect("tickets:contact-show", public_id=contact.public_id)


def doors() -> list[Account]:
    """The accounts whose chats a link can open."""
    accounts = Account.objects.filter(removed_at=None).exclude(channel=settings.LAST_RESORT).order_by("name")
    return [account for account in accounts[:A_PAGE] if link_to(account, "")]


@writes
def join(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make one person of both: `into` names who is left."""
    contact, other = contact_of(request, public_id), contact_of(request, request.POST.get("other", ""))
    left = other if request.POST.get("into") == other.public_id else contact
    goes = contact if left.pk == other.pk else other
    reason = request.POST.get("reason", "")
    try:
        once(request, lambda: join_contacts(goes, left, agent_of(request), reason).public_id)
    except NotAllowed as error:
        messages.error(request, str(error))
        here = reverse("tickets:contact-join", args=[contact.public_id])
        return redirect(f"{here}?with={other.public_id}")
    messages.success(request, _("Both are one person now. It can be undone here."))
    return redirect("tickets:contact-show", public_id=left.public_id)


@writes
def unjoin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo a join: `joined` names who becomes somebody of their own again."""
    contact = contact_of(request, public_id)
    goes = get_object_or_404(contact.joined, public_id=request.POST.get("joined", ""))
    reason = request.POST.get("reason", "")
    return _write(request, contact, lambda: take_apart(goes, agent_of(request), reason))
