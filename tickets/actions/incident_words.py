"""What people here read about an account that was closed: the vendor's words, what they mean, who is affected, what to do."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.channels import Closing, NotConnected, open_channel
from tickets.models import Account, Agent, Delivery, Incident, Ticket
from tickets.outbox.reachable import conversations, lost_with

MOST_NAMED = 20


def explained(account: Account, reason: str) -> Closing:
    """Return what a vendor's words mean and what to do now."""
    try:
        return open_channel(account).explain(reason)
    except NotConnected as error:
        return Closing(str(error))


def opened_words(account: Account, reason: str, by: Agent | None, when: datetime) -> str:
    """Return the first note of an incident."""
    closing = explained(account, reason)
    open_ones = conversations(account)
    lost = lost_with(account, open_ones)
    said = _("%(name)s stopped it: %(reason)s") if by else _("The vendor says: %(reason)s")
    lines = [
        said % {"name": by.name if by else "", "reason": reason or "–"},
        closing.meaning,
        "",
        _("Since %(time)s nothing is sent by %(name)s. What customers write there still arrives.")
        % {"time": date_format(timezone.localtime(when), "DATETIME_FORMAT"), "name": account.name},
        _counted(open_ones.count(), lost.count()),
        "",
        _("What to do now:"),
        *(f"{number}. {step}" for number, step in enumerate(closing.steps, 1)),
    ]
    if named := [_named(ticket) for ticket in lost.select_related("contact")[:MOST_NAMED]]:
        lines += ["", _("They cannot be reached otherwise:"), *named]
    return "\n".join(lines)


def _counted(affected: int, lost: int) -> str:
    total = ngettext("%(count)d open conversation is there", "%(count)d open conversations are there", affected)
    rest = ngettext("%(count)d customer has no other proven way", "%(count)d customers have no other proven way", lost)
    return f"{total % {'count': affected}}; {rest % {'count': lost}}."


def _named(ticket: Ticket) -> str:
    return f"#{ticket.number} {ticket.contact.name or ticket.subject}"


def closed_words(incident: Incident, by: Agent | None, reason: str, when: datetime) -> str:
    """Return the last note of an incident: how long it took, and what went another way."""
    moved = rerouted(incident).count()
    minutes = max(1, round((when - incident.opened_at).total_seconds() / 60))
    lines = [
        _("%(name)s sends again.") % {"name": incident.account.name},
        reason,
        ngettext("It took %(count)d minute.", "It took %(count)d minutes.", minutes) % {"count": minutes},
        ngettext("%(count)d answer went another way.", "%(count)d answers went another way.", moved) % {"count": moved},
    ]
    return "\n".join(filter(None, lines))


def rerouted(incident: Incident) -> QuerySet[Delivery]:
    """Return the deliveries that took the place of others since an incident began, as long as it lasted."""
    rows = Delivery.objects.filter(instead_of__account=incident.account, at__gte=incident.opened_at)
    return rows.filter(at__lte=incident.closed_at) if incident.closed_at else rows
