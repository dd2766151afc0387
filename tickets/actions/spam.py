"""Spam: out of the lists, kept and shown in one of its own, its sender remembered; taken back, with all of theirs, by one press."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tickets.actions.changes import MOST, Done, Pair, Wish, change_many, in_portions
from tickets.models import Agent, Direction, Message, SpamBy, SpamSender, Ticket
from tickets.permissions import visible_to


def mark_spam(numbers: Sequence[int], by: Agent, at: datetime | None = None) -> Done:
    """Put tickets into spam, and remember their senders, but not one whose name was forged."""
    wish = Wish("spam", _("called it spam"), _unwanted, more=lambda tickets: {"remember": _to_remember(tickets)})
    return change_many(numbers, wish, by, at)


def _unwanted(ticket: Ticket) -> dict[str, Any] | None:
    return None if ticket.spam else {"spam": str(SpamBy.AGENT)}


def _to_remember(tickets: Sequence[Ticket]) -> list[Pair]:
    """The senders that nobody has remembered yet."""
    forged = Message.objects.filter(ticket__in=tickets, direction=Direction.IN, verified="fail")
    left_out = set(forged.values_list("ticket", flat=True))
    rows = SpamSender.objects.filter(contact__in={ticket.contact_id for ticket in tickets})
    known = set(rows.values_list("contact", "mailbox"))
    wanted = {
        (ticket.contact_id, ticket.mailbox_id): {
            "contact": ticket.contact.public_id,
            "mailbox": ticket.mailbox.public_id,
        }
        for ticket in tickets
        if ticket.pk not in left_out
    }
    return [pair for keys, pair in wanted.items() if keys not in known]


def clear_spam(numbers: Sequence[int], by: Agent, at: datetime | None = None) -> Done:
    """Say that tickets are no spam: they come back with all others of their senders, who are remembered no more."""
    marked = visible_to(by).filter(number__in=numbers).exclude(spam="")
    theirs = list(of_the_same(marked, by).values_list("number", flat=True))
    ordered = [*numbers, *(number for number in theirs if number not in set(numbers))]
    return in_portions(ordered, lambda some: change_many(some, not_spam(), by, at))


def not_spam(reason: str = "", forget: Sequence[Pair] | None = None) -> Wish:
    """The wish that tickets be no spam; `forget`: these senders alone, else all of the tickets."""
    return Wish(
        "not-spam",
        _("called it no spam"),
        lambda ticket: {"spam": ""} if ticket.spam else None,
        reason,
        lambda tickets: {"forget": remembered(tickets) if forget is None else list(forget)},
    )


def remembered(tickets: Sequence[Ticket]) -> list[Pair]:
    """Return how the senders of tickets are remembered in mailboxes that share a team with them."""
    where = Q(pk__in=[])
    for contact, team in {(ticket.contact_id, ticket.mailbox.team_id) for ticket in tickets}:
        where |= Q(contact=contact, mailbox__team=team)
    rows = SpamSender.objects.filter(where).order_by("pk").values_list("contact__public_id", "mailbox__public_id")
    return [{"contact": contact, "mailbox": mailbox} for contact, mailbox in rows]


def of_the_same(tickets: QuerySet[Ticket], by: Agent) -> QuerySet[Ticket]:
    """Return the tickets in spam that came from the senders of these, in mailboxes that share a team."""
    where = Q(pk__in=[])
    for contact, team in set(tickets.order_by().values_list("contact", "mailbox__team")[:MOST]):
        where |= Q(contact=contact, mailbox__team=team)
    return visible_to(by).filter(where, spam_at__isnull=False).order_by("pk")
