"""Overtaken: a reply is stopped when somebody said something in its ticket since it was begun. Nothing of it is lost.

What the writer had before them is kept as a token, "1042 abcd…": the highest entry number among the messages, and the
public ids of those that had no number yet. Numbers, because they are given after the commit: what becomes visible later
has a higher one.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.channels import channel_classes
from tickets.models import Direction, Draft, Message, Ticket

MOST_SHOWN = 20
WROTE = "%(names)s wrote since you began. Yours was not sent: read what is new, then change it or send it anyway."
HELD = "Held, and not sent: %(names)s wrote while yours waited to go out. Read what is new, then change it or send it anyway."


class Overtaken(NotAllowed):
    """A newer message came while the draft was written; `messages` are what its writer has not seen."""

    def __init__(self, text: str, messages: Sequence[Message]) -> None:
        super().__init__(text)
        self.messages = messages


def token_of(messages: Iterable[Message]) -> str:
    """Return the token of what is shown: these messages, each with its entry."""
    shown = list(messages)
    fresh = [message.public_id for message in shown if message.entry.number is None][-MOST_SHOWN:]
    return _token(max((message.entry.number or 0 for message in shown), default=0), fresh)


def token_of_ticket(ticket: Ticket) -> str:
    """Return the same for everything that a ticket holds now."""
    fresh = ticket.messages.filter(entry__number=None).order_by("-pk").values_list("public_id", flat=True)
    # What has no number yet is asked for first: in between, the appender may give it one.
    found = list(fresh[:MOST_SHOWN])
    return _token(ticket.messages.aggregate(newest=Max("entry__number"))["newest"] or 0, found)


def _token(number: int, fresh: Sequence[str]) -> str:
    return " ".join([str(number), *fresh])


def unseen(draft: Draft) -> list[Message]:
    """Return what somebody said in the draft's ticket since it was begun, 20 at most; what machines say is left out.

    One's own notes are left out too, not one's own replies: they may have been sent from another window.
    """
    if draft.ticket_id is None or not draft.seen:
        return []
    number, *known = draft.seen.split()
    newer = Message.objects.filter(
        Q(entry__number__gt=int(number)) | Q(entry__number=None),
        ticket=draft.ticket_id,
        kind="message",
        automatic=False,
        history=False,
    )
    others = newer.exclude(public_id__in=known).exclude(direction=Direction.NOTE, author=draft.agent_id)
    return list(others.select_related("author", "entry").defer("html", "entry__body").order_by("pk")[:MOST_SHOWN])


def check(draft: Draft) -> None:
    """Raise Overtaken when a reply's writer has not seen all that was said. Forwards and notes answer nobody."""
    messages = unseen(draft) if draft.kind == "reply" else []
    if messages:
        raise Overtaken(_(WROTE) % {"names": names_of(messages)}, messages)


def check_when_due(draft: Draft) -> None:
    """Ask once more when its undo time is over. Raises Overtaken.

    One more line of a customer in a chat holds nothing then: who writes line by line would never be answered.
    """
    messages = unseen(draft) if draft.kind == "reply" else []
    if any(not _is_line(message) for message in messages):
        raise Overtaken(_(HELD) % {"names": names_of(messages)}, messages)


def _is_line(message: Message) -> bool:
    channel = channel_classes().get(message.channel)
    return message.direction == Direction.IN and channel is not None and channel.conversational


def names_of(messages: Iterable[Message]) -> str:
    """Return who wrote, each once."""
    names = [one.author.name if one.author else one.from_name or one.from_address for one in messages]
    return ", ".join(dict.fromkeys(names))
