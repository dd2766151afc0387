"""Drafts: saved while an agent writes, scheduled when send is pressed, sent when their time has come."""

import mimetypes
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import notify, overtaken
from tickets.actions.ask import ask_for_way
from tickets.actions.change import NotAllowed, set_status
from tickets.actions.mentions import mentioned
from tickets.actions.note import note
from tickets.actions.overtaken import Overtaken
from tickets.actions.reply import forward, reply_words, start
from tickets.actions.say import Said, prepare, save_said
from tickets.actions.variables import left_in
from tickets.mime.build import File
from tickets.models import Agent, Contact, Draft, DraftFile, DraftState, Message, State, Ticket
from tickets.models.many import save_many
from tickets.models.text import storable
from tickets.outbox.route import NoRoute, best, newest_in
from tickets.record.store import store
from tickets.wake import wake

FOLDER = "spool/drafts"
UNDO_SECONDS = 10
AT_ONCE = 10  # replies that become messages in one transaction
A_PAGE = 200  # waiting replies that are looked at in one go
NOT_AN_ADDRESS = "%(address)s is not an email address."


def save_draft(key: str, agent: Agent, **fields: Any) -> Draft:
    """Create or update the draft that the client calls `key`. Raises NotAllowed once it was sent or belongs to another."""
    draft, made = Draft.objects.get_or_create(key=key, defaults={"agent": agent, "updated_at": timezone.now()} | fields)
    if draft.agent_id != agent.pk or draft.state not in (DraftState.EDITING, DraftState.DISCARDED):
        raise NotAllowed(_("This draft was sent already, or is somebody else's. Your text is still in the box."))
    if not made:
        for name, value in fields.items():
            setattr(draft, name, value)
        draft.state = DraftState.EDITING
        draft.updated_at = timezone.now()
        draft.save()
    return draft


def add_file(draft: Draft, filename: str, content_type: str, content: bytes) -> DraftFile:
    """Keep a file with a draft. Raises OSError when it is not stored, NotAllowed over SMTP_MAX_BYTES."""
    if len(content) > settings.SMTP_MAX_BYTES:
        raise NotAllowed(
            _("The file is larger than this helpdesk sends (%(limit)d MB).") % {"limit": settings.SMTP_MAX_BYTES >> 20}
        )
    stored = uuid.uuid4().hex
    store().write(f"{FOLDER}/{stored}", content)
    store().settle(FOLDER)
    name = storable(filename.replace("\\", "/").rsplit("/", 1)[-1], 255) or "file"
    kind = content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return DraftFile.objects.create(
        draft=draft, filename=name, content_type=kind[:255], size=len(content), stored=stored
    )


def remove_file(file: DraftFile) -> None:
    """Take a file off its draft."""
    file.delete()
    store().remove(f"{FOLDER}/{file.stored}")


def discard(draft: Draft) -> None:
    """Put a draft away; undo brings it back until the sweep forgets it."""
    Draft.objects.filter(pk=draft.pk, state=DraftState.EDITING).update(
        state=DraftState.DISCARDED, updated_at=timezone.now()
    )


def erase_drafts(keys: Collection[int]) -> None:
    """Delete drafts with their files; one that was sent stays empty, so that its key still counts once. In a transaction."""
    files = DraftFile.objects.filter(draft__in=keys)
    stored = list(files.values_list("stored", flat=True))
    files.delete()
    rows = Draft.objects.filter(pk__in=keys)
    rows.exclude(message=None).update(subject="", text="", to=[], cc=[], bcc=[])
    rows.filter(message=None).delete()
    transaction.on_commit(partial(_remove, stored), robust=True)  # what it cannot remove, the sweep does


def _remove(stored: Sequence[str]) -> None:
    for name in stored:
        store().remove(f"{FOLDER}/{name}")


def schedule(draft: Draft, seconds: float = UNDO_SECONDS) -> Draft:
    """Send is pressed: check all that can be checked, then wait for the undo time. Raises NotAllowed; the draft stays.

    A reply that was overtaken is held: it says so until its writer has decided.
    """
    try:
        _check(draft)
    except Overtaken as error:
        _stop(draft.pk, str(error), DraftState.EDITING, held=True)
        draft.held = True
        raise
    changed = Draft.objects.filter(pk=draft.pk, state=DraftState.EDITING).update(
        state=DraftState.SCHEDULED, send_at=Now() + timedelta(seconds=seconds), error="", held=False
    )
    draft.refresh_from_db()
    if not changed and draft.state == DraftState.DISCARDED:
        raise NotAllowed(_("This draft was thrown away; write it again or undo that."))
    return draft


def _check(draft: Draft) -> None:
    if not draft.text.strip() and not draft.files.exists() and draft.kind != "forward":
        raise NotAllowed(_("There is nothing to send yet: write some words or add a file."))
    for box in [*draft.to, *draft.cc, *draft.bcc]:
        local, at, domain = box["address"].rpartition("@")
        if not (local and at and domain) or any(c.isspace() or c in "<>,;" for c in box["address"]):
            raise NotAllowed(_(NOT_AN_ADDRESS) % {"address": box["address"] or "–"})
    if draft.kind != "note" and (left := left_in(f"{draft.subject}\n{draft.text}")):
        words = _("%(variables)s: nothing is known to stand there. Write it yourself or take it out, then send again.")
        raise NotAllowed(words % {"variables": ", ".join(left)})
    if draft.kind in ("forward", "new") and not draft.to:
        raise NotAllowed(_("Say to whom this is to be sent."))
    if sum(draft.files.values_list("size", flat=True)) > settings.SMTP_MAX_BYTES * 3 // 4:
        raise NotAllowed(_("The files are too large for one mail; send fewer, or smaller ones."))
    if draft.kind == "note" and draft.ticket:
        mentioned(draft.ticket, draft.text, draft.agent)
    overtaken.check(draft)


def _stop(pk: int, error: str, state: str, *, held: bool) -> None:
    """Give a draft back to its writer, with the reason."""
    Draft.objects.filter(pk=pk, state=state).update(
        state=DraftState.EDITING, send_at=None, error=error[:2000], held=held
    )


def _give_back(draft: Draft, error: Exception) -> None:
    """It did not go when its time had come. A reply that was overtaken is told to its writer, who may have left the page."""
    held = isinstance(error, Overtaken)
    with transaction.atomic():
        _stop(draft.pk, str(error), DraftState.SCHEDULED, held=held)
        if held and draft.ticket:
            notify.make(notify.HELD, draft.ticket, [draft.agent], None)


def _let_wait(draft: Draft, error: NoRoute) -> None:
    """There is no way to the customer (yet): it goes by itself as soon as there is one."""
    waiting = Draft.objects.filter(pk=draft.pk, state=DraftState.SCHEDULED)
    waiting.update(state=DraftState.WAITING, send_at=None, error=str(error)[:2000], way="")


def send_waiting(contact: Contact | None = None) -> int:
    """Let the replies go for which there is a way to the customer now; return how many. Of one contact only, or of all."""
    waiting = Draft.objects.filter(state=DraftState.WAITING, ticket__isnull=False)
    if contact is not None:
        waiting = waiting.filter(ticket__contact__in=contact.selves)
    rows = waiting.select_related("ticket__mailbox", "ticket__contact").order_by("pk")
    count = after = 0
    while page := list(rows.filter(pk__gt=after)[:A_PAGE]):
        count += _let_go(page)
        still = Draft.objects.filter(pk__in=[one.pk for one in page], state=DraftState.WAITING)
        for ticket in Ticket.objects.filter(drafts__in=still).distinct():
            ask_for_way(ticket)
        after = page[-1].pk
    if count:
        wake("send_drafts")
    return count


def _let_go(drafts: Sequence[Draft]) -> int:
    last = newest_in(draft.ticket for draft in drafts if draft.ticket)
    ready = [draft.pk for draft in drafts if draft.ticket and _has_way(draft.ticket, last.get(draft.ticket.pk))]
    rows = Draft.objects.filter(pk__in=ready, state=DraftState.WAITING)
    return rows.update(state=DraftState.SCHEDULED, send_at=Now(), error="")


def _has_way(ticket: Ticket, last: Message | None) -> bool:
    try:
        best(ticket, last)
    except NoRoute:
        return False
    return True


def lay_aside(draft: Draft) -> None:
    """Keep a held reply as an ordinary draft."""
    Draft.objects.filter(pk=draft.pk, state=DraftState.EDITING).update(held=False, error="")
    draft.held, draft.error = False, ""


def undo(draft: Draft) -> Draft:
    """Take a scheduled draft back, with text, files and recipients. Raises NotAllowed when it has gone."""
    waiting = Draft.objects.filter(pk=draft.pk, state__in=(DraftState.SCHEDULED, DraftState.WAITING))
    changed = waiting.update(state=DraftState.EDITING, send_at=None, error="", updated_at=timezone.now())
    draft.refresh_from_db()
    if not changed and draft.state != DraftState.EDITING:
        raise NotAllowed(_("It has been sent already."))
    return draft


def send_due(most: int = 100) -> int:
    """Send scheduled drafts whose time has come; return how many."""
    due = Draft.objects.filter(state=DraftState.SCHEDULED, send_at__lte=Now()).order_by("send_at", "pk")
    drafts = _with_rows(due[:most])
    for together in _in_turns(drafts):
        _send(together)
    return len(drafts)


def send_now(pk: int) -> None:
    """Turn one scheduled draft into a message, once."""
    _send(_with_rows(Draft.objects.filter(pk=pk, state=DraftState.SCHEDULED)))


def _with_rows(drafts: QuerySet[Draft]) -> list[Draft]:
    """Fetch drafts with what nearly all of them need."""
    rows = drafts.select_related("ticket__mailbox", "ticket__contact", "agent")
    return list(rows.prefetch_related(Prefetch("files", DraftFile.objects.order_by("pk"))))


def _in_turns(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """Yield replies together, a few at once and one of each ticket, since it changes what the next one finds; others alone."""
    turn: dict[int, Draft] = {}
    for draft in drafts:
        ticket = draft.ticket_id if draft.kind == "reply" else None
        if turn and (ticket is None or ticket in turn or len(turn) == AT_ONCE):
            yield list(turn.values())
            turn = {}
        if ticket is None:
            yield [draft]
        else:
            turn[ticket] = draft
    if turn:
        yield list(turn.values())


def _send(drafts: Sequence[Draft]) -> None:
    """Turn scheduled drafts into messages, each once. When one of several is refused, each goes alone: only that one stays.

    The tickets' rows are locked before it is asked who wrote meanwhile: of two replies whose time has come at once, one
    goes, and the other finds it.
    """
    try:
        last = newest_in(draft.ticket for draft in drafts if draft.ticket)
        said = [_prepare(draft, last) for draft in drafts]
        with transaction.atomic():
            going = _locked(drafts)
            for draft in going:
                overtaken.check_when_due(draft)
            messages = _say([one for one in zip(drafts, said, strict=True) if one[0] in going])
            for draft, message in messages:
                draft.message, draft.state = message, DraftState.SENT
            save_many([draft for draft, _message in messages], ["message", "state"])
    except (NotAllowed, NoRoute, OSError) as error:
        if len(drafts) == 1:
            _let_wait(drafts[0], error) if isinstance(error, NoRoute) else _give_back(drafts[0], error)
        else:
            for draft in drafts:
                _send([draft])
        return
    _remove([file.stored for draft, _message in messages for file in draft.files.all()])
    wake("deliver")


def _locked(drafts: Sequence[Draft]) -> list[Draft]:
    """Lock drafts and their tickets; return those that still stand as they were read: undone ones do not."""
    rows = Draft.objects.select_for_update().filter(pk__in=[draft.pk for draft in drafts], state=DraftState.SCHEDULED)
    found = dict(rows.order_by("pk").values_list("pk", "updated_at"))
    tickets = {draft.ticket_id for draft in drafts if draft.ticket_id}
    list(Ticket.objects.select_for_update().filter(pk__in=tickets).order_by("pk").values_list("pk"))
    return [draft for draft in drafts if found.get(draft.pk) == draft.updated_at]


def _file(file: DraftFile, text: str) -> File:
    """A file as it goes out; a picture whose name stands in brackets in the text is shown there."""
    content = store().read(f"{FOLDER}/{file.stored}")
    if file.content_type.startswith("image/") and f"[{file.filename}]" in text:
        return File(file.filename, file.content_type, content, f"{file.public_id}@picture", inline=True)
    return File(file.filename, file.content_type, content)


def _prepare(draft: Draft, last: Mapping[int, Message]) -> Said | Callable[[], Message]:
    """Make the mail of a reply; of anything else, what says it. Raises NotAllowed, NoRoute, OSError.

    `last`: the newest message that came in, by the ticket's primary key.
    """
    files = [_file(file, draft.text) for file in draft.files.all()]
    addressed: dict[str, Any] = {"to": draft.to, "cc": draft.cc, "bcc": draft.bcc, "files": files}
    if draft.kind == "new":
        return partial(_start, draft, addressed)
    ticket = draft.ticket
    if ticket is None:
        raise NotAllowed(_("The ticket of this draft is gone."))
    if draft.kind == "note":
        return partial(_note, draft, ticket, files)
    if draft.kind == "forward":
        return partial(_forward, draft, ticket, addressed)
    state, subject = draft.then_state or State.WAITING, draft.subject or None
    addressed |= {"last": last.get(ticket.pk), "way": draft.way}
    return prepare(reply_words(ticket, draft.text, draft.agent, then_state=state, subject=subject, **addressed))


def _say(
    going: Sequence[tuple[Draft, Said | Callable[[], Message]]],
) -> list[tuple[Draft, Message]]:
    """Say what was prepared: the replies together."""
    replies = [(draft, one) for draft, one in going if isinstance(one, Said)]
    messages = save_said([one for _draft, one in replies]) if replies else []
    said = [(draft, message) for (draft, _one), message in zip(replies, messages, strict=True)]
    return said + [(draft, one()) for draft, one in going if not isinstance(one, Said)]


def _start(draft: Draft, addressed: dict[str, Any]) -> Message:
    if draft.mailbox is None:
        raise NotAllowed(_("Choose the mailbox to send from."))
    return start(draft.mailbox, draft.subject, draft.text, draft.agent, **addressed)


def _note(draft: Draft, ticket: Ticket, files: list[File]) -> Message:
    message = note(ticket, draft.text, draft.agent, files=files)
    if draft.then_state:
        set_status(ticket, draft.then_state, draft.agent)
    return message


def _forward(draft: Draft, ticket: Ticket, addressed: dict[str, Any]) -> Message:
    if draft.forwarded is None:
        raise NotAllowed(_("Choose the message to forward."))
    return forward(ticket, draft.forwarded, draft.text, draft.agent, **addressed)
