"""What incoming mail changes of deliveries and addresses: failed, unwanted, or alive again. A rebuild comes through here too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tickets.models import Address, Delivery, Entry

Where = tuple[str, str]  # channel, address


def apply_consequences(entries: Sequence[Entry]) -> None:
    """Make what received entries say, one after the other: the batches of a rebuild begin elsewhere."""
    born = {_written_from(entry): place for place, entry in enumerate(entries) if "new_contact" in entry.fields}
    for place, entry in enumerate(entries):
        reach = Reach({where for where, birth in born.items() if birth > place})
        for bounced in bounces_of(entry.fields):
            _bounce(entry, bounced, reach)
        if complained := entry.fields.get("complained"):
            _complain(entry, complained, reach)
        if (words := entry.fields.get("unreachable")) is not None:
            rows = reach.rows(_written_from(entry)).filter(reachable=bool(words))
            rows.update(reachable=not words, unreachable_reason=words)


@dataclass(frozen=True, slots=True)
class Reach:
    """The addresses as they are at one place of a batch: those of later mails of it are there already, and are not meant."""

    unborn: set[Where]

    def rows(self, where: Where) -> QuerySet[Address]:
        """The row of an address, or none."""
        known = Address.objects.filter(channel=where[0], address=where[1])
        return known.none() if where in self.unborn else known


def _written_from(entry: Entry) -> Where:
    return entry.account.channel if entry.account else "", entry.fields["address"]


def bounces_of(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what an entry says of failed deliveries; older ones name one alone, without a list."""
    found = fields.get("bounced", [])
    return found if isinstance(found, list) else [found]


def _bounce(entry: Entry, bounced: dict[str, Any], reach: Reach) -> None:
    """A bounce that proves itself settles the delivery it speaks of."""
    rows = Delivery.objects.filter(public_id=bounced["delivery"])
    rows.update(state="failed", reason=bounced["reason"], at=entry.at, outcome=entry)
    if bounced["gone"] and (delivery := rows.first()):
        where = delivery.channel, delivery.recipient.lower()
        reach.rows(where).update(reachable=False, unreachable_reason=bounced["reason"])


def _complain(entry: Entry, complained: list[str], reach: Reach) -> None:
    """Who reports our mail as unwanted gets nothing automatic any more."""
    for delivery in Delivery.objects.filter(public_id__in=complained):
        reach.rows((delivery.channel, delivery.recipient.lower())).update(complained_at=entry.at)
