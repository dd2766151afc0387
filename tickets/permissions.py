"""Who may see what. Every list, search, count, live event, report and export starts here."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.models import Account, Agent, Contact, Role, Ticket


def mailboxes_for(agent: Agent) -> QuerySet[Account]:
    """Return the mailboxes that `agent` works in: those without a team, and those of their teams; else all."""
    mailboxes = Account.objects.filter(mailbox__isnull=True)
    if agent.role in (Role.ADMINISTRATOR, Role.MANAGER):
        return mailboxes
    return mailboxes.filter(Q(team__isnull=True) | Q(team__in=agent.teams.all()))


def visible_to(agent: Agent) -> QuerySet[Ticket]:
    """Return the tickets that `agent` may see: those of their mailboxes, without merged ones."""
    tickets = Ticket.objects.filter(merged_into__isnull=True)
    if not agent.is_active:
        return tickets.none()
    if agent.role in (Role.ADMINISTRATOR, Role.MANAGER):
        return tickets
    return tickets.filter(mailbox__in=mailboxes_for(agent))


def contacts_for(agent: Agent) -> QuerySet[Contact]:
    """Return the contacts that `agent` may see: the customers of tickets they may see; who reads everything sees all."""
    if agent.is_active and agent.role in (Role.ADMINISTRATOR, Role.MANAGER):
        return Contact.objects.all()
    return Contact.objects.filter(Exists(visible_to(agent).filter(contact=OuterRef("pk"))))
