"""Saved replies: the screen where they are written, and the list that opens in the reply box at a slash."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tickets.actions import saved_replies as verbs
from tickets.actions.change import NotAllowed
from tickets.actions.variables import VALUES, About, fill, unknown_in
from tickets.forms import boxes
from tickets.models import Account, Agent, SavedReply, Team, Ticket
from tickets.permissions import SEES_ALL, mailboxes_for
from tickets.views.access import agent_of, once, signed_in, ticket_of, writes
from tickets.views.rail import frame

A_PAGE = 50
LONGEST = 20_000
EVERYBODY, ME = "everybody", "me"
MORE_LANGUAGES = [("es", "Español"), ("pt", "Português"), ("ru", "Русский")]


class SavedReplyForm(forms.Form):
    """One saved reply."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    shortcut = forms.CharField(
        label=gettext_lazy("Shortcut"),
        max_length=30,
        required=False,
        help_text=gettext_lazy(
            "A word that finds it at once when it is typed after the slash: letters, digits, - and _."
        ),
    )
    text = forms.CharField(label=gettext_lazy("Text"), max_length=LONGEST, widget=forms.Textarea, strip=False)
    whose = forms.ChoiceField(label=gettext_lazy("For"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = teams_of(agent).values_list("public_id", "name")
        self.fields["whose"].choices = [(EVERYBODY, _("everybody")), *teams, (ME, _("only me"))]  # type: ignore[attr-defined]
        known = sorted({**dict(settings.LANGUAGES), **dict(MORE_LANGUAGES)}.items(), key=lambda pair: str(pair[1]))
        self.fields["language"].choices = [("", _("any")), *known]  # type: ignore[attr-defined]

    def clean_shortcut(self) -> str:
        """The shortcut without its slash."""
        shortcut = str(self.cleaned_data["shortcut"]).strip().lstrip("/").lower()
        if not re.fullmatch(r"[\w-]*", shortcut):
            raise forms.ValidationError(_("A shortcut is one word of letters, digits, - and _."))
        return shortcut

    def clean_text(self) -> str:
        """The text, when all its variables are known."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n").strip("\n")
        if not text.strip():
            raise forms.ValidationError(_("Write the text that is to be put in."))
        if unknown := unknown_in(text):
            known = ", ".join(f"{{{name}}}" for name in VALUES)
            words = _("There is no %(unknown)s. There are: %(known)s.")
            raise forms.ValidationError(words % {"unknown": ", ".join(unknown), "known": known})
        return text


def teams_of(agent: Agent) -> QuerySet[Team]:
    """The teams for which this agent may save replies."""
    teams = Team.objects.all() if agent.role in SEES_ALL else agent.teams.all()
    return teams.order_by("name")


def reply_of(request: HttpRequest, public_id: str) -> SavedReply:
    """A saved reply that this agent may use."""
    return get_object_or_404(verbs.saved_replies_for(agent_of(request)), public_id=public_id)


@require_safe
@signed_in
def show_list(request: HttpRequest) -> HttpResponse:
    """All saved replies that this agent may use."""
    replies = verbs.saved_replies_for(agent_of(request)).select_related("team", "owner")
    context = {
        **frame(request, "saved-replies"),
        "page": Paginator(replies, A_PAGE).get_page(request.GET.get("page")),
        "removed": request.GET.get("removed", ""),
    }
    return render(request, "tickets/saved_replies/list.html", context)


@require_safe
@signed_in
def edit(request: HttpRequest, public_id: str = "") -> HttpResponse:
    """One as it may be changed, or an empty one."""
    reply = reply_of(request, public_id) if public_id else None
    form = SavedReplyForm(agent_of(request), initial=values_of(reply) if reply else {"whose": EVERYBODY})
    return page(request, form, reply)


@writes
def save(request: HttpRequest, public_id: str = "") -> HttpResponse:
    """Keep what was written."""
    reply = reply_of(request, public_id) if public_id else None
    form = SavedReplyForm(agent_of(request), request.POST)
    if not form.is_valid():
        return page(request, form, reply, 422)
    fields = fields_of(form, agent_of(request))
    try:
        once(request, lambda: verbs.save_reply(reply, agent_of(request), **fields).public_id)
    except NotAllowed as error:
        form.add_error("shortcut", str(error))
        return page(request, form, reply, 422)
    messages.success(request, _("Saved."))
    return redirect("tickets:saved-reply-list")


def page(request: HttpRequest, form: SavedReplyForm, reply: SavedReply | None, status: int = 200) -> HttpResponse:
    """The form."""
    context = {**frame(request, "saved-replies"), "form": form, "reply": reply, "variables": list(VALUES)}
    return render(request, "tickets/saved_replies/form.html", context, status=status)


def values_of(reply: SavedReply) -> dict[str, str]:
    """A saved reply as the form shows it."""
    whose = ME if reply.owner_id else reply.team.public_id if reply.team else EVERYBODY
    return {name: getattr(reply, name) for name in ("title", "shortcut", "text", "language")} | {"whose": whose}


def fields_of(form: SavedReplyForm, agent: Agent) -> dict[str, Any]:
    """What a saved reply's row keeps of the form."""
    said = form.cleaned_data
    team = teams_of(agent).filter(public_id=said["whose"]).first()
    kept = {name: said[name] for name in ("title", "shortcut", "text", "language")}
    return kept | {"team": team, "owner": agent if said["whose"] == ME else None}


@writes
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put one away; the next page offers to bring it back."""
    verbs.remove_reply(reply_of(request, public_id), agent_of(request))
    return redirect(f"{reverse('tickets:saved-reply-list')}?removed={public_id}")


@writes
def restore(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring back one that was put away."""
    agent = agent_of(request)
    reply = get_object_or_404(verbs.saved_replies_for(agent, removed=True), public_id=public_id)
    verbs.restore_reply(reply, agent)
    return redirect("tickets:saved-reply-list")


@require_safe
@signed_in
def suggest(request: HttpRequest) -> HttpResponse:
    """The saved replies that hold what was typed after the slash, as options of the reply box."""
    ticket = asked_ticket(request)
    language = ticket.contact.language if ticket else ""
    replies = verbs.offered(agent_of(request), request.GET.get("q", "")[:80], language)
    return render(request, "tickets/saved_replies/_options.html", {"replies": replies})


@writes
def use(request: HttpRequest, public_id: str) -> HttpResponse:
    """The text of one, with its variables filled; counted as used."""
    reply = reply_of(request, public_id)
    verbs.note_use(reply)
    return JsonResponse({"text": fill(reply.text, about(request))})


def asked_ticket(request: HttpRequest) -> Ticket | None:
    """The ticket that the reply box belongs to, if any. Raises Http404 for one that this agent may not see."""
    number = request.POST.get("ticket") or request.GET.get("ticket") or ""
    return ticket_of(request, int(number)) if number.isdecimal() and len(number) < 15 else None


def about(request: HttpRequest) -> About:
    """Whom and what the text is about; a new message is about the first of those to whom it is addressed."""
    agent, ticket = agent_of(request), asked_ticket(request)
    if ticket:
        return About(agent, ticket.contact.name, ticket, ticket.mailbox)
    named = boxes(request.POST.get("to", "")[:1000])
    mailbox: Account | None = mailboxes_for(agent).filter(public_id=request.POST.get("mailbox", "")).first()
    return About(agent, named[0]["name"] if named else "", None, mailbox)
