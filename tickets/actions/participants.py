"""Participants: who takes part in a ticket, an index for threading."""

from collections.abc import Iterable

from tickets.models import Message, Participant
from tickets.models.many import insert_new
from tickets.models.text import storable


def add_participants(pairs: dict[tuple[int, str], None], message: Message, addresses: Iterable[str]) -> None:
    """Note who takes part in a message's ticket; the mailbox itself is no participant."""
    ours = message.ticket.mailbox.address.lower()
    for address in addresses:
        lowered = storable(address, 320).lower()
        if lowered and lowered != ours:
            pairs[message.ticket_id, lowered] = None


def save_participants(pairs: Iterable[tuple[int, str]]) -> None:
    """Store participants; one that is there already stays."""
    rows = [Participant(ticket_id=ticket, address=address) for ticket, address in pairs]
    insert_new(rows)
