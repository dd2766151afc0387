"""The lists of tickets: which there are, what is in them, how many, and one page of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tickets.actions.change import tag_names
from tickets.actions.notify import shown_to
from tickets.models import Account, Agent, Entry, InboxItem, ItemState, State, Team, Ticket
from tickets.models.tickets import NO_SPAM, RESTING
from tickets.permissions import SEES_ALL, mailboxes_for, onlookers, visible_to

MOST_COUNTED = 1000
UNFINISHED = (State.NEW, State.OPEN)
AT_HAND = NO_SPAM & Q(snoozed_at__isnull=True)
SNOOZED = NO_SPAM & Q(snoozed_at__isnull=False) & ~Q(state__in=RESTING)
# Given to nobody, or to somebody who cannot take it up any more: a customer answers what a leaver had solved.
UNASSIGNED = Q(assignee__isnull=True) | Q(assignee__in=onlookers().values("pk"))
# What the screens need of an account; its secrets, cursors and texts stay where they are.
ACCOUNT_FIELDS = (
    "public_id",
    "name",
    "address",
    "channel",
    "health",
    "health_reason",
    "stopped_at",
    "team_id",
    "mailbox_id",
    "paused_at",
    "removed_at",
)


@dataclass(frozen=True, slots=True)
class TicketList:
    """One list: its name in URLs, its label, its icon, and which tickets are in it: those in these states to which `where` applies.

    Without states: whatever their state, so that one index finds them in order. Spam is in the list of spam alone.
    """

    name: str
    label: str
    icon: str
    states: tuple[str, ...]
    where: Q
    group: str = ""
    short: str = ""
    tag: str = ""  # that its tickets are to bear


@dataclass(slots=True)
class Lists:
    """All lists of one agent."""

    agent: Agent
    every: list[TicketList]
    accounts: Sequence[Account]

    def named(self, name: str) -> TicketList:
        """The list of this name. Raises Http404."""
        for one in self.every:
            if one.name == name:
                return one
        raise Http404

    def tickets(self, one: TicketList) -> QuerySet[Ticket]:
        """The tickets of a list that this agent may see."""
        tickets = visible_to(self.agent).filter(one.where)
        return tickets.filter(state__in=one.states) if one.states else tickets

    def parts(self, one: TicketList) -> list[QuerySet[Ticket]]:
        """The same, state by state: an index finds the newest of one state at once, and of several it cannot."""
        tickets = visible_to(self.agent).filter(one.where)
        return [tickets.filter(state=state) for state in one.states] if one.states else [tickets]

    def home_of(self, ticket: Ticket) -> TicketList:
        """The list in which somebody who opens this ticket by its address would look for it."""
        if ticket.spam:
            return self.named("spam")
        if ticket.state in RESTING:
            return self.named("solved")
        if ticket.snoozed_at:
            return self.named("snoozed")
        if ticket.state == State.WAITING:
            return self.named("waiting")
        return self.named("mine" if ticket.assignee_id == self.agent.pk else "open")


def lists_for(agent: Agent) -> Lists:
    """The agent's lists: their own, the common ones, one per mailbox and one per team."""
    connected = Account.objects.filter(removed_at__isnull=True).only(*ACCOUNT_FIELDS).order_by("name")
    accounts = list(connected.annotate(may_see=Exists(mailboxes_for(agent).filter(pk=OuterRef("pk")))))
    mailboxes = [account for account in accounts if account.may_see]
    teams = Team.objects.filter(removed_at=None) if agent.role in SEES_ALL else agent.teams.all()
    every = [*fixed_lists(agent), *mailbox_lists(mailboxes), *team_lists(teams.order_by("name"), mailboxes)]
    return Lists(agent, every, accounts)


def fixed_lists(agent: Agent) -> list[TicketList]:
    """The lists that everybody has."""
    return [
        TicketList("mine", _("Mine"), "user", UNFINISHED, AT_HAND & Q(assignee=agent)),
        TicketList("unassigned", _("Unassigned"), "inbox", UNFINISHED, AT_HAND & UNASSIGNED),
        TicketList("open", _("All open"), "circle-dot", UNFINISHED, AT_HAND),
        TicketList("waiting", _("Waiting"), "clock", (State.WAITING,), AT_HAND),
        TicketList("snoozed", _("Snoozed"), "hourglass", (), SNOOZED),
        TicketList("solved", _("Solved"), "circle-check", RESTING, NO_SPAM),
        TicketList("spam", _("Spam"), "shield-alert", (), Q(spam_at__isnull=False)),
    ]


def with_tag(one: TicketList, tag: str) -> TicketList:
    """The same list with the tickets alone that bear a tag; "": as it is."""
    named = next(iter(tag_names([tag])), "")
    return replace(one, where=one.where & Q(tags__name=named), tag=named) if named else one


def mailbox_lists(mailboxes: Sequence[Account]) -> list[TicketList]:
    """What is unfinished in each mailbox."""
    names = [one.name or one.address for one in mailboxes]
    return [
        TicketList(
            f"mailbox-{one.public_id}", name, "mail", UNFINISHED, AT_HAND & Q(mailbox=one.pk), _("Mailboxes"), short
        )
        for one, name, short in zip(mailboxes, names, short_names(names), strict=True)
    ]


def short_names(names: Sequence[str]) -> list[str]:
    """The names without the words that all begin or end with: in a narrow column these would be all that is seen."""
    words = [name.split() for name in names]
    for place in (0, -1):
        while len(words) > 1 and all(len(one) > 1 and one[place] == words[0][place] for one in words):
            for one in words:
                del one[place]
    return [" ".join(one) for one in words]


def team_lists(teams: QuerySet[Team], mailboxes: Sequence[Account]) -> list[TicketList]:
    """What is unfinished for each team: given to it, or in a mailbox of its own and given to nobody."""
    found = []
    for team in teams:
        own = [one.pk for one in mailboxes if one.team_id == team.pk]
        where = AT_HAND & (Q(team=team.pk) | Q(team__isnull=True, mailbox__in=own))
        found.append(TicketList(f"team-{team.public_id}", team.name, "users", UNFINISHED, where, _("Teams")))
    return found


def counts(lists: Lists) -> dict[str, int]:
    """How many tickets each list has, parked items, unread notifications (to 1000), the newest entry's number: one query."""
    queries: list[QuerySet[Any]] = [lists.tickets(one) for one in lists.every]
    queries += [parked_for(lists.agent), shown_to(lists.agent).filter(read_at=None)]
    parts: list[str] = []
    values: list[Any] = []
    for place, query in enumerate(queries):
        sql, given = query.order_by().values("pk")[:MOST_COUNTED].query.sql_with_params()
        parts.append(f"SELECT {place}, COUNT(*) FROM ({sql}) AS t{place}")  # noqa: S608 (made by the ORM, values apart)
        values.extend(given)
    # The newest entry: a page rendered now has seen everything up to it, and asks the stream for what comes after.
    parts.append(f"SELECT {len(queries)}, MAX(number) FROM {Entry._meta.db_table}")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = dict(cursor.fetchall())
    names = [one.name for one in lists.every] + ["parked", "told", "cursor"]
    return {name: found.get(place) or 0 for place, name in enumerate(names)}


def parked_for(agent: Agent) -> QuerySet[InboxItem]:
    """The parked items of the mailboxes that this agent works in."""
    mailboxes = mailboxes_for(agent).values("pk")
    return InboxItem.objects.filter(
        Q(account__in=mailboxes) | Q(account__mailbox__in=mailboxes), state=ItemState.PARKED
    )


def said(count: int) -> str:
    """A count as it is shown: exact to 999."""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED}+"
