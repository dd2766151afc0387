"""Notifications: rows that tell one person of one ticket. Each has the ways that the person chose for its kind.

Who is to be told is decided in automation/notify.py; what is shown starts at visible_to again, so that somebody who was
moved out of a team sees nothing more.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.models import Agent, Entry, Follow, Message, Notification, Presence, ReadMark, Ticket
from tickets.permissions import visible_to

NEW, ASSIGNED, ANSWERED, MENTIONED, HELD = "new", "assigned", "answered", "mentioned", "held"
DRILL = "drill"  # more would be lost by an account's closing than the time before
REFUSED = "refused"  # an answer to a notification, which goes nowhere; always told, by page and mail
KINDS = {
    NEW: _("New in my queues"),
    ASSIGNED: _("Assigned to me"),
    ANSWERED: _("A customer answered, on mine or followed"),
    MENTIONED: _("Somebody mentioned me"),
    HELD: _("My reply was held: somebody was faster"),
    DRILL: _("A drill found more customers who would be lost"),
}
PAGE, BROWSER, MAIL = "page", "browser", "mail"
WAYS = {PAGE: _("in the page"), BROWSER: _("by the browser"), MAIL: _("by mail")}
WISHES = "told"  # its name in Agent.preferences
UNLESS_CHOSEN = (PAGE,)
GATHERED = timedelta(minutes=1)  # what is mailed waits so long for more of its burst, and for being read
KEPT = timedelta(days=30)
MOST_KEPT = 500  # for one person
LATELY = timedelta(seconds=10)  # a change is committed a little later than its time says
MOST_CHANGES = 2000


def wishes(agent: Agent, kind: str) -> Sequence[str]:
    """Return the ways in which somebody wants to be told of a kind."""
    chosen: dict[str, list[str]] = agent.preferences.get(WISHES, {})
    return chosen.get(kind, UNLESS_CHOSEN)


def make(
    kind: str, ticket: Ticket, agents: Iterable[Agent], entry: Entry | None, by: Agent | None = None, count: int = 1
) -> int:
    """Tell these people; return how many rows that made. The same entry tells nobody twice. `count`: of how many.

    Whoever has read the ticket since is not told. To whoever has it before them the browser does not call out.
    """
    at = entry.at if entry else timezone.now()
    wishing = [agent for agent in agents if (by is None or agent.pk != by.pk) and wishes(agent, kind)]
    if not wishing:
        return 0
    read = ReadMark.objects.filter(agent=OuterRef("pk"), ticket=ticket, read_at__gte=at)
    present = Presence.objects.filter(agent=OuterRef("pk"), ticket=ticket, until__gt=Now())
    people = Agent.objects.filter(pk__in=[agent.pk for agent in wishing])
    there = dict(people.exclude(Exists(read)).values_list("pk", Exists(present)))
    wanted = [agent for agent in wishing if agent.pk in there]
    rows = [_row(kind, ticket, agent, entry, by, calls_out=not there[agent.pk]) for agent in wanted]
    for row in rows:
        row.count = count
    return len(Notification.objects.bulk_create(rows, ignore_conflicts=True))


def _row(
    kind: str, ticket: Ticket, agent: Agent, entry: Entry | None, by: Agent | None, calls_out: bool
) -> Notification:
    ways = wishes(agent, kind)
    return Notification(
        agent=agent,
        kind=kind,
        ticket=ticket,
        entry=entry,
        by=by,
        at=timezone.now(),
        in_page=PAGE in ways,
        in_browser=BROWSER in ways and calls_out,
        mail_due_at=Now() + GATHERED if MAIL in ways else None,
    )


def make_new(ticket: Ticket, agents: QuerySet[Agent], entry: Entry) -> int:
    """Tell these people of a ticket that nobody has. To whom it is new already, it is one message more."""
    unread = Notification.objects.filter(ticket=ticket, kind=NEW, read_at=None)
    known = list(unread.values_list("agent", flat=True))
    if known:
        unread.update(count=F("count") + 1, at=timezone.now(), changed_at=Now())
    return make(NEW, ticket, agents.exclude(pk__in=known), entry)


def refuse(agent: Agent, ticket: Ticket, entry: Entry) -> None:
    """Tell somebody that their answer to a notification went nowhere: in the page, and by mail once an hour."""
    lately = Notification.objects.filter(agent=agent, kind=REFUSED, at__gt=timezone.now() - timedelta(hours=1))
    row = _row(REFUSED, ticket, agent, entry, None, calls_out=True)
    row.mail_due_at = None if lately.exists() else timezone.now()
    Notification.objects.bulk_create([row], ignore_conflicts=True)


def more_of_a_burst(entry: Entry) -> int:
    """Let the notifications of a burst's first message count one more; return how many there are. None is made."""
    first = Message.objects.filter(public_id=entry.fields["burst"]).values("entry")[:1]
    rows = Notification.objects.filter(entry=first, kind__in=(NEW, ANSWERED))
    return rows.update(count=F("count") + 1, at=timezone.now(), read_at=None, changed_at=Now())


def clear(agent: Agent, *tickets: int) -> int:
    """They have read these tickets, by primary key: nothing of them is unread any more, and no mail goes. Return how many were."""
    unread = Notification.objects.filter(agent=agent, ticket__in=tickets, read_at=None)
    return _read(unread)


def clear_all(agent: Agent) -> int:
    """Everything is read."""
    return _read(Notification.objects.filter(agent=agent, read_at=None))


def clear_new(numbers: Collection[int]) -> int:
    """Somebody has taken these tickets on: they are new to nobody any more."""
    unread = Notification.objects.filter(ticket__number__in=numbers, kind=NEW, read_at=None)
    return _read(unread)


def _read(unread: QuerySet[Notification]) -> int:
    return unread.update(read_at=timezone.now(), mail_due_at=None, changed_at=Now())


def changes() -> set[tuple[int, int, datetime]]:
    """Return (agent, row, when) of what changed in the last ten seconds: what is not among those of before is new."""
    rows = Notification.objects.filter(changed_at__gt=Now() - LATELY).order_by("-changed_at")
    return set(rows.values_list("agent_id", "pk", "changed_at")[:MOST_CHANGES])


def shown_to(agent: Agent) -> QuerySet[Notification]:
    """Return what an agent's page lists, of tickets that they may see now."""
    return Notification.objects.filter(agent=agent, in_page=True, ticket__in=visible_to(agent))


def follow(agent: Agent, ticket: Ticket) -> None:
    """Let somebody be told of what the customer says."""
    Follow.objects.get_or_create(agent=agent, ticket=ticket)


def unfollow(agent: Agent, ticket: Ticket) -> None:
    """Take that back; who is called by a later note follows again."""
    Follow.objects.filter(agent=agent).filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket)).delete()


def follows_of(ticket: Ticket) -> QuerySet[Follow]:
    """Return who follows a ticket, also those who followed one that was joined with it."""
    return Follow.objects.filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))


def forget_old() -> None:
    """Delete what is older than 30 days, and for each person what is beyond the newest 500."""
    Notification.objects.filter(at__lt=timezone.now() - KEPT).delete()
    counted = Notification.objects.order_by().values("agent").annotate(rows=Count("pk"))
    for agent in counted.filter(rows__gt=MOST_KEPT).values_list("agent", flat=True):
        own = Notification.objects.filter(agent=agent).order_by("-at", "-pk")
        own.filter(at__lte=own.values_list("at", flat=True)[MOST_KEPT]).delete()
