"""Your request: what a customer finds behind the signed link of a mail. No account, no script, no cookie (ADR 14).

A link is for whoever holds it: it shows one conversation, as far as one address was part of it, and says whose it is.
GET changes nothing. Whatever has become of a link, its page says so and what to do.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tickets.actions.compose import domain_of
from tickets.actions.request_link import mail_new_link
from tickets.channels.uploads import receive
from tickets.inbox.accept import accept
from tickets.inbox.read import REQUEST
from tickets.mime import identifiers
from tickets.mime.build import File, build
from tickets.mime.file_names import safe_name
from tickets.mime.parse import Mailbox
from tickets.models import Attachment, Delivery, Direction, InboxItem, ItemState, Message, State, Ticket, new_id
from tickets.models.intake import zone_named
from tickets.models.keys import KEY_ID, signing_key
from tickets.models.request_links import RequestLink, read_link
from tickets.models.text import storable
from tickets.templatetags.screens import size
from tickets.views.message import file_of, guarded
from tickets.views.request_words import language_for, say, words_in

MOST_SHOWN = 50
LOOKED_AT = 1000  # messages of a ticket among which those that they know are looked for, the newest
LONGEST_TEXT = 100_000
MOST_AN_HOUR = 30  # answers of one address in one ticket
View = Callable[..., HttpResponse]


@dataclass(slots=True)
class Line:
    """A message as its reader knows it."""

    message: Message
    who: str
    is_own: bool
    files: list[Attachment] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words, without the quoted history; a mail that holds nothing else is shown whole."""
        return self.message.reply or self.message.text


def private(view: View) -> View:
    """For pages of a bearer link: kept by nobody, found by nobody, told to nobody."""

    @wraps(view)
    def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded_view


@csrf_exempt  # no cookie lets anybody in here: the link does
@require_http_methods(["GET", "HEAD", "POST"])
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The conversation, and a place to answer; for a link that does not work (any more) the reason and what to do."""
    link = read_link(token)
    if link is None or not settings.REQUEST_LINKS or link.is_erased or link.is_expired:
        return _closed(request, link)
    if request.method != "POST":
        return _page(request, link, sent=_stored(link, request.GET.get("sent", "")))
    files, refused = receive(request)
    typed = storable(request.POST.get("text", "")).strip()
    key = request.POST.get("key", "")[:64] or hashlib.sha256(typed.encode()).hexdigest()
    if fault := _fault(link, typed, files, refused):
        return _page(request, link, typed=typed, fault=fault, key=key, status=422)
    try:
        accept(**_arrival(link, typed, files, key))
    except (OSError, DatabaseError):
        fault = say(_language(request, link), "failed")
        return _page(request, link, typed=typed, fault=fault, key=key, status=503)
    here = reverse("tickets:request-show", args=[token])
    return HttpResponseRedirect(f"{here}?sent={quote(key)}#sent", status=303)


def _fault(link: RequestLink, typed: str, files: list[File], refused: list[str]) -> str:
    """Why an answer is not taken, in words; "" when it is."""
    language = _language(None, link)
    if refused:
        return say(language, "too_large", name=refused[0], size=size(settings.REQUEST_MAX_BYTES))
    if len(typed) > LONGEST_TEXT:
        return say(language, "too_long", count=LONGEST_TEXT)
    if not typed and not files:
        return say(language, "empty")
    return say(language, "too_many") if _is_flood(link) else ""


def _is_flood(link: RequestLink) -> bool:
    since = timezone.now() - timedelta(hours=1)
    filed = link.ticket.messages.filter(at__gt=since, from_address=link.address)[:MOST_AN_HOUR].count()
    waiting = InboxItem.objects.filter(state=ItemState.WAITING, source=REQUEST, envelope__from=link.address)
    return filed + waiting[:MOST_AN_HOUR].count() >= MOST_AN_HOUR


def _key_of(link: RequestLink, key: str) -> str:
    digest = hashlib.sha256(f"{link.delivery.public_id}:{key}".encode()).hexdigest()
    return f"{REQUEST}/{digest[:40]}"


def _arrival(link: RequestLink, typed: str, files: list[File], key: str) -> dict[str, Any]:
    """What `accept` takes: the answer as a mail from their address to the reply address of the message with the link."""
    ticket, named = link.ticket, _key_of(link, key)
    mailbox = ticket.mailbox
    lines = known(link)
    last = next((line.message for line in reversed(lines) if line.message.message_id), None)
    token = identifiers.reply_token(signing_key(), KEY_ID, link.delivery.message.public_id)
    raw = build(
        from_=Mailbox(ticket.contact.name if _is_customer(link) else "", link.address),
        to=[Mailbox(mailbox.name, mailbox.address)],
        subject=f"Re: {subject_of(lines)}",
        text=typed,
        message_id=f"{named.partition('/')[2]}.request@{domain_of(mailbox)}",
        date=timezone.now(),
        in_reply_to=last.message_id if last else None,
        references=identifiers.references_of(last.references, None, last.message_id) if last else [],
        files=files,
    )
    to = identifiers.reply_address(mailbox.address, token)
    return {
        "account": mailbox,
        "raw": raw,
        "source": REQUEST,
        "key": named,
        "envelope": {"from": link.address, "to": [to], "link": link.delivery.public_id},
    }


def _is_customer(link: RequestLink) -> bool:
    return link.ticket.contact.addresses.filter(address=link.address).exists()


def _stored(link: RequestLink, key: str) -> str:
    """What became of the answer that was just sent: waiting, done or parked; "" when there is none."""
    items = InboxItem.objects.filter(account=link.ticket.mailbox, key=_key_of(link, key)) if key else []
    return next((item.state for item in items), "")


def known(link: RequestLink) -> list[Line]:
    """The newest messages that were written from, or sent to, the link's address, the oldest first. Never a note."""
    rows = link.ticket.messages.exclude(direction=Direction.NOTE).order_by("-at", "-pk")
    theirs = Delivery.objects.filter(message__ticket=link.ticket, recipient__iexact=link.address)
    sent = set(theirs.values_list("message_id", flat=True))
    heads = rows.only("ticket", "direction", "from_address", "to", "cc")[:LOOKED_AT]
    keys = [one.pk for one in heads if one.pk in sent or _is_part(one, link.address)][: MOST_SHOWN + 1]
    found = Message.objects.filter(pk__in=keys).defer("html").prefetch_related("attachments").order_by("at", "pk")
    return [_line(link, message) for message in found]


def subject_of(lines: list[Line]) -> str:
    """The subject as the mails that they know have it: what colleagues call the ticket may be another matter."""
    newest = next((line.message for line in reversed(lines) if not line.message.automatic), None)
    return identifiers.base_subject(newest.subject) if newest else ""


def _is_part(message: Message, address: str) -> bool:
    if message.direction == Direction.IN and message.from_address.lower() == address:
        return True
    return any(str(box["address"]).lower() == address for box in [*message.to, *message.cc])


def _line(link: RequestLink, message: Message) -> Line:
    is_own = message.direction == Direction.IN and message.from_address.lower() == link.address
    ours = link.ticket.mailbox.name  # a mail of ours names the mailbox, and not who wrote it
    who = ours if message.direction == Direction.OUT else message.from_name or message.from_address
    files = [one for one in message.attachments.all() if one.filename or not one.inline]
    return Line(message, who, is_own, sorted(files, key=lambda one: one.part))


@csrf_exempt
@require_POST
@private
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to the address of an old one. The answer is the same whether or not one was sent."""
    link = read_link(token)
    if link is None or not settings.REQUEST_LINKS:
        return _closed(request, link)
    mail_new_link(link, _language(None, link))
    return HttpResponseRedirect(f"{reverse('tickets:request-show', args=[token])}?asked=1", status=303)


@require_GET
@private
def download(request: HttpRequest, token: str, public_id: str, part: int) -> HttpResponse:
    """A file of a message that the link shows, as a download under a name of our making."""
    link = read_link(token)
    if link is None or not settings.REQUEST_LINKS or link.is_erased or link.is_expired:
        return _closed(request, link)
    message = next((line.message for line in known(link) if line.message.public_id == public_id), None)
    try:
        if message is None:
            raise Http404
        file, content = file_of(message, part)
    except Http404:
        return _told(request, link, "file_gone", "file_text", 404, back=True)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{safe_name(file.filename, f"file-{file.part}")}"'
    return guarded(response)


# --- Pages ------------------------------------------------------------------------------------------------------------


def _language(request: HttpRequest | None, link: RequestLink | None) -> str:
    """The customer's where the link is theirs, else what the browser asks for."""
    if link is not None:
        return language_for(link.ticket.contact.language, link.ticket.mailbox.language)
    return language_for(translation.get_language_from_request(request)) if request else "en"


def _page(request: HttpRequest, link: RequestLink, status: int = 200, **shown: Any) -> HttpResponse:
    ticket, lines = link.ticket, known(link)
    rests = ticket.state in (State.SOLVED, State.CLOSED)
    context = {
        "link": link,
        "ticket": ticket,
        "subject": subject_of(lines),
        "lines": lines[-MOST_SHOWN:],
        "is_cut": len(lines) > MOST_SHOWN,
        "rests": rests,
        "longest": LONGEST_TEXT,
        "key": new_id(26),
        "typed": "",
        "fault": "",
        "sent": "",
        **shown,
    }
    return _rendered(request, link, "page", context, status)


def _closed(request: HttpRequest, link: RequestLink | None) -> HttpResponse:
    """What has become of a link that shows nothing (any more). Without a right signature nothing is told but that."""
    if link is None:
        return _told(request, None, "unknown", "unknown_text", 404)
    if not settings.REQUEST_LINKS:
        return _told(request, link, "off", "off_text", 410)
    if link.is_erased:
        return _told(request, link, "erased", "erased_text", 410)
    return _told(request, link, "expired", "expired_text", 410, renew="asked" not in request.GET)


def _told(
    request: HttpRequest, link: RequestLink | None, title: str, text: str, status: int, **more: bool
) -> HttpResponse:
    context = {"link": link, "title": title, "text": text, "asked": "asked" in request.GET and title == "expired"}
    return _rendered(request, link, "told", {**context, **more}, status)


def _rendered(
    request: HttpRequest, link: RequestLink | None, name: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """A page without the request in its context: nothing on it may set a cookie."""
    language = _language(request, link)
    with translation.override(language), timezone.override(zone_named(link.ticket.mailbox.time_zone if link else "")):
        values = _values(link) if link else {}
        words = words_in(language, **values)
        if name == "told":
            context = {**context, "title": words[context["title"]], "text": words[context["text"]]}
        html = render_to_string(f"tickets/request/{name}.html", {**context, "words": words, "language": language})
    return HttpResponse(html, status=status)


def _values(link: RequestLink) -> dict[str, object]:
    ticket: Ticket = link.ticket
    return {
        "number": ticket.number,
        "address": link.masked_address if link.address else "–",
        "date": date_format(timezone.localtime(link.expires_at), "DATE_FORMAT"),
        "size": size(settings.REQUEST_MAX_BYTES),
        "mailbox": ticket.mailbox.address,
    }
