"""One message: its HTML on its own paper, its whole text, its files, and the original."""

import hashlib
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from tickets.channels import NotConnected, NotSent, Outgoing, open_channel
from tickets.mime.file_names import safe_name
from tickets.mime.parse import attachment as read_attachment
from tickets.mime.parse import parse
from tickets.mime.request_links import masked_mail
from tickets.models import Attachment, Delivery, Message
from tickets.record.read import Missing, original
from tickets.record.read import whole as whole_file
from tickets.views.access import message_of, signed_in
from tickets.views.timeline import FILMS, PICTURES, SOUNDS

SENT = ("sent.eml", "sent.json")  # what an outcome calls the part that was sent
MOST_SHOWN = 400_000  # characters of a raw source on the screen; the download has all of it
MOST_VERSIONS = 50


@signed_in
def whole(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole text with its quoted history."""
    return render(request, "tickets/message/_whole.html", {"message": message_of(request, public_id)})


@signed_in
def versions(request: HttpRequest, public_id: str) -> HttpResponse:
    """What an edited message said before, the newest first; at most 50, all of them are in the record."""
    message = message_of(request, public_id)
    rows = message.versions.select_related("entry").defer("html", "entry__body", "entry__fields").order_by("-pk")
    context = {"message": message, "versions": rows[:MOST_VERSIONS]}
    return render(request, "tickets/message/_versions.html", context)


@signed_in
def download(request: HttpRequest, public_id: str, part: int) -> HttpResponse:
    """A file, as a download under a name of our making, whatever it calls itself."""
    file, content = file_of(message_of(request, public_id), part)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{safe_name(file.filename, f"file-{file.part}")}"'
    return guarded(response)


@signed_in
def picture(request: HttpRequest, public_id: str, part: int) -> HttpResponse:
    """A picture, sound or film to be shown; only of the kinds that cannot hold a script, by what its first bytes say."""
    file, content = file_of(message_of(request, public_id), part)
    kind = kind_of_picture(content) or kind_of_recording(content)
    if kind is None:
        raise Http404
    response = guarded(HttpResponse(content, content_type=kind))
    response["Content-Disposition"] = f'inline; filename="{safe_name(file.filename, f"file-{file.part}")}"'
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def file_of(message: Message, part: int) -> tuple[Attachment, bytes]:
    """An attachment and its bytes, out of the record. Raises Http404."""
    file = get_object_or_404(Attachment.objects.select_related("entry"), message=message, part=part)
    try:
        found = read_attachment(original(file.entry or message.entry), file.entry_part or part)
    except (Missing, FileNotFoundError):
        found = None
    if found is None:
        raise Http404(_("This file is not in the record any more."))
    return file, found.content


def kind_of_picture(content: bytes) -> str | None:
    """The type of a picture by its first bytes, if it is one of those we show."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PICTURES[0]
    if content.startswith(b"\xff\xd8\xff"):
        return PICTURES[1]
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return PICTURES[2]
    return PICTURES[3] if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def kind_of_recording(content: bytes) -> str | None:
    """The type of a sound or a film by its first bytes, if it is one of those we play."""
    if content.startswith(b"OggS"):
        return SOUNDS[0]
    if content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3")):
        return SOUNDS[1]
    if content[4:8] == b"ftyp":
        return SOUNDS[2] if content[8:11] == b"M4A" else FILMS[0]
    return FILMS[1] if content.startswith(b"\x1a\x45\xdf\xa3") else None


def guarded(response: HttpResponse) -> HttpResponse:
    """Headers for bytes of strangers: never guessed at, never run, never framed by others."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'self'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@dataclass(frozen=True, slots=True)
class Rendered:
    """What really left for a delivery: as the record keeps it with the outcome, else made again from the neutral message."""

    delivery: Delivery
    source: str
    is_same: bool = True  # its sha256 is the one that stands in the outcome
    is_recorded: bool = False


@signed_in
def source(request: HttpRequest, public_id: str) -> HttpResponse:
    """The raw source as it arrived or was written, and what was really sent; `?download` gives the .eml."""
    message = message_of(request, public_id)
    try:
        raw = original(message.entry)
        trace = whole_file(message.entry)[: -len(raw) or None] if message.entry.marked_at else b""
    except (Missing, FileNotFoundError) as error:
        return render(request, "tickets/message/original.html", {"message": message, "missing": str(error)}, status=404)
    if "download" in request.GET:
        return as_eml(message, raw)
    context = {
        "message": message,
        "source": shown(raw),
        "size": len(raw),
        "trace": shown(trace),
        "rendered": rendered(message, raw),
    }
    return render(request, "tickets/message/original.html", context)


def as_eml(message: Message, raw: bytes) -> HttpResponse:
    """The mail itself, byte for byte."""
    response = HttpResponse(raw, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="ticket-{message.ticket.number}-{message.public_id}.eml"'
    return guarded(response)


def rendered(message: Message, raw: bytes) -> list[Rendered]:
    """What was sent on each account, out of the record or made again: the same words give the same bytes."""
    found, seen = [], set()
    for delivery in message.deliveries.select_related("account", "outcome", "asked", "corrects").exclude(
        rendered_sha256=""
    ):
        if delivery.rendered_sha256 in seen:
            continue
        seen.add(delivery.rendered_sha256)
        if kept := recorded(delivery):
            found.append(Rendered(delivery, shown(kept), is_recorded=True))
            continue
        try:
            made = open_channel(delivery.account).render(_outgoing(message, delivery, raw))
        except (NotConnected, NotSent, NotImplementedError):
            continue
        found.append(Rendered(delivery, shown(made), hashlib.sha256(made).hexdigest() == delivery.rendered_sha256))
    return found


def _outgoing(message: Message, delivery: Delivery, raw: bytes) -> Outgoing:
    amended = original(delivery.asked) if delivery.asked else b""
    return Outgoing(message, delivery.account, [delivery], raw, amended)


def recorded(delivery: Delivery) -> bytes | None:
    """Return what was sent as the outcome's entry has it, files replaced by their digests; None when that has it not."""
    if delivery.outcome is None:
        return None
    try:
        files = parse(original(delivery.outcome)).attachments
    except (Missing, FileNotFoundError):
        return None
    return next((file.content for file in files if (file.filename or "") in SENT), None)


def shown(raw: bytes) -> str:
    """Raw bytes as text for the screen; what is no UTF-8 is shown as replacement marks."""
    return masked_mail(raw).decode("utf-8", "replace").replace("\r\n", "\n")[:MOST_SHOWN]
