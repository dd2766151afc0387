"""Who may see what, and who may work on it. Every list, search, count, live event, report and export starts here."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.models import Account, Agent, Contact, Role, Team, Ticket

SEES_ALL = (Role.ADMINISTRATOR, Role.MANAGER)


def mailboxes_for(agent: Agent) -> QuerySet[Account]:
    """Return the mailboxes that `agent` works in: those without a team, and those of their teams; else all."""
    mailboxes = Account.objects.filter(mailbox__isnull=True)
    if not agent.is_active:
        return mailboxes.none()
    if agent.role in SEES_ALL:
        return mailboxes
    return mailboxes.filter(Q(team__isnull=True) | Q(team__in=agent.teams.all()))


def visible_to(agent: Agent) -> QuerySet[Ticket]:
    """Return the tickets that `agent` may see: those of their mailboxes, without merged ones."""
    tickets = Ticket.objects.filter(merged_into__isnull=True)
    if not agent.is_active:
        return tickets.none()
    if agent.role in SEES_ALL:
        return tickets
    return tickets.filter(mailbox__in=mailboxes_for(agent))


def contacts_for(agent: Agent) -> QuerySet[Contact]:
    """Return the contacts that `agent` may see: the customers of tickets they may see; who reads everything sees all."""
    if agent.is_active and agent.role in SEES_ALL:
        return Contact.objects.all()
    return Contact.objects.filter(Exists(visible_to(agent).filter(contact=OuterRef("pk"))))


def working_in(mailbox: Account) -> QuerySet[Agent]:
    """Return who may be given tickets of `mailbox`: who may see them, and may change them."""
    people = writers()
    if mailbox.team_id is None:
        return people
    team = Team.agents.through._default_manager.filter(team=mailbox.team_id)
    return people.filter(Q(role=Role.ADMINISTRATOR) | Q(pk__in=team.values("agent")))


def onlookers() -> QuerySet[Agent]:
    """Return those who may change nothing, or nothing any more: managers, and whoever has left."""
    return Agent.objects.filter(Q(removed_at__isnull=False) | Q(role=Role.MANAGER))


def writers() -> QuerySet[Agent]:
    """Return everybody here who may change things: not who has left, and no manager."""
    return Agent.objects.filter(removed_at__isnull=True).exclude(role=Role.MANAGER)


def who_sees(ticket: Ticket) -> QuerySet[Agent]:
    """Return the people to whom `visible_to` shows this ticket: the same question from the other side."""
    people = Agent.objects.filter(removed_at__isnull=True)
    if ticket.merged_into_id:
        return people.none()
    if ticket.mailbox.team_id is None:
        return people
    team = Team.agents.through._default_manager.filter(team=ticket.mailbox.team_id)
    return people.filter(Q(role__in=SEES_ALL) | Q(pk__in=team.values("agent")))
