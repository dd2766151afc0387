"""Accounts: the mailboxes and other ways in and out, how they do, and their settings."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import accounts as verbs
from tickets.channels import Channel, NotConnected, channel_classes, open_channel
from tickets.forms.account import AccountForm
from tickets.models import Account, Agent, Health
from tickets.views.access import administrates, agent_of, once
from tickets.views.rail import frame


def account_of(public_id: str) -> Account:
    """A connected account."""
    return get_object_or_404(Account.objects.select_related("team"), public_id=public_id, removed_at=None)


def is_public() -> bool:
    """Whether others can reach this server by its address, encrypted."""
    parts = urlsplit(settings.SITE_URL)
    return parts.scheme == "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1")


@administrates
def show_list(request: HttpRequest) -> HttpResponse:
    """All accounts with their health, and what waits for a public address of this server."""
    accounts = Account.objects.filter(removed_at__isnull=True).select_related("team").order_by("name")
    context = {
        **frame(request, "accounts"),
        "connected": [(account, way_out(account)) for account in accounts],
        "channels": [(name, _(cls.label)) for name, cls in channel_classes().items()],
        "is_public": is_public(),
        "smtp": f"{settings.SMTP_HOST}:{settings.SMTP_PORT}",
    }
    return render(request, "tickets/account/page.html", context)


def way_out(account: Account) -> str:
    """How what is sent from there leaves, in words; "" when the channel says nothing of it."""
    try:
        return open_channel(account).way_out()
    except NotConnected as error:
        return str(error)


@administrates
def add(request: HttpRequest) -> HttpResponse:
    """Connect an account; the form is made from what its channel wants to know."""
    channel = channel_classes().get(request.GET.get("channel", settings.LAST_RESORT))
    if channel is None:
        raise Http404
    form = AccountForm(channel, None, settings.LANGUAGES, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            public_id = once(request, lambda: connect(form, channel, agent_of(request)))
            begin(account_of(public_id))
            return redirect("tickets:account-edit", public_id=public_id)
        except IntegrityError:
            form.add_error("address", _("This address is connected already. Open it in the list to change it."))
    return form_page(request, form, channel)


def connect(form: AccountForm, channel: type[Channel], by: Agent) -> str:
    """Add the account and say how it does; return its public id."""
    data = form.cleaned_data
    with transaction.atomic():
        account = verbs.add_account(
            channel.name,
            data["name"],
            data["address"].strip() or data["name"],  # where the vendor knows it, begin() learns it
            form.values(secret=False),
            form.values(secret=True),
            by,
            **extra(form),
        )
    return account.public_id


def begin(account: Account) -> None:
    """Connect an account at its vendor, where there is something to be done; what goes wrong stands in its health."""
    try:
        open_channel(account).connect()
    except NotConnected as error:
        verbs.report_health(account, Health.DEGRADED, str(error))


def extra(form: AccountForm) -> dict[str, Any]:
    """The account's own columns besides name and address."""
    return {name: value for name, value in form.fields_of_account().items() if name != "name"}


@administrates
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change an account's settings."""
    account = account_of(public_id)
    channel = channel_classes().get(account.channel)
    if channel is None:
        raise Http404
    form = AccountForm(channel, account, settings.LANGUAGES, request.POST or None)
    if request.method == "POST" and form.is_valid():
        secrets = account.secrets | form.values(secret=True)
        config = account.config | form.values(secret=False)
        verbs.change_account(account, agent_of(request), config=config, secrets=secrets, **form.fields_of_account())
        begin(account)
        messages.success(request, _("Saved. Press “Check” to see whether it works."))
        return redirect("tickets:account-edit", public_id=public_id)
    return form_page(request, form, channel, account)


def form_page(
    request: HttpRequest, form: AccountForm, channel: type[Channel], account: Account | None = None
) -> HttpResponse:
    """The form's page."""
    context = {**frame(request, "accounts"), "form": form, "channel_label": _(channel.label), "account": account}
    context["way_out"] = way_out(account) if account else ""
    return render(request, "tickets/account/form.html", context, status=422 if form.errors else 200)


@administrates
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Really ask the other servers whether this account works (POST)."""
    account = account_of(public_id)
    if request.method == "POST":
        try:
            found = open_channel(account).probe()
            verbs.report_health(account, found.health, found.reason)
        except NotConnected as error:
            messages.error(request, str(error))
    return redirect("tickets:account-edit", public_id=public_id)


@administrates
def pause(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop an account, or let it go on (POST)."""
    account = account_of(public_id)
    if request.method == "POST":
        verbs.change_account(account, agent_of(request), paused_at=None if account.paused_at else timezone.now())
    return redirect("tickets:account-list")


@administrates
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Disconnect an account; its tickets stay (POST)."""
    account = account_of(public_id)
    if request.method == "POST":
        verbs.remove_account(account, agent_of(request))
        messages.success(request, _("%(name)s is disconnected. Its tickets stay.") % {"name": account.name})
    return redirect("tickets:account-list")
