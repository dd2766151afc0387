"""What was refused for certain goes another way: decided when the outcome is read, so that a kill in between loses nothing."""

from datetime import timedelta

from django.utils import timezone

from tickets.actions.change import NotAllowed
from tickets.actions.detour import CERTAIN, detour
from tickets.actions.drafts import send_waiting
from tickets.models import Contact, Delivery, DeliveryState, Entry

OLDEST = timedelta(hours=24)  # of an outcome: what is read later than that is past


def concerns(entry: Entry) -> bool:
    """Whether an outcome or a receipt tells of a refusal that is certain."""
    told = [*entry.fields.get("outcomes", []), {"kind": entry.fields.get("refusal")}]
    return any(one.get("kind") in CERTAIN for one in told)


def consider(entry: Entry) -> str:
    """Send what an outcome says was refused by the next way; return why not, or ""."""
    if entry.at < timezone.now() - OLDEST:
        return "history"
    refused = [one["delivery"] for one in entry.fields["outcomes"] if one.get("kind") in CERTAIN]
    found = [_consider(delivery) for delivery in _failed(refused)]
    return " ".join(found) if found else "nothing was refused for certain"


def late(entry: Entry) -> str:
    """Send what a vendor's receipt says was refused after all by the next way; return why not, or ""."""
    if entry.at < timezone.now() - OLDEST:
        return "history"
    if entry.fields.get("refusal") not in CERTAIN:
        return "nothing was refused for certain"
    failed = Delivery.objects.filter(outcome=entry).values_list("public_id", flat=True)
    return " ".join(_consider(delivery) for delivery in _failed(list(failed)))


def proved(entry: Entry) -> str:
    """Somebody may have a proven address now: what waits for a way to them goes."""
    contact = Contact.objects.select_related("joined_into").filter(public_id=entry.fields["contact"]).first()
    left = (contact.joined_into or contact) if contact else None
    return "" if left and send_waiting(left) else "nothing waits for a way to them"


def _failed(public_ids: list[str]) -> list[Delivery]:
    rows = Delivery.objects.filter(public_id__in=public_ids, state=DeliveryState.FAILED, message__automatic=False)
    return list(rows.select_related("message__ticket__mailbox", "account").order_by("pk")) if public_ids else []


def _consider(delivery: Delivery) -> str:
    try:
        made = detour(delivery, delivery.reason)
    except NotAllowed as undecided:
        return str(undecided)
    return "" if made else "there is no other way"
