"""Teams: who shares which mailboxes. For administrators."""

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tickets.actions import teams as verbs
from tickets.actions.change import NotAllowed
from tickets.models import Account, Agent, Team
from tickets.views.access import administrates, agent_of, once
from tickets.views.rail import frame


class TeamForm(forms.Form):
    """A team's name, its people, and its mailboxes."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    agents = forms.ModelMultipleChoiceField(
        label=gettext_lazy("People"),
        queryset=Agent.objects.filter(removed_at=None).order_by("name"),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mailboxes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Mailboxes"),
        queryset=Account.objects.filter(removed_at=None, mailbox=None).order_by("name"),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "They are seen by this team alone, and by administrators and managers. A mailbox of no team is seen by everybody."
        ),
    )

    def __init__(self, team: Team | None, data: object = None) -> None:
        kept = {"name": team.name, "agents": team.agents.all(), "mailboxes": team.accounts.all()} if team else {}
        super().__init__(data, initial=kept)  # type: ignore[arg-type]


def team_of(public_id: str) -> Team:
    """A team that is not removed."""
    return get_object_or_404(Team, public_id=public_id, removed_at=None)


@administrates
def show_list(request: HttpRequest) -> HttpResponse:
    """All teams, with their people and mailboxes."""
    teams = Team.objects.filter(removed_at=None).prefetch_related("agents", "accounts").order_by("name")
    open_boxes = Account.objects.filter(removed_at=None, mailbox=None, team=None).order_by("name")
    context = {**frame(request, "people"), "teams": teams, "open_boxes": open_boxes}
    return render(request, "tickets/teams/page.html", context)


@administrates
def add(request: HttpRequest) -> HttpResponse:
    """A new team."""
    form = TeamForm(None, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        values = (data["name"], agent_of(request), data["agents"], data["mailboxes"])
        try:
            once(request, lambda: verbs.add_team(*values).public_id)
            messages.success(request, _("%(name)s is a team now.") % {"name": data["name"]})
            return redirect("tickets:team-list")
        except IntegrityError:
            name_is_taken(form)
    return form_page(request, form)


@administrates
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rename a team, choose its people and mailboxes."""
    team = team_of(public_id)
    form = TeamForm(team, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            verbs.change_team(team, agent_of(request), data["name"], data["agents"], data["mailboxes"])
            messages.success(request, _("Saved."))
            return redirect("tickets:team-list")
        except IntegrityError:
            name_is_taken(form)
    return form_page(request, form, team)


def name_is_taken(form: TeamForm) -> None:
    """Say so at the name."""
    form.add_error("name", _("There is a team of this name already. Choose another."))


def form_page(request: HttpRequest, form: TeamForm, team: Team | None = None) -> HttpResponse:
    """The form's page."""
    context = {**frame(request, "people"), "form": form, "team": team}
    return render(request, "tickets/teams/form.html", context, status=422 if form.errors else 200)


@require_POST
@administrates
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remove a team that has no mailbox of its own (POST)."""
    team = team_of(public_id)
    try:
        verbs.remove_team(team, agent_of(request))
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("tickets:team-edit", public_id=public_id)
    messages.success(request, _("%(name)s is removed.") % {"name": team.name})
    return redirect("tickets:team-list")
