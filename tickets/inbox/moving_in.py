"""Moving in: history that our side wrote becomes outgoing messages, and a ticket stands as its newest mail left it.

An import says with each arrival what it wants, in the envelope under "moving_in": {"close_after": days, "flags": […]}.
Mail that came in as history without that (a mailbox's own past) is solved, as nobody is to look at it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tickets.actions.change import tag_names
from tickets.actions.receive import Received, said_at
from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import Place
from tickets.mime.addresses import Mailbox, mailboxes
from tickets.mime.parse import Mail
from tickets.models import Account, Agent, State
from tickets.models.text import storable

ANSWERED, FLAGGED = "answered", "flagged"  # IMAP's \Answered and \Flagged, whatever the source calls them


def recognise(batch: Sequence[Arriving]) -> None:
    """Find the mails of `batch` that our side wrote: From is a mailbox or an agent, and somebody else is addressed."""
    past = [one for one in batch if one.item.history and not one.conversational and one.verified != "fail"]
    if not past:
        return
    named = {box.address.lower() for one in past for box in addressed(one.mail)} | {one.sender for one in past}
    ours = set(Account.objects.filter(mailbox__isnull=True, address__in=named).values_list("address", flat=True))
    agents = dict(Agent.objects.filter(email__in=named).values_list("email", "public_id"))
    for one in past:
        others = [box for box in addressed(one.mail) if box.address.lower() not in ours | agents.keys()]
        if others and one.sender in ours | agents.keys():
            one.is_ours, one.author = True, agents.get(one.sender, "")
            one.partner = storable(others[0].address.lower(), 320)
            one.partner_name = storable(others[0].name, 200)


def addressed(mail: Mail) -> list[Mailbox]:
    """Everybody a mail names as its recipient, blind copies too: a folder of sent mail keeps those."""
    blind = [box for value in mail.headers.get_all("bcc") for box in mailboxes(value)]
    return [*mail.to, *mail.cc, *blind]


def wishes(arriving: Arriving) -> dict[str, Any] | None:
    """What the import asked for; None when the mail is no part of one."""
    found: dict[str, Any] | None = arriving.item.envelope.get("moving_in")
    return found


def said(arriving: Arriving) -> datetime:
    """When the mail was written, as its message will sort."""
    fields = {"history": arriving.item.history}
    return said_at(Received(arriving.entry, arriving.mail), fields)


def first_state(arriving: Arriving) -> str:
    """The state of a ticket that history begins."""
    wished = wishes(arriving)
    if wished is None or (arriving.automatic and not arriving.is_ours):
        return str(State.SOLVED)
    return _left_by(arriving, wished, State.NEW)


def next_state(arriving: Arriving, place: Place) -> str | None:
    """The state that an imported mail brings an imported ticket into; None: it stays. Only the newest mail counts."""
    wished = wishes(arriving)
    if wished is None or not place.history or arriving.automatic:
        return None
    if said(arriving) < place.last_at:
        return str(State.OPEN) if arriving.is_ours and place.state == State.NEW else None
    state = _left_by(arriving, wished, State.NEW if place.state == State.NEW else State.OPEN)
    return state if state != place.state else None


def _left_by(arriving: Arriving, wished: dict[str, Any], unanswered: str) -> str:
    answered = arriving.is_ours or ANSWERED in wished.get("flags", [])
    return left_by(arriving.entry.at - said(arriving), wished["close_after"], answered, unanswered)


def left_by(age: timedelta, close_after: int, answered: bool, unanswered: str) -> str:
    """How a ticket stands whose newest mail is so old: closed, or it waits for the customer, or it wants somebody here."""
    if age > timedelta(days=close_after):
        return str(State.CLOSED)
    return str(State.WAITING if answered else unanswered)


def tags(arriving: Arriving) -> list[str]:
    """The tags that a mail's flags become: "flagged", and the words that people gave it."""
    flags = (wishes(arriving) or {}).get("flags", [])
    return tag_names(flag for flag in flags if flag != ANSWERED)
