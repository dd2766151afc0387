"""The shop's website, and what its snippet is."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tickets.channels import Account

LANGUAGES = ("en", "de", "es", "fr", "uk", "ru", "pt")


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The website with the bubble; 404 outside a demo, and while the shop has no chat."""
    account = Account.objects.filter(channel="webchat", removed_at=None).order_by("pk").first()
    if not settings.DEMO or account is None:
        raise Http404
    asked = request.GET.get("language", "en")
    context = {
        "account": account,
        "snippet": reverse("webchat:widget", args=[account.public_id]),
        "alone": reverse("webchat:alone", args=[account.public_id]),
        "code": reverse("webchat:code", args=[account.public_id]),
        "contact": reverse("tickets:write-to-us", args=[account.home.public_id]),
        "language": asked if asked in LANGUAGES else "en",
        "languages": LANGUAGES,
    }
    return render(request, "webchat_demo/shop.html", context)
