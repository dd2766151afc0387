"""Template: approved words with their gaps filled in, where a vendor carries nothing else. An agent picks, fills in and sees them first."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.say import Words, say
from tickets.channels import Template, open_channel
from tickets.models import Agent, Direction, Message, State, Ticket
from tickets.outbox.route import NoRoute, Way, by_template

LONGEST = 1000  # characters of what is filled in


def way_for(ticket: Ticket) -> Way:
    """Return the way a template goes. Raises NoRoute."""
    way = by_template(ticket)
    if way is None:
        raise NoRoute(_("No template can be sent to where they wrote last."))
    return way


def templates_for(way: Way) -> list[Template]:
    """Ask the vendor for the templates of an account. Raises NotConnected."""
    return open_channel(way.account).templates()


def send_template(
    ticket: Ticket, key: str, values: Mapping[str, str], by: Agent, at: datetime | None = None
) -> Message:
    """Send the template that its channel calls `key`, filled in. Raises NoRoute, NotAllowed, NotConnected, OSError."""
    way = way_for(ticket)
    template = next((one for one in templates_for(way) if one.key == key), None)
    if template is None:
        raise NotAllowed(_("This template is not approved any more. Choose another one."))
    check(template, values)
    given = {gap: values[gap].strip() for gap in template.gaps}
    words = Words(
        ticket=ticket,
        text=template.filled(given),
        by=by,
        at=at or timezone.now(),
        direction=Direction.OUT,
        subject=f"Re: {ticket.subject}",
        routes=[way.route(_("As the template “%(name)s” (%(language)s).") % _named(template))],
        then_state=str(State.WAITING),
        extra={"template": open_channel(way.account).filled(template, given)},
    )
    return say(words)


def _named(template: Template) -> dict[str, str]:
    return {"name": template.name, "language": template.language}


def check(template: Template, values: Mapping[str, str]) -> None:
    """Raise NotAllowed where a gap is empty, or too much stands in it."""
    if template.hindrance:
        raise NotAllowed(template.hindrance)
    if missing := template.missing(values):
        raise NotAllowed(_("Nothing stands in: %s. Fill it in, then send.") % ", ".join(missing))
    if any(len(values[gap]) > LONGEST for gap in template.gaps):
        raise NotAllowed(_("At most %d characters stand in a gap.") % LONGEST)
