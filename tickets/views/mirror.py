"""Mirrors: copies of the record elsewhere, how far each is, what it refused, and their settings."""

from collections.abc import Callable

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import mirrors as verbs
from tickets.forms import MirrorForm
from tickets.mail.mirroring import probe
from tickets.models import Mirror
from tickets.record.mirror import Lag, lags
from tickets.views.access import administrates, agent_of, once
from tickets.views.rail import FAILURES_TO_SHOW, frame

SHOWN_REFUSALS = 10


def mirror_of(public_id: str) -> Mirror:
    """A mirror that is not removed."""
    return get_object_or_404(Mirror, public_id=public_id, removed_at=None)


@administrates
def show_list(request: HttpRequest) -> HttpResponse:
    """All mirrors, and how far each is."""
    context = {**frame(request, "mirrors"), "mirrors": [(lag, *state_of(lag)) for lag in lags()]}
    return render(request, "tickets/mirror/page.html", context | {"shown": f":{SHOWN_REFUSALS}"})


def state_of(lag: Lag) -> tuple[str, str]:
    """How a mirror does: how it is marked, and in words."""
    if lag.mirror.paused_at:
        return "warn", _("paused")
    if lag.mirror.failures >= FAILURES_TO_SHOW:
        return "fail", _("does not work")
    if lag.mirror.last_error:
        return "warn", _("tries again")
    return ("good", _("up to date")) if not lag.entries else ("good", _("copies"))


@administrates
def add(request: HttpRequest) -> HttpResponse:
    """Add a mirror that answers."""
    form = MirrorForm(None, request.POST or None)
    if request.method == "POST" and form.is_valid() and answers(form, None):
        data = form.cleaned_data
        fields = (data["name"], data["url"], data["password"], data["folders"])
        if saved(form, lambda: once(request, lambda: verbs.add_mirror(*fields, agent_of(request)).public_id)):
            messages.success(request, _("Added. Copying begins within seconds."))
            return redirect("tickets:mirror-list")
    return form_page(request, form)


@administrates
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a mirror's settings."""
    mirror = mirror_of(public_id)
    form = MirrorForm(mirror, request.POST or None)
    if request.method == "POST" and form.is_valid() and answers(form, mirror):
        data = form.cleaned_data
        fields = (data["url"], data["password"], data["folders"], data["name"])
        if saved(form, lambda: verbs.move_mirror(mirror, *fields, agent_of(request))):
            messages.success(request, _("Saved."))
            return redirect("tickets:mirror-list")
    return form_page(request, form, mirror)


def answers(form: MirrorForm, mirror: Mirror | None) -> bool:
    """Whether the place that was typed can be used; else the form says why not."""
    try:
        url, secret = verbs.place_of(form.cleaned_data["url"])
    except verbs.NoPlace as error:
        form.add_error("url", str(error))
        return False
    password = form.cleaned_data["password"] or secret or (mirror.secrets.get("password", "") if mirror else "")
    if wrong := probe(Mirror(name=form.cleaned_data["name"], url=url, secrets={"password": password}), is_new=True):
        form.add_error("url", wrong)
    return not wrong


def saved(form: MirrorForm, write: Callable[[], object]) -> bool:
    """Write; False, and the form says so, when another mirror has this name."""
    try:
        write()
    except IntegrityError:
        form.add_error("name", _("There is a mirror of this name already. Choose another."))
        return False
    return True


def form_page(request: HttpRequest, form: MirrorForm, mirror: Mirror | None = None) -> HttpResponse:
    """The form's page."""
    context = {**frame(request, "mirrors"), "form": form, "mirror": mirror}
    return render(request, "tickets/mirror/form.html", context, status=422 if form.errors else 200)


@administrates
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go there and look (POST)."""
    mirror = mirror_of(public_id)
    if request.method == "POST":
        if wrong := probe(mirror):
            messages.error(request, wrong)
        else:
            verbs.try_again(mirror)
            messages.success(request, _("%(name)s answers.") % {"name": mirror.name})
    return redirect("tickets:mirror-list")


@administrates
def pause(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop a mirror, or let it go on (POST)."""
    mirror = mirror_of(public_id)
    if request.method == "POST":
        paused = None if mirror.paused_at else timezone.now()
        verbs.change_mirror(mirror, agent_of(request), paused_at=paused, rests_until=None)
    return redirect("tickets:mirror-list")


@administrates
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Copy nothing there any more; what is there stays (POST)."""
    mirror = mirror_of(public_id)
    if request.method == "POST":
        verbs.remove_mirror(mirror, agent_of(request))
        messages.success(request, _("%(name)s is removed. What was copied stays there.") % {"name": mirror.name})
    return redirect("tickets:mirror-list")
