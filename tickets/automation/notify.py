"""Who is told of what: decided entry by entry, after the fact. Never of one's own acts, and never of history."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from tickets.actions import notify
from tickets.models import Agent, Direction, Entry, Message, Role, State, Ticket
from tickets.permissions import visible_to, who_sees, writers

DEALT_WITH = (State.WAITING, State.SOLVED, State.CLOSED)
OLDEST = timedelta(hours=24)  # of an entry: what automation reads later than that is past


def received(entry: Entry) -> str:
    """A customer wrote: those whose ticket it is, those who follow it, or those in whose queues it stands."""
    if entry.fields.get("history") or _is_past(entry):
        return "history"
    if "burst" in entry.fields and notify.more_of_a_burst(entry):
        return "more of a burst"
    message = Message.objects.filter(
        entry=entry, direction=Direction.IN, kind="message", automatic=False, history=False
    )
    number = message.values_list("ticket__number", flat=True).first()
    if number is None:
        return "no message of a customer"
    ticket = _ticket(number)
    if ticket.spam:
        return "spam"
    theirs = [] if "new_ticket" in entry.fields else list(concerned(ticket))
    notify.make(notify.ANSWERED, ticket, theirs, entry)
    if ticket.assignee_id is None:
        notify.make_new(ticket, in_whose_queues(ticket).exclude(pk__in=[agent.pk for agent in theirs]), entry)
    return ""


def noted(entry: Entry) -> str:
    """Somebody was called by a note: they are told, and follow the ticket from now on."""
    called = entry.fields.get("mentions", [])
    if not called or _is_past(entry):
        return "nobody was called"
    ticket = _ticket(entry.fields["ticket"])
    people = list(who_sees(ticket).filter(public_id__in=called))
    for agent in people:
        notify.follow(agent, ticket)
    notify.make(notify.MENTIONED, ticket, people, entry, _by(entry))
    return ""


def changed(entry: Entry) -> str:
    """Somebody was given tickets, or somebody has dealt with them: they are new to no one."""
    if _is_past(entry):
        return "history"
    fields = entry.fields
    groups = fields.get("changes") or [{"set": fields["set"], "tickets": [fields["ticket"]]}]
    for group in groups:
        wanted, numbers = group["set"], group["tickets"]
        if any(wanted.get(name) for name in ("assignee", "spam", "snooze")) or wanted.get("state") in DEALT_WITH:
            notify.clear_new(numbers)
        if wanted.get("assignee"):
            _assigned(entry, wanted["assignee"], numbers)
    return ""


def _assigned(entry: Entry, public_id: str, numbers: Sequence[int]) -> None:
    """Many at once are one notification, at the first of them."""
    assignee = Agent.objects.filter(public_id=public_id, removed_at__isnull=True).first()
    seen = visible_to(assignee).filter(number__in=numbers) if assignee else Ticket.objects.none()
    first = seen.order_by("number").first()
    if assignee and first:
        notify.make(notify.ASSIGNED, first, [assignee], entry, _by(entry), count=seen.count())


def replied(entry: Entry) -> str:
    """A colleague has answered: it is new to no one."""
    if entry.fields.get("automatic") or "new_ticket" in entry.fields:
        return "no answer of a person"
    number, merged_into = Ticket.objects.values_list("number", "merged_into__number").get(number=entry.fields["ticket"])
    notify.clear_new([merged_into or number])
    return ""


def closed(entry: Entry) -> str:
    """An account was closed: administrators are told, by the ticket of the incident."""
    if entry.fields["event"] != "opened" or _is_past(entry):
        return "nothing new"
    ticket = _ticket(entry.fields["ticket"])
    notify.make_new(ticket, in_whose_queues(ticket) | administrators(), entry)
    return ""


def administrators() -> QuerySet[Agent]:
    """Return those who set up accounts."""
    return Agent.objects.filter(role=Role.ADMINISTRATOR, removed_at__isnull=True)


def screened(entry: Entry) -> str:
    """Somebody answered a notification by mail: it went nowhere, and they are told so."""
    if "told" not in entry.fields or entry.fields.get("machine") or _is_past(entry):
        return "no answer to a notification"
    ticket = Ticket.objects.select_related("mailbox").filter(number=entry.fields["told"]).first()
    if ticket is None:
        return "its ticket is gone"
    for agent in who_sees(ticket).filter(public_id=entry.fields["agent"]):
        notify.refuse(agent, ticket, entry)
    return ""


def concerned(ticket: Ticket) -> QuerySet[Agent]:
    """Return whose ticket it is, and who follows it, as far as they see it."""
    followers = notify.follows_of(ticket).values("agent")
    return who_sees(ticket).filter(Q(pk=ticket.assignee_id) | Q(pk__in=followers))


def in_whose_queues(ticket: Ticket) -> QuerySet[Agent]:
    """Return the agents in whose queues a ticket stands: the team it was given to, else its mailbox's, else everybody.

    Managers answer nobody. An administrator sees every ticket, and is told of those of their own teams.
    """
    people = who_sees(ticket) & writers()
    team = ticket.team_id or ticket.mailbox.team_id
    if team is None:
        return people
    return people.filter(pk__in=Agent.teams.through._default_manager.filter(team=team).values("agent"))


def _ticket(number: int) -> Ticket:
    """The ticket of this number, or the one that it was joined with, with what decides who sees it."""
    fields = ("number", "spam", "assignee", "team", "merged_into", "mailbox__team")
    tickets = Ticket.objects.select_related("mailbox").only(*fields)
    ticket = tickets.get(number=number)
    return tickets.get(pk=ticket.merged_into_id) if ticket.merged_into_id else ticket


def _by(entry: Entry) -> Agent | None:
    return Agent.objects.named(entry.fields.get("by"))


def _is_past(entry: Entry) -> bool:
    return entry.at < timezone.now() - OLDEST
