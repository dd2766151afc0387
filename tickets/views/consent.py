"""Sign a mailbox in by consent at Google or Microsoft: to their page and back, with a state and a proof key of this browser."""

import hmac
import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.channels import NotConnected
from tickets.mail import grants, oauth
from tickets.models import Health
from tickets.views.access import administrates, agent_of
from tickets.views.account import account_of

BEGUN = "consent"  # of the session: what was begun in this browser
GOOD_FOR = 600  # seconds


def redirect_uri() -> str:
    """Where the consent page sends the browser back to; it is registered there."""
    return f"{settings.SITE_URL}{reverse('tickets:account-consented')}"


@administrates
def begin(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """Lead to the consent page. A link, not a form: our own pages let forms go nowhere else."""
    account = account_of(public_id)
    at = oauth.server(key) if key in settings.OAUTH else None
    if at is None or not at.is_registered:
        words = _(
            "This helpdesk is not registered there yet. docs/oauth.md says how it is done, and which settings to make."
        )
        messages.error(request, words)
        return redirect("tickets:account-edit", public_id=public_id)
    state, verifier = secrets.token_urlsafe(24), oauth.new_verifier()
    request.session[BEGUN] = {"account": public_id, "key": key, "state": state, "verifier": verifier, "at": time.time()}
    return redirect(oauth.consent_url(at, account.address, redirect_uri(), state, verifier))


@administrates
def finish(request: HttpRequest) -> HttpResponse:
    """Come back from the consent page, with a code or with a refusal."""
    begun: dict[str, Any] = request.session.pop(BEGUN, {})
    state = str(begun.get("state", ""))
    is_ours = state and hmac.compare_digest(request.GET.get("state", "").encode(), state.encode())
    if not is_ours or time.time() - begun["at"] > GOOD_FOR:
        messages.error(request, _("This sign-in was not begun here, or too long ago. Begin it again."))
        return redirect("tickets:account-list")
    account = account_of(begun["account"])
    at = oauth.server(begun["key"])
    try:
        if error := request.GET.get("error"):
            raise oauth.refusal(at, error, request.GET.get("error_description", ""))
        tokens = oauth.exchange(at, request.GET.get("code", ""), redirect_uri(), begun["verifier"])
        grants.keep(account, begun["key"], tokens, agent_of(request))
        if account.health == Health.WORKING:
            messages.success(request, _("Signed in at %s. Fetching and sending go on with it.") % at.name)
    except (oauth.Refused, oauth.NoAnswer, NotConnected) as error:
        messages.error(request, str(error))
    return redirect("tickets:account-edit", public_id=account.public_id)
