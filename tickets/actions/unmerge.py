"""Unmerge: two tickets that were joined are two again, also when more has been said since."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tickets import search
from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.participants import settle_participants
from tickets.actions.receive import SNIPPET
from tickets.mime.identifiers import read_reply_address
from tickets.models import Agent, Direction, Entry, Event, Message, State, Ticket
from tickets.models.keys import signing_keys
from tickets.models.text import storable
from tickets.models.tickets import UNATTENDED
from tickets.record.write import entry_of
from tickets.wake import wake

AT_ONCE = 500


def unmerge(number: int, by: Agent | None, at: datetime | None = None, reason: str = "") -> Ticket:
    """Take ticket `number` out of the one that it was merged into; return it. Raises NotAllowed when it is in none.

    What was its own goes back with it, and what has come since goes where the message belongs that it answers.
    """
    when = at or timezone.now()
    with transaction.atomic():
        ticket, into = _locked(number)
        event = into.events.filter(kind="merged", data__ticket=number).order_by("-pk").first()
        fields = _decide(ticket, into, event) | {"by": by.public_id if by else None, "reason": storable(reason)}
        words = _("made #%(number)s a ticket of its own again") % {"number": number}
        original = compose.done(into, by, when, words, reason)
        entry = entry_of("unmerge", at=when, fields=fields, original=original, account=into.mailbox, ticket=into.number)
        entry.save()
        apply_unmerge(entry)
        wake("append")
    ticket.refresh_from_db()
    return ticket


def _locked(number: int) -> tuple[Ticket, Ticket]:
    pairs = Ticket.objects.filter(number=number, merged_into__isnull=False).values_list("pk", "merged_into__pk")
    keys = pairs.first()
    if keys is None:
        raise NotAllowed(_("#%(number)s is a ticket of its own.") % {"number": number})
    rows = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("mailbox").order_by("pk")
    by_key = {row.pk: row for row in rows}
    return by_key[keys[0]], by_key[keys[1]]


def _decide(ticket: Ticket, into: Ticket, event: Event | None) -> dict[str, Any]:
    """Which messages go back, and how both stand then."""
    known = event.data if event else {}
    own = known.get("messages")
    if own is None:
        own = list(into.messages.filter(entry__ticket_number=ticket.number).values_list("public_id", flat=True))
    since = list(_followers(into, set(own), event.entry_id)) if event else []
    state = known.get("state", str(State.OPEN))
    if state in UNATTENDED and any(message.direction == Direction.IN for message in since):
        state = str(State.OPEN)
    return {
        "ticket": into.number,
        "unmerged": ticket.number,
        "messages": [*own, *(message.public_id for message in since)],
        "brought": known.get("brought", []),
        "state": state,
        "last": known.get("last", []),
        "holds": _holds(into.hold, known.get("holds", [])),
    }


def _holds(hold: str, lengths: Sequence[int]) -> list[int]:
    """How the hold is parted: lengths of both parts. One that was changed since is kept on both: [its length, its length]."""
    if len(lengths) == 2 and sum(lengths) + (1 if all(lengths) else 0) == len(hold):
        return list(lengths)
    return [len(hold), len(hold)]


def _followers(into: Ticket, own: set[str], merged: int) -> Iterator[Message]:
    """The messages since the merge that answer one of `own`, or one that does."""
    ids = {}
    rows = into.messages.exclude(message_id="").order_by("pk")
    for public_id, message_id in rows.values_list("public_id", "message_id"):
        ids[message_id] = public_id
    later = into.messages.filter(entry__gt=merged).exclude(direction=Direction.NOTE).exclude(public_id__in=own)
    keys = signing_keys()
    for message in later.select_related("entry").defer("text", "html", "reply", "entry__body").order_by("pk"):
        answered = next((read for box in _sent_to(message) if (read := read_reply_address(keys, box))), None)
        if answered is None:
            answered = next((ids[one] for one in reversed(message.references) if one in ids), None)
        if answered in own:
            own.add(message.public_id)
            yield message


def _sent_to(message: Message) -> list[str]:
    """Every address that an incoming message was sent to: one may carry the token of what it answers."""
    if message.direction != Direction.IN:
        return []
    envelope = message.entry.fields.get("envelope", {}).get("to", [])
    return [*envelope, *(box["address"] for box in [*message.to, *message.cc])]


def apply_unmerge(entry: Entry) -> None:
    """Make what an entry of kind "unmerge" says."""
    fields = entry.fields
    into = Ticket.objects.select_related("mailbox").get(number=fields["ticket"])
    ticket = Ticket.objects.select_related("mailbox").get(number=fields["unmerged"])
    _move(fields, into, ticket)
    Ticket.objects.filter(number__in=fields["brought"], merged_into=into).update(merged_into=ticket)
    first, second = fields["holds"]
    is_parted = (first, second) != (len(into.hold), len(into.hold))
    ticket.hold = into.hold[len(into.hold) - second :] if second else ""
    into.hold = into.hold[:first] if is_parted else into.hold
    ticket.merged_into, ticket.state = None, fields["state"]
    for one, last in zip((into, ticket), fields["last"] or (None, None), strict=True):
        _recount(one, parse_datetime(last) if last else None, entry.at)
        settle_participants(one)
    _tell(entry, into, ticket)


def _move(fields: dict[str, Any], into: Ticket, ticket: Ticket) -> None:
    for some in _portions(fields["messages"]):
        moved = Message.objects.filter(public_id__in=some, ticket=into)
        keys = list(moved.values_list("pk", flat=True))
        entries = list(moved.values_list("entry", flat=True))
        Message.objects.filter(pk__in=keys).update(ticket=ticket)
        search.refresh_messages(keys)
        into.events.filter(entry__in=entries).update(ticket=ticket)
    numbers = [ticket.number, *fields["brought"]]
    into.events.filter(Q(of__in=numbers) | Q(of=0, entry__ticket_number__in=numbers)).update(ticket=ticket)


def _portions(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))


def _recount(ticket: Ticket, last: datetime | None, at: datetime) -> None:
    """Bring what a ticket shows of its messages up to date; `last`: where it stood in the lists before the merge."""
    public = ticket.messages.exclude(direction=Direction.NOTE).filter(automatic=False)
    ticket.message_count = ticket.messages.count()
    ticket.created_at = ticket.messages.aggregate(first=Min("at"))["first"] or ticket.created_at
    newest = public.exclude(kind="system").order_by("-at", "-pk").first() or public.order_by("-at", "-pk").first()
    times = [time for time in (last, newest.at if newest else None) if time]
    ticket.last_message_at = (
        max(times) if times else ticket.messages.aggregate(last=Max("at"))["last"] or ticket.last_message_at
    )
    ticket.snippet = " ".join((newest.reply or newest.text).split())[:SNIPPET] if newest else ""
    ticket.updated_at = max(ticket.updated_at, at)
    ticket.save()


def _tell(entry: Entry, into: Ticket, ticket: Ticket) -> None:
    by = Agent.objects.named(entry.fields["by"])
    for one, other in ((into, ticket), (ticket, into)):
        Event.objects.create(
            ticket=one,
            entry=entry,
            of=one.number,
            kind="unmerged",
            at=entry.at,
            by=by,
            reason=entry.fields["reason"],
            data={"ticket": other.number, "own": one.pk == ticket.pk},
        )
