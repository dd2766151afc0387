"""Retention: a ticket that has rested longer than its mailbox keeps them is erased, unless a legal hold beats that."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.erasing import erase_contact, erase_tickets, tickets_of
from tickets.actions.hold import of_the_same
from tickets.models import Account, Contact, Direction, Message, Ticket
from tickets.models.tickets import RESTING

MOST = 50  # tickets a round; the next one goes on
log = logging.getLogger(__name__)


def overdue(mailbox: Account, now: datetime) -> QuerySet[Ticket]:
    """Return the tickets of `mailbox` that have rested longer than it keeps them, held ones left out."""
    end = now - timedelta(days=mailbox.retention_days or 0)
    resting = Ticket.objects.filter(mailbox=mailbox, state__in=RESTING, merged_into=None)
    held = of_the_same(Contact.objects.exclude(hold=""))
    due = resting.filter(last_message_at__lt=end, updated_at__lt=end, erased_at=None, hold="").exclude(contact__in=held)
    wrote = Message.objects.filter(ticket=OuterRef("pk"), direction=Direction.IN, contact__in=held)
    return due.exclude(Exists(wrote)).exclude(
        Exists(Ticket.objects.filter(merged_into=OuterRef("pk"), contact__in=held))
    )


def retain(now: datetime | None = None) -> int:
    """Erase what is overdue, some tickets at a time; return how many."""
    when = now or timezone.now()
    erased = 0
    for mailbox in Account.objects.filter(retention_days__isnull=False).order_by("pk"):
        tickets = list(overdue(mailbox, when).select_related("contact").order_by("last_message_at")[:MOST])
        if tickets:
            days = {"name": mailbox.name, "days": mailbox.retention_days}
            reason = _("%(name)s keeps a resting ticket for %(days)d days.") % days
            erased += _erase(tickets, reason, when)
            _let_go({ticket.contact for ticket in tickets}, reason, when)
    return erased


def _erase(tickets: Sequence[Ticket], reason: str, when: datetime) -> int:
    """Erase them; when something stands in the way of one, all but that, which the next round tries again."""
    try:
        erase_tickets(tickets, None, reason, when)
    except NotAllowed as error:
        if len(tickets) == 1:
            log.warning("Ticket #%d is overdue and not erased yet: %s", tickets[0].number, error)
            return 0
        return sum(_erase([ticket], reason, when) for ticket in tickets)
    return len(tickets)


def _let_go(contacts: Iterable[Contact], reason: str, when: datetime) -> None:
    """Erase the people of whom nothing but erased tickets is left."""
    for contact in sorted(contacts, key=lambda one: one.pk):
        if Ticket.objects.filter(number__in=tickets_of(contact), erased_at=None).exists():
            continue
        try:
            erase_contact(contact, None, reason, at=when)
        except NotAllowed as error:
            log.warning("Contact %s has only erased tickets and is not erased: %s", contact.public_id, error)
