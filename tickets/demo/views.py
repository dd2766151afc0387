"""The demo's pages: the sign-in link, a customer's mailbox, the button that deletes the database. Only while settings.DEMO is true."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tickets.demo import deletion as deleting
from tickets.demo import post, sign_in
from tickets.demo.forms import MailForm
from tickets.demo.script import Person
from tickets.mime.build import File
from tickets.models import new_id

View = Callable[..., HttpResponse]
FIRST_CUSTOMER = "zoe.lindqvist@fjordmail.example"


def only_in_a_demo(view: View) -> View:
    """Answer 404 anywhere else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@only_in_a_demo
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by the link that the start printed; it works once."""
    agent = sign_in.agent_for(token)
    if agent is None:
        return render(request, "tickets/demo/used.html", status=410)
    login(request, agent, "django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)


@only_in_a_demo
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """A customer's mailbox: what came, one mail open, and a form to write."""
    page = _page(request)
    opened = page["opened"]
    subject = f"Re: {opened.mail.subject}" if opened and not str(opened.mail.subject).startswith("Re:") else None
    page["form"] = MailForm(initial={"key": new_id(), "subject": subject or (opened.mail.subject if opened else "")})
    return render(request, "tickets/demo/mailbox.html", page)


@only_in_a_demo
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """The list alone, asked for again every two seconds."""
    return render(request, "tickets/demo/_mails.html", _page(request))


@only_in_a_demo
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Write to the shop as this customer."""
    page = _page(request)
    form = MailForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "tickets/demo/mailbox.html", page | {"form": form}, status=422)
    opened = page["opened"]
    writing = post.Writing(
        key=form.cleaned_data["key"],
        writer=page["customer"],
        account=opened.account if opened else form.cleaned_data["to"],
        subject=form.cleaned_data["subject"],
        text=form.cleaned_data["text"],
        at=timezone.now(),
        answers=opened,
        files=_files(request),
    )
    post.send(writing)
    return redirect(f"{request.path_info.removesuffix('send/')}?{urlencode({'as': writing.writer.address, 'sent': 1})}")


@only_in_a_demo
@require_http_methods(["GET", "POST"])
def deletion(request: HttpRequest) -> HttpResponse:
    """The page with the button; POST empties the database and rebuilds it."""
    if request.method == "POST":
        deleting.start()
        return redirect("demo:deletion")
    return render(request, "tickets/demo/deletion.html", {"deletion": deleting.current()})


@only_in_a_demo
@require_GET
def deletion_progress(request: HttpRequest) -> HttpResponse:
    """How far it is, asked for again until it has ended; then the whole page, with its button."""
    found = deleting.current()
    if not found.is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "tickets/demo/_deletion.html", {"deletion": found})


def _page(request: HttpRequest) -> dict[str, Any]:
    asked = request.POST or request.GET
    customer = _customer(asked.get("as", FIRST_CUSTOMER))
    found = post.received(customer.address)
    name = asked.get("open", "")
    return {
        "customer": customer,
        "customers": post.customers(),
        "mails": found,
        "opened": next((opened for opened in found if opened.name == name), None),
        "is_sent": "sent" in request.GET,
    }


def _customer(address: str) -> Person:
    """The customer with this address. Raises Http404."""
    for person in post.customers():
        if person.address == address:
            return person
    raise Http404


def _files(request: HttpRequest) -> list[File]:
    uploaded = request.FILES.getlist("files")
    return [File(one.name or "file", one.content_type or "application/octet-stream", one.read()) for one in uploaded]
