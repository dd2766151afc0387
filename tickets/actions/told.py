"""A notification in words: what happened, as a sentence. The words of customers are in none, their name is."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.actions import notify
from tickets.models import Notification


def words(told: Notification) -> str:
    """Return what happened, for a list, a browser's notification, or a mail's subject."""
    who = told.by.name if told.by else told.ticket.contact.name or _("The customer")
    match told.kind:
        case notify.NEW:
            return _new(who, told.count)
        case notify.ASSIGNED:
            return _assigned(told.by.name, told.count) if told.by else _("It was assigned to you")
        case notify.ANSWERED:
            text = ngettext("%(who)s answered", "%(who)s answered in %(count)d messages", told.count)
            return text % {"who": who, "count": told.count}
        case notify.MENTIONED:
            return _("%(who)s mentioned you in a note") % {"who": who}
        case notify.HELD:
            return _("Your reply was held: somebody wrote while it waited to go out")
        case notify.REFUSED:
            return _("Your answer to a notification was not taken in: write it in the ticket")
        case other:
            return other


def _assigned(who: str, count: int) -> str:
    text = ngettext("%(who)s assigned it to you", "%(who)s assigned %(count)d tickets to you, this first", count)
    return text % {"who": who, "count": count}


def _new(who: str, count: int) -> str:
    text = ngettext(
        "%(who)s wrote, and nobody has it yet", "%(who)s wrote %(count)d messages, and nobody has it yet", count
    )
    return text % {"who": who, "count": count}
