"""Accounts: the mailboxes and other ways in and out, how they do, and their settings."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import accounts as verbs
from tickets.actions import connect as connecting
from tickets.actions.configuration import log_of
from tickets.channels import Channel, NotConnected, channel_classes, open_channel
from tickets.forms.account import AccountForm
from tickets.models import Account, Entry, Health, Portrait
from tickets.texts.languages import LANGUAGES
from tickets.views.access import administrates, agent_of, once_in_steps
from tickets.views.rail import frame

LAST_CHANGES, A_PAGE = 5, 50
EXAMINED_FOR = 20.0  # seconds


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
    portraits = Portrait.objects.filter(account=OuterRef("pk"))
    rows = Account.objects.filter(removed_at__isnull=True).annotate(has_portrait=Exists(portraits))
    accounts = rows.select_related("team").order_by("name")
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
    form = AccountForm(channel, None, [*LANGUAGES.items()], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            public_id = once_in_steps(request, lambda: connect(request, form, channel))
            return redirect(f"{reverse('tickets:account-edit', args=[public_id])}?check=1")
        except (IntegrityError, NotConnected) as error:
            form.add_error(
                None, str(error) if isinstance(error, NotConnected) else _("This address is connected already.")
            )
    return form_page(request, form, channel)


def connect(request: HttpRequest, form: AccountForm, channel: type[Channel]) -> str:
    """Connect the account, or put new credentials of one that is here in place; return its public id."""
    data = form.cleaned_data
    address = data["address"].strip() or data["name"]  # where the vendor knows it, it is learned when it is connected
    config, secrets = form.values(secret=False), form.values(secret=True)
    if known := channel.suggest(address, config | secrets | {"provider": data.get("provider")}):
        config |= known.settings
    account, is_new = connecting.connect_account(
        channel, data["name"], address, config, secrets, agent_of(request), **extra(form)
    )
    if not is_new:
        words = _("%(name)s was connected already. The new credentials are in place; all else stays as it was.")
        messages.success(request, words % {"name": account.name})
    return account.public_id


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
    form = AccountForm(channel, account, [*LANGUAGES.items()], request.POST or None)
    if request.method == "POST" and form.is_valid():
        secrets = account.secrets | form.values(secret=True)
        config = account.config | form.values(secret=False)
        try:
            connecting.renew(account, agent_of(request), config=config, secrets=secrets, **form.fields_of_account())
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('tickets:account-edit', args=[public_id])}?check=1")
        except NotConnected as error:
            form.add_error(None, str(error))
    return form_page(request, form, channel, account)


def form_page(
    request: HttpRequest, form: AccountForm, channel: type[Channel], account: Account | None = None
) -> HttpResponse:
    """The form's page."""
    context = {**frame(request, "accounts"), "form": form, "channel_label": _(channel.label), "account": account}
    if account:
        context |= {
            "way_out": way_out(account),
            "sign_ins": sign_ins(account),
            "checks_at_once": "check" in request.GET,
            "changes": told(channel, log_of(account)[:LAST_CHANGES]),
            "last_fetch": max(filter(None, (account.last_fetch_at, account.last_in_at)), default=None),
        }
    return render(request, "tickets/account/form.html", context, status=422 if form.errors else 200)


def sign_ins(account: Account) -> list[tuple[str, str]]:
    """Where it can be signed in by consent."""
    try:
        return open_channel(account).sign_ins()
    except NotConnected:
        return []


def told(channel: type[Channel], entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Changes of settings as a person reads them: the settings by what the form calls them."""
    labels = {name: str(field.label) for name, field in AccountForm.base_fields.items()}
    labels |= {field.name: _(field.label) for field in channel.fields()}
    found = []
    for entry in entries:
        lines = [{**change, "name": labels.get(change["name"], change["name"])} for change in entry.fields["changes"]]
        found.append({"at": entry.at, "by": entry.fields["by_name"], "done": entry.fields["done"], "lines": lines})
    return found


@administrates
def show_changes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every change of an account's settings, the newest first."""
    account = account_of(public_id)
    channel = channel_classes().get(account.channel, Channel)
    page = Paginator(log_of(account), A_PAGE).get_page(request.GET.get("page"))
    changes = told(channel, page.object_list)
    context = {**frame(request, "accounts"), "account": account, "page": page, "changes": changes}
    return render(request, "tickets/account/changes.html", context)


@administrates
def suggest(request: HttpRequest) -> HttpResponse:
    """What is known of an address that is being typed: a part of the page below it."""
    channel = channel_classes().get(request.GET.get("channel", settings.LAST_RESORT))
    typed = {"provider": request.GET.get("provider", "")}
    found = channel.suggest(request.GET.get("address", "").strip(), typed) if channel else None
    return render(request, "tickets/account/_suggestion.html", {"found": found})


@administrates
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Really ask the other servers whether this account works, both ways (POST); a part of its page."""
    account = account_of(public_id)
    if request.method != "POST":
        return redirect("tickets:account-edit", public_id=public_id)
    ways: dict[str, str] = {}
    try:
        ways = connecting.check(account)
    except NotConnected as error:
        verbs.report_health(account, Health.DEGRADED, str(error))
    context = {"account": account, "ways": ways.items()}
    return render(request, "tickets/account/_check.html", context)


@administrates
def examine(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a test mail and wait for it to come back, where the channel has that (POST); a part of the account's page."""
    account = account_of(public_id)
    if request.method != "POST":
        return redirect("tickets:account-edit", public_id=public_id)
    found = open_channel(account).examine(EXAMINED_FOR)
    return render(request, "tickets/account/_examined.html", {"found": found})


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
        try:
            open_channel(account).disconnect()  # the vendor sends nothing here any more
        except NotConnected as error:
            messages.error(request, str(error))
        verbs.remove_account(account, agent_of(request))
        messages.success(request, _("%(name)s is disconnected. Its tickets stay.") % {"name": account.name})
    return redirect("tickets:account-list")
