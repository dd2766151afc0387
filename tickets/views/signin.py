"""The door: signing in and out, and the links with which people choose a password."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tickets.actions import links
from tickets.actions.people import add_agent, choose_password
from tickets.forms import PersonForm, SignInForm
from tickets.forms.door import ForgottenForm, JoinForm, PasswordForm
from tickets.mail.colleagues import tell, way_out
from tickets.models import Agent, Role
from tickets.views import tries, welcome_token

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in by email address and password; who has a second step is asked for its code next."""
    if request.user.is_authenticated:
        return redirect(aim(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = check(request, form.cleaned_data["email"].strip().lower(), form.cleaned_data["password"])
        if isinstance(found, Agent):
            known = {"email": found.email, "password": form.cleaned_data["password"]}
            return perform_password_login(request, known, Login(user=found, redirect_url=aim(request)))  # type: ignore[no-any-return]
        form.add_error(None, found)
    context = {"form": form, "next": aim(request), "is_first": welcome_token.is_needed()}
    return render(request, "tickets/signin/page.html", context, status=422 if form.errors else 200)


def check(request: HttpRequest, email: str, password: str) -> Agent | str:
    """The agent with this password, or why they are not let in."""
    limits = tries.limits_of(request, "sign-in", email)
    if seconds := tries.wait(limits):
        return tries.too_many(seconds)
    agent = authenticate(request, username=email, password=password)
    if isinstance(agent, Agent):
        return agent
    tries.count(limits)
    return _("This address and password do not belong together. Check both and try again.")


class Code(AuthenticateView):  # type: ignore[misc]
    """The second step: a code of the app, or one of the recovery codes."""

    template_name = "tickets/signin/code.html"


def enter(request: HttpRequest, agent: Agent) -> None:
    """Sign somebody in who has just proven who they are by a link."""
    login(request, agent, BACKEND)
    UserSession.objects.create_from_request(request)


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
        enter(request, first_person(form, token))
        return redirect("tickets:account-list")
    return render(request, "tickets/signin/welcome.html", {"form": form}, status=422 if form.errors else 200)


def first_person(form: PersonForm, token: str) -> Agent:
    """Make the first administrator. Raises Http404 when somebody was faster."""
    with transaction.atomic():
        if not welcome_token.check(token):
            raise Http404
        data = form.cleaned_data
        return add_agent(data["email"], data["name"], Role.ADMINISTRATOR, password=data["password"])


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody who was invited says how they are called and chooses a password; once."""
    return by_link(request, token, links.INVITATION)


@never_cache
@sensitive_post_parameters("password")
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody chooses a new password by a link; once. All their sessions end."""
    return by_link(request, token, links.PASSWORD)


def by_link(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    """The page behind a link, or why it does not work any more and what to do."""
    found = links.read_link(token, purpose)
    if found.agent is None:
        return render(request, "tickets/signin/dead.html", {"fault": found.fault, "purpose": purpose}, status=404)
    agent = found.agent
    form = (JoinForm if purpose == links.INVITATION else PasswordForm)(agent, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return let_in(request, agent, form)
    context = {"form": form, "agent": agent, "purpose": purpose}
    return render(request, "tickets/signin/choose.html", context, status=422 if form.errors else 200)


def let_in(request: HttpRequest, agent: Agent, form: PasswordForm) -> HttpResponse:
    """Set the password and sign the person in; who has a second step is asked for it, also here."""
    password = form.cleaned_data["password"]
    agent = choose_password(agent, password, form.cleaned_data.get("name", ""))
    logout(request)
    known = {"email": agent.email, "password": password}
    return perform_password_login(request, known, Login(user=agent, redirect_url="/"))  # type: ignore[no-any-return]


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mail a link for a new password, where mail works; the answer does not tell who works here."""
    form = ForgottenForm(request.POST or None)
    can_mail, is_sent = way_out() is not None, False
    if request.method == "POST" and can_mail and form.is_valid():
        limits = tries.limits_of(request, "forgotten", "")
        if seconds := tries.wait(limits):
            form.add_error(None, tries.too_many(seconds))
        else:
            tries.count(limits)
            mail_link(form.cleaned_data["email"].strip().lower())
            is_sent = True
    context = {"form": form, "can_mail": can_mail, "is_sent": is_sent}
    return render(request, "tickets/signin/forgotten.html", context, status=422 if form.errors else 200)


def mail_link(email: str) -> None:
    """Mail a link for a new password to whoever works here with this address; a few times, what was mailed before is good still."""
    agent, limits = Agent.objects.filter(email=email, removed_at=None).first(), tries.limits_of_mail(email)
    if agent is None or tries.wait(limits):
        return
    tries.count(limits)
    purpose = links.PASSWORD if agent.has_usable_password() else links.INVITATION
    text = _(
        "Somebody, probably you, has asked for a new password at %(site)s. Choose it here, within a day:\n\n%(link)s\n\n"
        "If it was not you, do nothing: your password stays as it is."
    )
    link = links.make_link(agent, purpose)
    site = link.split("/" + purpose)[0]
    tell(agent, _("A new password"), text % {"site": site, "link": link}, timezone.now())
