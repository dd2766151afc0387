"""The rows of a list: one page of it, the newest message first, and the key of the next page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from tickets.actions.presence import writing_there
from tickets.models import Address, Agent, ReadMark, Ticket
from tickets.views.lists import UNFINISHED

PAGE = 30
ROW_FIELDS = (
    "number", "subject", "state", "priority", "channel", "snippet", "last_message_at", "message_count", "snoozed_until",
    "contact__name", "contact__public_id", "assignee__name", "assignee__public_id",
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """Some rows of a list, and the key of the next ones ("" at the end)."""

    tickets: Sequence[Ticket]
    next: str = ""


def page(agent: Agent, parts: Sequence[QuerySet[Ticket]], after: str = "") -> Page:
    """30 tickets out of all parts, the newest message first, after the key of an earlier page. Each gets `unread` and `answered_by`."""
    found = rows_of(agent, newest([beyond(part, after) for part in parts], PAGE + 1))
    is_more, found = len(found) > PAGE, found[:PAGE]
    return Page(found, key_of(found[-1]) if is_more else "")


def rows_of(agent: Agent, keys: Sequence[int]) -> list[Ticket]:
    """The tickets with these primary keys, in their order, as rows of a list."""
    read = ReadMark.objects.filter(agent=agent, ticket=OuterRef("pk")).values("read_at")
    rows = Ticket.objects.filter(pk__in=keys).select_related("contact", "assignee").only(*ROW_FIELDS)
    writing = writing_there(agent).values("agent__name")[:1]
    place = {key: number for number, key in enumerate(keys)}
    found: list[Ticket] = sorted(
        rows.annotate(read_at=Subquery(read), answered_by=Subquery(writing)), key=lambda ticket: place[ticket.pk]
    )
    mark_unread(found)
    name_nameless(found)
    return found


def beyond(tickets: QuerySet[Ticket], after: str) -> QuerySet[Ticket]:
    """The tickets that come after the key of an earlier page; all without one."""
    key = read_key(after)
    if key is None:
        return tickets
    at, number = key
    return tickets.filter(last_message_at__lte=at).exclude(last_message_at=at, number__gte=number)


def newest(parts: Sequence[QuerySet[Ticket]], most: int) -> list[int]:
    """The primary keys of the newest tickets of all parts together: the newest of each, and of these the newest."""
    sqls: list[str] = []
    values: list[Any] = []
    for place, part in enumerate(parts):
        ordered = part.order_by("-last_message_at", "-number").values_list("pk", "last_message_at", "number")
        try:
            sql, given = ordered[:most].query.sql_with_params()
        except EmptyResultSet:  # Django knows already that nothing can be in it, as when a search hits nothing
            continue
        sqls.append(f"SELECT * FROM ({sql}) AS t{place}")  # noqa: S608 (made by the ORM, values apart)
        values.extend(given)
    if not sqls:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sqls) + " ORDER BY 2 DESC, 3 DESC LIMIT %s", [*values, most])
        return [row[0] for row in cursor.fetchall()]


def mark_unread(tickets: Sequence[Any]) -> None:
    """Say on each ticket whether its last message came after this agent last looked."""
    for one in tickets:
        one.unread = one.state in UNFINISHED and (one.read_at is None or one.read_at < one.last_message_at)


def name_nameless(tickets: Sequence[Ticket]) -> None:
    """Let contacts without a name be called by their address (unsaved)."""
    nameless = {one.contact_id: one.contact for one in tickets if not one.contact.name}
    known = (
        dict(Address.objects.filter(contact__in=nameless).order_by("-pk").values_list("contact_id", "address"))
        if nameless
        else {}
    )
    for one in tickets:
        if one.contact_id in nameless:
            one.contact.name = known.get(one.contact_id, "")


def key_of(ticket: Ticket) -> str:
    """Where a page ended: the time of the last message and the number."""
    return f"{ticket.last_message_at.isoformat()}~{ticket.number}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """The key that `key_of` wrote, or None for anything else."""
    at, _tilde, number = text.partition("~")
    try:
        moment = parse_datetime(at.replace(" ", "+"))
    except ValueError:
        return None
    return (moment, int(number)) if moment and moment.tzinfo and number.isdecimal() else None
