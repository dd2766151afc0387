"""Retention: a ticket that has rested longer than its mailbox keeps them is erased, unless a legal hold beats that."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.erasing import erase_contact, erase_tickets, tickets_of
from tickets.models import Account, Contact, State, Ticket

MOST = 50  # tickets a round; the next one goes on


def overdue(mailbox: Account, now: datetime) -> QuerySet[Ticket]:
    """Return the tickets of `mailbox` that have rested longer than it keeps them, held ones left out."""
    end = now - timedelta(days=mailbox.retention_days or 0)
    resting = Ticket.objects.filter(mailbox=mailbox, state__in=(State.SOLVED, State.CLOSED), merged_into=None)
    return resting.filter(last_message_at__lt=end, updated_at__lt=end, erased_at=None, hold="", contact__hold="")


def retain(now: datetime | None = None) -> int:
    """Erase what is overdue, some tickets at a time; return how many."""
    when = now or timezone.now()
    erased = 0
    for mailbox in Account.objects.filter(retention_days__isnull=False).order_by("pk"):
        tickets = list(overdue(mailbox, when).select_related("contact").order_by("last_message_at")[:MOST])
        if tickets:
            days = {"name": mailbox.name, "days": mailbox.retention_days}
            reason = _("%(name)s keeps a resting ticket for %(days)d days.") % days
            erase_tickets(tickets, None, reason, when)
            _let_go({ticket.contact for ticket in tickets}, reason, when)
            erased += len(tickets)
    return erased


def _let_go(contacts: Iterable[Contact], reason: str, when: datetime) -> None:
    """Erase the people of whom nothing but erased tickets is left."""
    for contact in sorted(contacts, key=lambda one: one.pk):
        if not Ticket.objects.filter(number__in=tickets_of(contact), erased_at=None).exists():
            erase_contact(contact, None, reason, at=when)
