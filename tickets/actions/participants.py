"""Participants: who takes part in a ticket, an index for threading."""

from collections.abc import Iterable

from tickets.models import Direction, Message, Participant, Ticket
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


def settle_participants(ticket: Ticket) -> None:
    """Who takes part follows from the messages that are there, and from agents' decisions."""
    pairs: dict[tuple[int, str], None] = {}
    public = ticket.messages.exclude(direction=Direction.NOTE).filter(via=False, automatic=False)
    for message in public.select_related("entry").defer("text", "html", "reply").iterator(chunk_size=500):
        if message.entry.fields.get("quiet"):
            continue
        message.ticket = ticket
        boxes = [box["address"] for box in [*message.to, *message.cc]]
        own = [message.from_address] if message.direction == Direction.IN else []
        add_participants(pairs, message, [*own, *boxes])
    for event in ticket.events.filter(kind__in=("participant", "detour")):
        if address := event.data.get("participant"):
            pairs[ticket.pk, address] = None
    ticket.participants.all().delete()
    save_participants(pairs)
