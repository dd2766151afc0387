"""What is said of a contact's addresses beside them: newly linked by a proof, and what whoever reads them does not want."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from tickets.actions.join import JOINED
from tickets.models import Address, Against, ContactEvent, Objection

NEWLY = timedelta(days=1)


def told(addresses: Sequence[Address]) -> Sequence[Address]:
    """Return addresses with `is_newly_linked` and `objects` set. Asks only where there are several: two queries at most."""
    if len(addresses) < 2:
        return addresses
    origins = {one.origin_id for one in addresses if one.origin_id}
    lately = ContactEvent.objects.filter(contact__in=origins, kind=JOINED, by=None, at__gt=timezone.now() - NEWLY)
    newly = set(lately.values_list("contact", flat=True)) if origins else set()
    against = Objection.objects.filter(address__in=[one.address for one in addresses], against=Against.DETOURS)
    objecting = set(against.values_list("channel", "address"))
    for one in addresses:
        one.is_newly_linked = one.origin_id in newly
        one.objects_to_detours = (one.channel, one.address) in objecting
    return addresses
