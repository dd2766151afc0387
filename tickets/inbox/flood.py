"""Floods: from a threshold on, one address begins no more tickets for a while; its mails join its newest one, in quiet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Max
from django.utils import timezone

from tickets.models import Ticket

MOST_BEGUN = 30  # tickets that one address may begin in one mailbox within the time below
WITHIN = timedelta(hours=1)
Begun = dict[tuple[str, int], "Rate"]  # (contact, mailbox) -> what it began lately


@dataclass(slots=True)
class Rate:
    """How many tickets a contact began lately, and the newest of them."""

    tickets: int
    newest: int

    @property
    def is_flood(self) -> bool:
        """Whether that is more than a person does."""
        return self.tickets >= MOST_BEGUN


def begun(contacts: Iterable[str], mailboxes: Iterable[int]) -> Begun:
    """Count what known contacts began within the last hour, in one query."""
    since = timezone.now() - WITHIN
    rows = (
        Ticket.objects.filter(contact__public_id__in=set(contacts), mailbox__in=set(mailboxes), history=False)
        .filter(last_message_at__gt=since, created_at__gt=since)
        .values_list("contact__public_id", "mailbox")
        .annotate(count=Count("pk"), newest=Max("number"))
        .order_by()
    )
    return {(contact, mailbox): Rate(count, newest) for contact, mailbox, count, newest in rows}


def note(found: Begun, where: tuple[str, int], number: int) -> None:
    """Count a ticket that this batch begins."""
    before = found.get(where)
    found[where] = Rate(before.tickets + 1 if before else 1, number)


def words(sender: str) -> str:
    """Why a mail joins a ticket that it does not speak of."""
    return (
        f"{sender} began {MOST_BEGUN} tickets here within an hour. Until that is over, what else comes from there is kept "
        "together in this one, and answered by nobody automatically."
    )
