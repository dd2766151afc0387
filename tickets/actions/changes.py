"""Changes to many tickets at once: one verb call is one entry, of at most 500 tickets; what could not be done is named."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.setting import set_all
from tickets.models import Account, Agent, Contact, Entry, Event, SpamSender, Ticket
from tickets.models.many import insert_many, insert_new
from tickets.models.text import storable
from tickets.permissions import visible_to
from tickets.record.write import entry_of
from tickets.wake import wake

MOST = 500  # tickets of one entry
Pair = dict[str, str]  # {"contact": public id, "mailbox": public id}: whose mail is spam where


def not_there() -> str:
    """Return why nothing is done to a ticket that is gone, or that the agent may not see: both sound the same."""
    return _("It is not there any more.")


def nothing_more(tickets: Sequence[Ticket]) -> dict[str, Any]:
    """Nothing but the change of the tickets themselves is decided."""
    return {}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: `of` says what to set on a ticket, None when it is so already; it raises NotAllowed with the reason."""

    event: str
    words: str  # as a reader of the record sees them, after the name of who did it
    of: Callable[[Ticket], dict[str, Any] | None]
    reason: str = ""
    more: Callable[[Sequence[Ticket]], dict[str, Any]] = nothing_more  # what else the entry decides


@dataclass(slots=True)
class Done:
    """What came of it: the tickets that were changed, those that were not and why, and what was written."""

    changed: list[int] = field(default_factory=list)
    left: list[tuple[int, str]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)  # primary keys

    def add(self, other: "Done") -> None:
        """Count another portion in."""
        self.changed += other.changed
        self.left += other.left
        self.entries += other.entries


def change_many(numbers: Sequence[int], wish: Wish, by: Agent | None, at: datetime | None = None) -> Done:
    """Fulfil a wish on the tickets of these numbers that `by` may see, at most 500; by nobody, on all of them."""
    when, done = at or timezone.now(), Done()
    with transaction.atomic():
        tickets = _locked(numbers[:MOST], by)
        found = {ticket.number for ticket in tickets}
        done.left = [(number, not_there()) for number in numbers[:MOST] if number not in found]
        groups = _groups(tickets, wish, done)
        touched = [ticket for _set, some in groups for ticket in some]
        if touched:
            entry = _entry(groups, touched, wish, by, when)
            entry.save()
            apply_changes(entry)
            done.changed, done.entries = [ticket.number for ticket in touched], [entry.pk]
            wake("append")
    return done


def in_portions(numbers: Sequence[int], verb: Callable[[Sequence[int]], Done]) -> Done:
    """Call a verb for 500 tickets at a time."""
    done = Done()
    for start in range(0, len(numbers), MOST):
        done.add(verb(numbers[start : start + MOST]))
    return done


def _locked(numbers: Sequence[int], by: Agent | None) -> list[Ticket]:
    seen = visible_to(by) if by else Ticket.objects.filter(merged_into__isnull=True)
    keys = list(seen.filter(number__in=numbers).values_list("pk", flat=True))
    rows = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=keys, merged_into__isnull=True)
    named = rows.select_related("mailbox", "contact", "assignee", "team").prefetch_related("tags")
    return list(named.defer("mailbox__secrets", "mailbox__state").order_by("pk"))


def _groups(tickets: Sequence[Ticket], wish: Wish, done: Done) -> list[tuple[dict[str, Any], list[Ticket]]]:
    groups: dict[str, tuple[dict[str, Any], list[Ticket]]] = {}
    for ticket in tickets:
        try:
            wanted = wish.of(ticket)
        except NotAllowed as error:
            done.left.append((ticket.number, str(error)))
            continue
        if wanted is not None:
            groups.setdefault(json.dumps(wanted, sort_keys=True), (wanted, []))[1].append(ticket)
    return list(groups.values())


def _entry(
    groups: Sequence[tuple[dict[str, Any], list[Ticket]]],
    touched: Sequence[Ticket],
    wish: Wish,
    by: Agent | None,
    at: datetime,
) -> Entry:
    first, is_one = touched[0], len(touched) == 1
    fields = {
        "event": wish.event,
        "by": by.public_id if by else None,
        "reason": storable(wish.reason),
        "changes": [{"set": wanted, "tickets": [ticket.number for ticket in some]} for wanted, some in groups],
        **wish.more(touched),
    }
    numbers = [ticket.number for ticket in touched]
    return entry_of(
        "changes",
        at=at,
        fields=fields,
        original=compose.done(first, by, at, wish.words, wish.reason)
        if is_one
        else compose.done_to_many(first.mailbox, by, at, wish.words, numbers),
        account=first.mailbox if len({ticket.mailbox_id for ticket in touched}) == 1 else None,
        ticket=first.number if is_one else None,
    )


def apply_changes(entry: Entry) -> None:
    """Make what an entry of kind "changes" says."""
    fields = entry.fields
    numbers = [number for change in fields["changes"] for number in change["tickets"]]
    rows = Ticket.objects.filter(number__in=numbers).select_related("assignee", "team")
    tickets = {ticket.number: ticket for ticket in rows}
    by = Agent.objects.named(fields["by"])
    events = []
    for change in fields["changes"]:
        some = [tickets[number] for number in change["tickets"]]
        for ticket, before in zip(some, set_all(some, change["set"], entry.at), strict=True):
            data = change["set"] | {"from": before}
            told = {"kind": fields["event"], "reason": fields["reason"], "at": entry.at, "by": by}
            events.append(Event(ticket=ticket, entry=entry, of=ticket.number, data=data, **told))
    insert_many(events)
    _remember(entry, fields.get("remember", []))
    _forget(fields.get("forget", []))


def _remember(entry: Entry, pairs: Sequence[Pair]) -> None:
    contacts, mailboxes = _keys(pairs)
    insert_new(
        SpamSender(contact_id=contacts[pair["contact"]], mailbox_id=mailboxes[pair["mailbox"]], entry=entry)
        for pair in pairs
    )


def _forget(pairs: Sequence[Pair]) -> None:
    contacts, mailboxes = _keys(pairs)
    wanted = {(contacts[pair["contact"]], mailboxes[pair["mailbox"]]) for pair in pairs}
    rows = SpamSender.objects.filter(contact__in=contacts.values()).values_list("pk", "contact", "mailbox")
    SpamSender.objects.filter(pk__in=[pk for pk, *pair in rows if tuple(pair) in wanted]).delete()


def _keys(pairs: Sequence[Pair]) -> tuple[dict[str, int], dict[str, int]]:
    contacts = Contact.objects.filter(public_id__in={pair["contact"] for pair in pairs})
    mailboxes = Account.objects.filter(public_id__in={pair["mailbox"] for pair in pairs})
    return dict(contacts.values_list("public_id", "pk")), dict(mailboxes.values_list("public_id", "pk"))
