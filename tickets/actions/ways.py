"""Ways: where a chat is from now on, and what an answer to it needs. A rebuild comes through here with the same decisions."""

from collections.abc import Sequence

from tickets.models import Address, Entry, Participant


def apply_ways(entries: Sequence[Entry]) -> None:
    """Make what received entries say of the ways to their senders; only what changes is written."""
    for entry in entries:
        if entry.fields.get("moved", {}).get("to"):
            _move(entry)
        if entry.fields.get("address_data"):
            _note(entry)


def _move(entry: Entry) -> None:
    """A chat that has another address from now on keeps its contact and its tickets."""
    old, new = entry.fields["moved"]["from"], entry.fields["moved"]["to"]
    known = Address.objects.filter(channel=entry.account.channel)  # type: ignore[union-attr]
    if not known.filter(address=new).exists():
        known.filter(address=old).update(address=new)
    tickets = Participant.objects.filter(address=old, ticket__contact__addresses__address=new)
    rows = [Participant(ticket_id=pk, address=new) for pk in set(tickets.values_list("ticket", flat=True))]
    Participant.objects.bulk_create(rows, ignore_conflicts=True)


def _note(entry: Entry) -> None:
    """Keep what the channel needs to know to answer this address on an account."""
    known = Address.objects.filter(channel=entry.account.channel, address=entry.fields["address"])  # type: ignore[union-attr]
    for address in known:
        data = address.data | entry.fields["address_data"]
        if data != address.data:
            address.data = data
            address.save(update_fields=["data"])
