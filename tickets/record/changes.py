"""Which tickets new entries speak of, in the order of their numbers: what live pages follow."""

from tickets.models import Entry, Event, Message

MOST_AT_ONCE = 500
Change = tuple[int, frozenset[int]]  # an entry's number, and the tickets that it speaks of


def newest() -> int:
    """Return the number of the newest entry: a page rendered now has seen everything up to it."""
    numbered = Entry.objects.filter(number__isnull=False).order_by("-number")
    return numbered.values_list("number", flat=True).first() or 0


def after(number: int) -> list[Change]:
    """Return the entries above `number`, the oldest first, at most 500, each with its tickets."""
    entries = Entry.objects.filter(number__gt=number).order_by("number").values_list("pk", "number", "ticket_number")
    rows = list(entries[:MOST_AT_ONCE])
    if not rows:
        return []
    tickets: dict[int, set[int]] = {pk: {ticket} if ticket else set() for pk, _number, ticket in rows}
    spoken_of = [
        *Event.objects.filter(entry__in=tickets).values_list("entry_id", "ticket__number"),
        *Message.objects.filter(entry__in=tickets).values_list("entry_id", "ticket__number"),
    ]
    for entry, ticket in spoken_of:
        tickets[entry].add(ticket)
    return [(found, frozenset(tickets[pk])) for pk, found, _ticket in rows if found is not None]
