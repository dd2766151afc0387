"""Each ticket's page, as an administrator sees it, rendered from two databases and compared."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, router
from django.template.loader import render_to_string

from tickets.models import Agent, Delivery, Role, Ticket
from tickets.record.compare import LIVE
from tickets.views.ticket import panel
from tickets.views.timeline import timeline

# What names primary keys, attempts or a key made for one press of a button. Nothing else may differ.
MADE_ANEW = re.compile(r'(id="event-)\d+(-)|(data-version=")[^"]*(")|(name="key" value=")[^"]*(")')


class _To:
    """A router that sends every query to one database."""

    def __init__(self, using: str) -> None:
        self.using = using

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return self.using

    db_for_write = db_for_read


@contextmanager
def asking(using: str) -> Iterator[None]:
    """Let all queries without a database of their own go to `using` while the block runs."""
    kept = router.routers
    router.routers = [_To(using)]
    try:
        yield
    finally:
        router.routers = kept


def page(number: int, using: str) -> str:
    """Return the conversation and the customer's panel of a ticket, every message open to the reader; "" without it."""
    with asking(using):
        ticket = Ticket.objects.filter(number=number).select_related("contact", "mailbox", "assignee", "team").first()
        reader = Agent.objects.filter(role=Role.ADMINISTRATOR, removed_at__isnull=True).order_by("public_id").first()
        if ticket is None:
            return ""
        names = dict(Agent.objects.values_list("public_id", "name"))
        context: dict[str, Any] = {"ticket": ticket, "timeline": timeline(ticket, names, every=True), "may_write": True}
        html = render_to_string("tickets/ticket/_timeline.html", context)
        if reader:
            html += render_to_string("tickets/ticket/_panel.html", context | panel(reader, ticket.contact, ticket))
    return MADE_ANEW.sub(lambda found: "".join(part or "" for part in found.groups()), html)


def numbers(most: int | None) -> Iterator[int]:
    """Yield ticket numbers, newest first."""
    found = Ticket.objects.order_by("-number").values_list("number", flat=True)
    yield from (found if most is None else found[:most]).iterator(2000)


def is_settled(number: int, using: str) -> bool:
    """Whether nothing of a ticket is on its way: that looks different after a rebuild, which calls it uncertain."""
    return not Delivery.objects.using(using).filter(message__ticket__number=number, state__in=LIVE).exists()


def differ(number: int, ours: str, theirs: str) -> bool:
    """Whether a ticket's page is not the same; "a minute ago" may change between two looks, so it is looked at twice."""
    return page(number, ours) != page(number, theirs) and page(number, ours) != page(number, theirs)
