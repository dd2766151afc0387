"""How one signs in oneself: password, second step, recovery codes, and where one is signed in. django-allauth in our look."""

from typing import Any

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tickets.actions.sessions import end_sessions
from tickets.views.access import agent_of, signed_in
from tickets.views.devices import words_of
from tickets.views.rail import frame


class Framed:
    """A view of allauth's within our rail."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **frame(self.request, "me")}  # type: ignore[misc]


class Password(Framed, PasswordChangeView):  # type: ignore[misc]
    """Another password; all other sessions end."""

    template_name = "tickets/door/password.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        end_sessions(agent_of(self.request), but=self.request.session.session_key or "")
        return response


class Again(Framed, ReauthenticateView):  # type: ignore[misc]
    """The password once more, before what only the person themselves may do."""

    template_name = "tickets/door/again.html"


class AgainByCode(Framed, CodeAgainView):  # type: ignore[misc]
    """A code once more."""

    template_name = "tickets/door/again.html"


class TurnOn(Framed, ActivateTOTPView):  # type: ignore[misc]
    """Set up an app that makes codes."""

    template_name = "tickets/door/turn_on.html"


class TurnOff(Framed, DeactivateTOTPView):  # type: ignore[misc]
    """Do without the second step."""

    template_name = "tickets/door/turn_off.html"


class Codes(Framed, ViewRecoveryCodesView):  # type: ignore[misc]
    """The recovery codes that are left."""

    template_name = "tickets/door/codes.html"


class NewCodes(Framed, GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes in place of the old ones."""

    template_name = "tickets/door/new_codes.html"


# No browser keeps what these pages show: a key, or recovery codes.
password, again, again_by_code = (never_cache(signed_in(view.as_view())) for view in (Password, Again, AgainByCode))
turn_on, turn_off, codes, new_codes = (
    never_cache(signed_in(view.as_view())) for view in (TurnOn, TurnOff, Codes, NewCodes)
)


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """One's own door: password, second step, sessions."""
    agent = agent_of(request)
    sessions = sorted(UserSession.objects.purge_and_list(agent), key=lambda one: one.created_at, reverse=True)
    found = Authenticator.objects.filter(user_id=agent.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    context = {
        "has_second_step": is_mfa_enabled(agent, [Authenticator.Type.TOTP]),
        "codes_left": len(found.wrap().get_unused_codes()) if found else 0,
        "sessions": [(one, name_of(one), words_of(one.user_agent), one.is_current()) for one in sessions],
    }
    return render(request, "tickets/door/page.html", {**frame(request, "me"), **context})


@require_POST
@signed_in
def end(request: HttpRequest) -> HttpResponse:
    """End one other session, or all others (POST)."""
    agent, wanted = agent_of(request), request.POST.get("session", "")
    current = request.session.session_key or ""
    if wanted:
        others = UserSession.objects.filter(user_id=agent.pk).exclude(session_key=current)
        chosen = [one for one in others if name_of(one) == wanted]
        for session in chosen:
            session.end()
        count = len(chosen)
    else:
        count = end_sessions(agent, but=current)
    said = ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", count) % {"count": count}
    messages.success(request, said if count else _("It has ended already."))
    return redirect("mfa_index")


def name_of(session: UserSession) -> str:
    """What a form calls a session: not by its key, which lets in, nor by its place in the table."""
    return salted_hmac("tickets.session", session.session_key).hexdigest()[:24]
