"""Asking many where else to answer them: what would be said to whom, before anything is sent; beginning and ending it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tickets.actions import campaign
from tickets.actions.change import NotAllowed
from tickets.models import Campaign
from tickets.texts.languages import LANGUAGES
from tickets.views.access import administrates, agent_of
from tickets.views.rail import frame
from tickets.views.reach import acted, vendor_of


@administrates
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who would be asked, and with which words."""
    account = vendor_of(public_id)
    found = campaign.preview(account)
    texts = [(LANGUAGES.get(language, language), count, words) for language, count, words in found.texts]
    minutes = max(1, round(found.people * campaign.PACE.interval / 60))
    context = {**frame(request, "reach"), "account": account, "found": found, "texts": texts, "minutes": minutes}
    return render(request, "tickets/reach/campaign.html", context)


@administrates
@require_POST
def begin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin to ask."""
    account = vendor_of(public_id)
    return acted(
        request, account, lambda: campaign.start(account, agent_of(request)), _("They are asked now, one by one.")
    )


@administrates
@require_POST
def stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """End what is under way."""
    account = vendor_of(public_id)
    running = Campaign.objects.filter(account=account, ended_at=None).first()

    def end() -> None:
        if running is None:
            raise NotAllowed(_("Nobody is being asked just now."))
        campaign.stop(running, agent_of(request))

    return acted(request, account, end, _("Nobody is asked any more."))
