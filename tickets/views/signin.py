"""Signing in and out, and the first person's own sign-in by the one-time link."""

from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from redis import RedisError

from tickets.actions.people import add_agent
from tickets.forms import PersonForm, SignInForm
from tickets.models import Agent, Role
from tickets.views import welcome_token

MOST_TRIES = 10  # wrong ones for one agent
MOST_TRIES_FROM = 100  # and from one network address, which a whole office or a proxy may share
TRIES_SECONDS = 15 * 60


def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in by email address and password, at most ten wrong tries in a quarter of an hour."""
    if request.user.is_authenticated:
        return redirect(aim(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = check(request, form.cleaned_data["email"].strip().lower(), form.cleaned_data["password"])
        if isinstance(found, Agent):
            login(request, found)
            return redirect(aim(request))
        form.add_error(None, found)
    context = {"form": form, "next": aim(request), "is_first": welcome_token.is_needed()}
    return render(request, "tickets/signin/page.html", context, status=422 if form.errors else 200)


def check(request: HttpRequest, email: str, password: str) -> Agent | str:
    """The agent with this password, or why they are not let in."""
    keys = {f"sign-in:{email}": MOST_TRIES, f"sign-in:{request.META.get('REMOTE_ADDR', '')}": MOST_TRIES_FROM}
    if any(tries(key) >= most for key, most in keys.items()):
        return _("Too many tries. Wait a quarter of an hour and try again.")
    agent = authenticate(request, username=email, password=password)
    if isinstance(agent, Agent):
        return agent
    for key in keys:
        count_try(key)
    return _("This address and password do not belong together. Check both and try again.")


def tries(key: str) -> int:
    """How many wrong tries there were of late. Without Redis nobody is locked out."""
    try:
        return int(cache.get(key, 0))
    except (RedisError, OSError):
        return 0


def count_try(key: str) -> None:
    """Count a wrong try."""
    try:
        cache.add(key, 0, TRIES_SECONDS)
        cache.incr(key)
    except (RedisError, OSError, ValueError):
        return


def aim(request: HttpRequest) -> str:
    """Where to go after signing in: a page of this site, and no other."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else "/"


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out (POST)."""
    if request.method == "POST":
        logout(request)
    return redirect("tickets:sign-in")


def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The first person makes their own sign-in, once."""
    if not welcome_token.check(token):
        return render(request, "tickets/signin/used.html", status=404)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, first_person(form, token), "django.contrib.auth.backends.ModelBackend")
        return redirect("tickets:account-list")
    return render(request, "tickets/signin/welcome.html", {"form": form}, status=422 if form.errors else 200)


def first_person(form: PersonForm, token: str) -> Agent:
    """Make the first administrator. Raises Http404 when somebody was faster."""
    with transaction.atomic():
        if not welcome_token.check(token):
            raise Http404
        data = form.cleaned_data
        return add_agent(data["email"], data["name"], Role.ADMINISTRATOR, password=data["password"])
