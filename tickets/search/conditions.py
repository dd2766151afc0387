"""What is asked of the tickets themselves: is:, tag:, assigned:, channel:. Starts at visible_to(agent)."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tickets.models import Account, Agent, ReadMark, State, Tag, Ticket
from tickets.models.tickets import NO_SPAM
from tickets.permissions import visible_to
from tickets.search.query import Query
from tickets.search.words import fold, words_of

MOST_NAMES = 5000  # tags, people: looked through in Python, so that accents and case do not count


class NotACondition(Exception):
    """What was typed names nothing that is here; the text says so, and the condition is left out."""


def tickets_for(agent: Agent, query: Query) -> QuerySet[Ticket]:
    """Return the tickets that `agent` may see and that fulfil all conditions; what cannot be fulfilled is complained of.

    Spam is found by whoever asks for it.
    """
    tickets = visible_to(agent)
    if not any(one.name == "is" and one.value.lower() == "spam" for one in query.conditions):
        tickets = tickets.filter(NO_SPAM)
    for condition in query.conditions:
        try:
            wanted = _READERS[condition.name](agent, condition.value.lower(), query)
        except NotACondition as error:
            query.complaints.append(str(error))
            continue
        tickets = tickets.exclude(wanted) if condition.negated else tickets.filter(wanted)
    return tickets


def _is(agent: Agent, value: str, query: Query) -> Q:
    if value in State.values:
        return Q(state=value)
    if value in _KINDS:
        return _KINDS[value](agent)
    known = ", ".join([*State.values, *_KINDS])
    raise NotACondition(
        _("“is:%(value)s” was left out. After is: stands one of %(known)s.") % {"value": value, "known": known}
    )


def _unread(agent: Agent) -> Q:
    read = ReadMark.objects.filter(agent=agent, ticket=OuterRef("pk"), read_at__gte=OuterRef("last_message_at"))
    return Q(state__in=(State.NEW, State.OPEN)) & ~Q(Exists(read))


_KINDS: dict[str, Callable[[Agent], Q]] = {
    "unassigned": lambda agent: Q(assignee__isnull=True),
    "mine": lambda agent: Q(assignee=agent),
    "unread": _unread,
    "spam": lambda agent: Q(spam_at__isnull=False),
    "snoozed": lambda agent: Q(snoozed_at__isnull=False),
}


def _tag(agent: Agent, value: str, query: Query) -> Q:
    names = Tag.objects.order_by("pk").values_list("pk", "name")[:MOST_NAMES]
    keys = [key for key, name in names if fold(name).split() == fold(value).split()]
    if not keys:
        query.complaints.append(_("There is no tag “%(name)s”.") % {"name": value})
    return Q(pk__in=Ticket.tags.through._default_manager.filter(tag__in=keys).values("ticket"))


def _assigned(agent: Agent, value: str, query: Query) -> Q:
    if value in ("nobody", "none"):
        return Q(assignee__isnull=True)
    if value == "me":
        return Q(assignee=agent)
    wanted = words_of(value)
    people = Agent.objects.order_by("pk").values_list("pk", "name", "email")[:MOST_NAMES]
    keys = [key for key, name, email in people if wanted and _begins(wanted, words_of(f"{name} {email}"))]
    if not keys:
        query.complaints.append(
            _("Nobody here is called “%(name)s”. There are also assigned:me and assigned:nobody.") % {"name": value}
        )
    return Q(assignee__in=keys)


def _begins(wanted: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in wanted)


def _channel(agent: Agent, value: str, query: Query) -> Q:
    known = sorted(Account.objects.order_by().values_list("channel", flat=True).distinct())
    if value not in known:
        query.complaints.append(
            _("There is no channel “%(name)s” here. There are: %(known)s.")
            % {"name": value, "known": ", ".join(known) or "–"}
        )
    return Q(channel=value)


_READERS: dict[str, Callable[[Agent, str, Query], Q]] = {
    "is": _is, "tag": _tag, "assigned": _assigned, "channel": _channel,
}  # fmt: skip
