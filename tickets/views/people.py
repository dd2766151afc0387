"""The people who work here, and what each of them chooses for themselves."""

from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tickets.actions import people as verbs
from tickets.forms import AgentForm, MeForm
from tickets.models import Agent
from tickets.views.access import administrates, agent_of, once, signed_in
from tickets.views.rail import frame


@administrates
def show_list(request: HttpRequest) -> HttpResponse:
    """Everybody, and a form for somebody new."""
    form = AgentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            once(
                request,
                lambda: (
                    verbs.add_agent(
                        data["email"], data["name"], data["role"], agent_of(request), data["password"]
                    ).public_id
                ),
            )
            messages.success(request, _("%(name)s can sign in now.") % {"name": data["name"]})
            return redirect("tickets:people-list")
        except IntegrityError:
            form.add_error("email", _("Somebody here has this address already."))
    people = Agent.objects.filter(removed_at__isnull=True).prefetch_related("teams").order_by("name")
    context = {**frame(request, "people"), "people": people, "form": form}
    return render(request, "tickets/people/page.html", context, status=422 if form.errors else 200)


@administrates
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let somebody leave (POST); oneself only by another administrator."""
    agent = get_object_or_404(Agent, public_id=public_id, removed_at=None)
    if request.method == "POST" and agent.pk != agent_of(request).pk:
        verbs.remove_agent(agent, agent_of(request))
        messages.success(
            request, _("%(name)s does not sign in any more. Their words and tickets stay.") % {"name": agent.name}
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
