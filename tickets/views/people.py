"""The people who work here, and what each of them chooses for themselves."""

from typing import Any
from zoneinfo import available_timezones

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tickets.actions import people as verbs
from tickets.actions.change import NotAllowed
from tickets.actions.links import INVITATION, PASSWORD, make_link
from tickets.forms import MeForm
from tickets.mail.colleagues import tell
from tickets.models import Agent, Draft, DraftState, Role, Team
from tickets.views.access import administrates, agent_of, once, signed_in
from tickets.views.rail import frame

MOST_LEFT = 100
MOST_DRAFTS = 100
ROLES = [
    (Role.AGENT, gettext_lazy("answer (agent)")),
    (Role.MANAGER, gettext_lazy("read everything (manager)")),
    (Role.ADMINISTRATOR, gettext_lazy("set up everything (administrator)")),
]


class InviteForm(forms.Form):
    """Whom to let in. They choose their password themselves, by the link."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Email address"), max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("May"), choices=ROLES)
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"),
        queryset=Team.objects.filter(removed_at=None).order_by("name"),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class RoleForm(InviteForm):
    """Who somebody is here: what they may do, and with whom."""

    email = forms.EmailField(label=gettext_lazy("Signs in as"), max_length=254)

    def __init__(self, agent: Agent, data: Any = None) -> None:
        kept = {"name": agent.name, "email": agent.email, "role": agent.role, "teams": agent.teams.all()}
        super().__init__(data, initial=kept)

    def clean_email(self) -> str:
        """The address in lower case, as it is stored."""
        return str(self.cleaned_data["email"]).strip().lower()


@administrates
def show_list(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, those who have left, and a form that invites somebody."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            public_id = once(request, lambda: invite(form.cleaned_data, agent_of(request)))
            return link_page(request, get_object_or_404(Agent, public_id=public_id), INVITATION)
        except IntegrityError:
            address_is_taken(form)
    everybody = Agent.objects.prefetch_related("teams").order_by("name")
    context = {
        **frame(request, "people"),
        "people": everybody.filter(removed_at__isnull=True),
        "left": everybody.filter(removed_at__isnull=False).order_by("-removed_at")[:MOST_LEFT],
        "form": form,
    }
    return render(request, "tickets/people/page.html", context, status=422 if form.errors else 200)


def invite(data: dict[str, Any], by: Agent) -> str:
    """Add somebody who has no password yet; return their public id."""
    return verbs.add_agent(data["email"], data["name"], data["role"], by, teams=data["teams"]).public_id


@require_POST
@administrates
def link(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new link for somebody (POST): the invitation once more, or for a new password."""
    agent = get_object_or_404(Agent, public_id=public_id, removed_at=None)
    return link_page(request, agent, PASSWORD if agent.has_usable_password() else INVITATION)


def link_page(request: HttpRequest, agent: Agent, purpose: str) -> HttpResponse:
    """Show a link to hand over, after it was mailed where mail works."""
    address = make_link(agent, purpose)
    by = agent_of(request).name
    if purpose == INVITATION:
        subject = _("%(name)s invites you to the helpdesk") % {"name": by}
        text = _("%(name)s invites you to work in the helpdesk. Choose your password here, within a week:\n\n%(link)s")
    else:
        subject = _("A new password")
        text = _("%(name)s has made a link for you. Choose a new password here, within a day:\n\n%(link)s")
    refusal = tell(agent, subject, text % {"name": by, "link": address}, timezone.now())
    context = {"person": agent, "link": address, "refusal": refusal, "is_invitation": purpose == INVITATION}
    response = render(request, "tickets/people/link.html", {**frame(request, "people"), **context})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@administrates
def drop_second_step(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the second step of somebody who lost their phone (POST): the password alone lets them in again."""
    agent = get_object_or_404(Agent, public_id=public_id, removed_at=None)
    verbs.drop_second_step(agent, agent_of(request))
    messages.success(
        request,
        _("%(name)s signs in with the password alone until they set up a new second step.") % {"name": agent.name},
    )
    return redirect("tickets:people-edit", public_id=public_id)


def address_is_taken(form: forms.Form) -> None:
    """Say so at the address."""
    form.add_error("email", _("Somebody here has this address already."))


@administrates
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """One person: name, address, role and teams; of one who has left, the drafts that they left behind."""
    agent = get_object_or_404(Agent, public_id=public_id)
    form = RoleForm(agent, request.POST or None)
    if request.method == "POST" and agent.is_active and form.is_valid():
        try:
            verbs.change_agent(agent, agent_of(request), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("tickets:people-list")
        except NotAllowed as error:
            form.add_error("role", str(error))
        except IntegrityError:
            address_is_taken(form)
        agent.refresh_from_db()
    context = {**frame(request, "people"), "person": agent, "form": form, "drafts": left_behind(agent)}
    context["has_second_step"] = agent.is_active and is_mfa_enabled(agent)
    return render(request, "tickets/people/person.html", context, status=422 if form.errors else 200)


def left_behind(agent: Agent) -> QuerySet[Draft]:
    """What somebody who has left had begun to write and never sent; of one who is here it is their own."""
    drafts = agent.drafts.filter(state=DraftState.EDITING).exclude(text="")
    rows = drafts.select_related("ticket").defer("ticket__snippet").order_by("-updated_at")
    return rows.none() if agent.is_active else rows[:MOST_DRAFTS]


@require_POST
@administrates
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let somebody leave (POST); oneself only by another administrator."""
    agent = get_object_or_404(Agent, public_id=public_id, removed_at=None)
    if agent.pk == agent_of(request).pk:
        messages.error(request, _("You cannot let yourself go: another administrator does that."))
        return redirect("tickets:people-edit", public_id=public_id)
    verbs.remove_agent(agent, agent_of(request))
    messages.success(
        request,
        _("%(name)s does not sign in any more. Their open tickets are unassigned; their words stay.")
        % {"name": agent.name},
    )
    return redirect("tickets:people-list")


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """One's own name, language and time zone."""
    agent = agent_of(request)
    initial = {"name": agent.name, "language": agent.language, "time_zone": agent.time_zone}
    zones = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
    )
    form = MeForm(request.POST or None, initial=initial, languages=settings.LANGUAGES, zones=zones)
    if request.method == "POST" and form.is_valid():
        verbs.change_agent(agent, agent, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("tickets:me-edit")
    return render(
        request, "tickets/people/me.html", {**frame(request, "me"), "form": form}, status=422 if form.errors else 200
    )
