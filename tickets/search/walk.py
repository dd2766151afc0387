"""Finding: the tickets that an agent may see in which one message holds all that was asked, newest such message first.

The index is walked from the newest match back, a stretch at a time, and what a stretch finds is asked of the tickets. The
walk is bounded: where it stops before a page is full, it says so, and the next page goes on from there. Where the tickets
asked for are few, the index is asked about these alone. Whoever does not see every mailbox has theirs asked for in the
index itself, so that a word which others use a thousand times a day hides nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from tickets.models import Agent, Message, Ticket
from tickets.permissions import SEES_ALL, mailboxes_for
from tickets.search.conditions import tickets_for
from tickets.search.index import FILE, PERSON, mailbox_mark, place_of
from tickets.search.matching import MARK, Groups, Match, holding, matches
from tickets.search.query import Query, Term

PAGE = 30
STRETCHES = (200, 1000, 5000, 5000)  # matches looked at, at most, for one page
LISTED = (60, 500, 2000)  # tickets looked at, at most, where nothing is asked of messages
FEW = 2000  # tickets that the index is asked about by name
MOST_SAID = 1000  # messages that people said, of the tickets of a page
END = 2**63 - 1
NOWHERE = mailbox_mark(0)  # for those who work in no mailbox at all


@dataclass(slots=True)
class Found:
    """One page: tickets by primary key, each with its newest matching message (None: nothing was asked of messages)."""

    hits: dict[int, int | None] = field(default_factory=dict)
    next: str = ""  # the key of the next page, "" at the end
    is_cut: bool = False  # the walk stopped before the page was full


def find(agent: Agent, query: Query, after: str = "", most: int = PAGE) -> Found:
    """Return a page of what `query` finds, after the key of an earlier page. What is odd is added to its complaints."""
    tickets = tickets_for(agent, query)
    if query.is_empty:
        return Found()
    if not query.asks_messages:
        return _list(query, tickets, after, most)
    walk = Walk(agent, query, tickets, after)
    found = walk.page(most)
    walk.prefer_people(found)
    return found


class Walk:
    """One walk through the index, back from where the last page ended."""

    def __init__(self, agent: Agent, query: Query, tickets: QuerySet[Ticket], after: str) -> None:
        self.query, self.tickets = query, tickets
        self.groups = [*query.groups, *_marks(agent, query)]
        self.top = place_of(query.until) if query.until else END
        self.bottom = place_of(query.since) if query.since else 0
        self.start = min(self.top, int(after)) if after.isdecimal() and len(after) < 20 else self.top
        self.few = _few(query, tickets)
        self.seen: set[int] = set()

    def page(self, most: int) -> Found:
        """The next page."""
        found, place = Found(), self.start
        for stretch in STRETCHES:
            rows = self._stretch(place, stretch)
            good = self._good({row.ticket for row in rows})
            for row in rows:
                if row.ticket in found.hits or row.ticket not in good:
                    continue
                if len(found.hits) == most:
                    found.next = str(row.place + 1)
                    return found
                found.hits[row.ticket] = row.message
            if len(rows) < stretch:
                return found
            place = rows[-1].place
        found.next, found.is_cut = str(place), True
        return found

    def prefer_people(self, found: Found) -> None:
        """Let a ticket show what a person said in it, where that matches too and our own acknowledgement came later."""
        automatic = Message.objects.filter(pk__in=[key for key in found.hits.values() if key], automatic=True)
        tickets = set(automatic.values_list("ticket", flat=True)) & set(found.hits)
        if not tickets:
            return
        groups = [*self.groups, [_mark(PERSON)]]
        rows = matches(groups, below=self.top, down_to=self.bottom, most=MOST_SAID, tickets=tickets)
        found.hits.update({row.ticket: row.message for row in reversed(rows)})

    def _stretch(self, below: int, most: int) -> list[Match]:
        if self.few == []:
            return []
        return matches(self.groups, below=below, down_to=self.bottom, most=most, tickets=self.few)

    def _good(self, tickets: set[int]) -> set[int]:
        """Those of the tickets that are not on an earlier page, may be seen, and fulfil all conditions."""
        fresh = tickets - self.seen
        self.seen |= fresh
        if self.start < self.top:
            fresh -= holding(self.groups, fresh, below=self.top, down_to=self.start)
        return fulfilling(self.query, self.tickets, fresh)


def fulfilling(query: Query, tickets: QuerySet[Ticket], keys: Collection[int]) -> set[int]:
    """Return those of `keys` that are among `tickets`, and have nothing in any message that must not be there."""
    good = set(tickets.order_by().filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return good - refused(query, good)


def refused(query: Query, keys: Collection[int]) -> set[int]:
    """Return those of `keys` that have in some message what must be in none."""
    unwanted = [*query.without, *([_mark(FILE)] if query.has_file is False else [])]
    return holding([unwanted], keys, below=END) if unwanted else set()


def _marks(agent: Agent, query: Query) -> Groups:
    """The marks that are asked for: one of the mailboxes of this agent, if they do not see all; a file."""
    groups = [[_mark(FILE)]] if query.has_file else []
    if agent.role not in SEES_ALL:
        own = [_mark(mailbox_mark(pk)) for pk in mailboxes_for(agent).order_by("pk").values_list("pk", flat=True)]
        groups.append(own or [_mark(NOWHERE)])
    return groups


def _mark(mark: str) -> Term:
    return Term((mark,), MARK)


def _few(query: Query, tickets: QuerySet[Ticket]) -> list[int] | None:
    """The tickets that come into question, where conditions leave few; None where they are many."""
    if not query.conditions:
        return None
    keys = list(tickets.order_by().values_list("pk", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else None


def _list(query: Query, tickets: QuerySet[Ticket], after: str, most: int) -> Found:
    """A page of tickets of which only they themselves are asked, the newest message first."""
    found = Found()
    for stretch in LISTED:
        newest = _beyond(tickets, after).order_by("-last_message_at", "-number")
        rows = list(newest.values_list("pk", "last_message_at", "number")[:stretch])
        good = {row[0] for row in rows} - refused(query, [row[0] for row in rows])
        for pk, at, number in rows:
            if pk not in good:
                continue
            if len(found.hits) == most:
                found.next = after
                return found
            found.hits[pk], after = None, f"{at.isoformat()}~{number}"
        if len(rows) < stretch:
            return found
        after = f"{rows[-1][1].isoformat()}~{rows[-1][2]}"
    found.next, found.is_cut = after, True
    return found


def _beyond(tickets: QuerySet[Ticket], after: str) -> QuerySet[Ticket]:
    at, _tilde, number = after.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not number.isdecimal():
        return tickets
    return tickets.filter(last_message_at__lte=moment).exclude(last_message_at=moment, number__gte=int(number))
