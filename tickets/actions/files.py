"""Files that a vendor holds: a message is filed at once with a place for each, and what was fetched is an entry of its own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.mime.build import File, build
from tickets.mime.parse import Mail, Mailbox, parse
from tickets.models import Agent, Attachment, Entry, Event, Fetch, FetchState, Message
from tickets.models.text import storable
from tickets.record.write import entry_of
from tickets.wake import wake

Place = dict[str, Any]  # a file as a notice names it, under the keys of `parseupdate`; `unique` tells it from others


def places(message: Message, files: Sequence[Place], first: int) -> list[Attachment]:
    """Return unsaved attachments for files that are still to be fetched, numbered from `first`."""
    return [
        Attachment(
            message=message,
            part=number,
            filename=storable(file.get("filename") or "", 255),
            content_type=storable(file.get("content_type") or "application/octet-stream", 255),
            size=file.get("size") or 0,
        )
        for number, file in enumerate(files, first)
    ]


def fetches(attachments: Iterable[Attachment], files: Iterable[Place], entry: Entry) -> list[Fetch]:
    """Return the unsaved rows of the queue for places that are stored."""
    return [
        Fetch(attachment=attachment, account=entry.account, file=file, due_at=entry.at)
        for attachment, file in zip(attachments, files, strict=True)
    ]


def make_places(messages: Sequence[Message], entries: Sequence[Entry], taken: Sequence[int]) -> None:
    """Give new messages a place for each file that the vendor still holds; `taken`: the highest number among its own files."""
    made: list[Attachment] = []
    queued: list[Fetch] = []
    for message, entry, highest in zip(messages, entries, taken, strict=True):
        files = [file for file in entry.fields.get("files", []) if file.get("file_id") or file.get("url")]
        mine = places(message, files, highest + 1)
        made += mine
        queued += fetches(mine, files, entry)
    if made:
        Attachment.objects.bulk_create(made, batch_size=500)
        Fetch.objects.bulk_create(queued, batch_size=500)
        wake("fetch_files")


def add_places(message: Message, entry: Entry, files: Sequence[Place]) -> None:
    """Give a message that is here a place for each file that it did not have yet."""
    if not files:
        return
    held = Fetch.objects.filter(attachment__message=message).values_list("file", flat=True)
    known = {file.get("unique") for file in held}
    fresh = [file for file in files if not file.get("unique") or file["unique"] not in known]
    highest = max(message.attachments.values_list("part", flat=True), default=0)
    made = Attachment.objects.bulk_create(places(message, fresh, highest + 1))
    Fetch.objects.bulk_create(fetches(made, fresh, entry))
    wake("fetch_files")


def fetched(fetch: Fetch, content: bytes, content_type: str = "", at: datetime | None = None) -> None:
    """Record a file that was fetched under the lease of `fetch`. Raises OSError when it cannot be stored."""
    place = fetch.attachment
    file = File(place.filename or "file", content_type or place.content_type, content)
    _settle(fetch, {}, _("The file %(name)s came.") % {"name": file.filename}, [file], at or timezone.now())


def not_fetched(fetch: Fetch, reason: str, at: datetime | None = None) -> None:
    """Record that a file cannot be had, and why."""
    words = _("The file %(name)s could not be fetched: %(reason)s")
    text = words % {"name": fetch.attachment.filename, "reason": reason}
    _settle(fetch, {"failed": storable(reason, 2000)}, text, [], at or timezone.now())


def _settle(fetch: Fetch, more: dict[str, Any], text: str, files: Sequence[File], at: datetime) -> None:
    message = fetch.attachment.message
    fields = {
        "account": fetch.account.public_id,
        "ticket": message.ticket.number,
        "message": message.public_id,
        "part": fetch.attachment.part,
        **more,
    }
    original = _mail(message, text, files, at, fetch)
    entry = entry_of(
        "file", at=at, fields=fields, original=original, account=fetch.account, ticket=message.ticket.number
    )
    mail = parse(original)
    with transaction.atomic():
        held = Fetch.objects.select_for_update().filter(pk=fetch.pk, lease_by=fetch.lease_by)
        if held.filter(state=FetchState.FETCHING).exists():  # else another worker took it over
            entry.save()
            apply_file(entry, mail)
            wake("append")


def apply_file(entry: Entry, mail: Mail) -> None:
    """Make what an entry of kind "file" says: the file stands in its place, or the reason why it does not."""
    fields = entry.fields
    place = Attachment.objects.filter(message__public_id=fields["message"], part=fields["part"]).first()
    if place is None:  # its message was erased, and this with it
        return
    state = FetchState.FAILED if "failed" in fields else FetchState.DONE
    Fetch.objects.filter(attachment=place).update(
        state=state, reason=fields.get("failed", ""), lease_by="", lease_until=None
    )
    if state == FetchState.DONE and mail.attachments:
        file = mail.attachments[0]
        place.entry, place.entry_part = entry, file.part
        place.size, place.sha256 = file.size, file.sha256
        place.content_type, place.filename = storable(file.content_type, 255), storable(file.filename or "", 255)
        place.save()


def fetch_again(place: Attachment, by: Agent | None, at: datetime | None = None) -> None:
    """Try again to fetch what could not be had: a person's decision, noted. Raises NotAllowed for any other file."""
    fetch = Fetch.objects.filter(attachment=place, state=FetchState.FAILED).first()
    if fetch is None:
        raise NotAllowed(_("Only a file that could not be fetched can be fetched again."))
    when, ticket = at or timezone.now(), place.message.ticket
    fields = {
        "ticket": ticket.number,
        "message": place.message.public_id,
        "part": place.part,
        "by": by.public_id if by else None,
    }
    words = _("asked for the file %(name)s again") % {"name": place.filename}
    original = compose.done(ticket, by, when, words)
    entry = entry_of("refetch", at=when, fields=fields, original=original, account=fetch.account, ticket=ticket.number)
    with transaction.atomic():
        entry.save()
        apply_fetch_again(entry)
        wake("append")
        wake("fetch_files")


def apply_fetch_again(entry: Entry) -> None:
    """Make what an entry of kind "refetch" says."""
    fields = entry.fields
    place = Attachment.objects.filter(message__public_id=fields["message"], part=fields["part"]).first()
    Fetch.objects.filter(attachment=place).update(
        state=FetchState.WAITING, reason="", attempts=0, due_at=entry.at, lease_by="", lease_until=None
    )
    message = Message.objects.only("ticket").get(public_id=fields["message"])
    by = Agent.objects.named(fields["by"])
    Event.objects.create(
        ticket_id=message.ticket_id,
        entry=entry,
        kind="refetched",
        at=entry.at,
        by=by,
        data={"filename": place.filename if place else ""},
    )


def _mail(message: Message, text: str, files: Sequence[File], at: datetime, fetch: Fetch) -> bytes:
    """The mail that brings a file: in the thread of its message, from who sent that."""
    box = Mailbox(fetch.account.name, fetch.account.home.address)
    answered = message.message_id or None
    return build(
        from_=Mailbox(message.from_name, message.from_address) if message.from_address else box,
        to=[box],
        subject=text,
        text=text,
        message_id=compose.new_message_id(message.ticket.number, fetch.account),
        date=at,
        in_reply_to=answered,
        references=[answered] if answered else [],
        files=files,
        headers={"Auto-Submitted": "auto-generated"},
    )
