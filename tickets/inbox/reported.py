"""Reports about mail of ours: which message they speak of, and what follows. Only what proves itself has consequences."""

from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import Desk, Known, Place, bounced
from tickets.mime.bounces import Recipient
from tickets.mime.reports import COMPLAINT, FAILED, Report, address_is_dead
from tickets.models import Delivery, State
from tickets.models.text import storable
from tickets.models.tickets import UNATTENDED

Pairs = list[tuple[Delivery, Recipient]]


def reported(arriving: Arriving, desk: Desk) -> tuple[Known, Place] | None:
    """Return the message that a report speaks of, and its ticket; decide the consequences. None when it is no report of ours.

    A report acts when it came to our signed return path (then the recipient is the one it names, or the only one), or when it
    quotes our Message-ID together with that delivery's recipient. Anything else is only shown.
    """
    report = arriving.report
    if report is None:
        return None
    arriving.fields["report"] = _kept(report)
    signed = next((desk.deliveries[token] for token in bounced(arriving) if token in desk.deliveries), None)
    siblings = _siblings(desk, report, signed)
    if not siblings:
        return None
    known = desk.by_message.get(siblings[0].message.public_id)
    place = desk.place(known.ticket if known else None)
    if known is None or place is None:
        return None
    _decide(arriving, report, _named(siblings, report, signed is not None), place)
    return known, place


def _kept(report: Report) -> dict[str, object]:
    fields = report.fields()
    named = [storable(address, 320) for address in fields["recipients"]]
    return {"what": fields["what"], "recipients": named, "words": storable(fields["words"], 1000)}


def _siblings(desk: Desk, report: Report, signed: Delivery | None) -> list[Delivery]:
    """All deliveries of the message that is spoken of: they left in one mail."""
    if signed is not None:
        return [one for one in desk.deliveries.values() if one.message_id == signed.message_id]
    quoted = report.original_message_id
    return [one for one in desk.deliveries.values() if quoted and one.message.message_id == quoted]


def _named(siblings: list[Delivery], report: Report, is_signed: bool) -> Pairs:
    """The deliveries that the report names by their recipients."""
    by_address = {one.recipient.lower(): one for one in siblings}
    spoken_of = [(by_address.get((said.recipient or "").lower()), said) for said in report.recipients]
    pairs = [(delivery, said) for delivery, said in spoken_of if delivery is not None]
    is_only_one = len(siblings) == 1 and (is_signed or report.what == COMPLAINT)  # those often hide who complains
    if not pairs and is_only_one:
        pairs = [(siblings[0], report.recipients[0] if report.recipients else Recipient(None))]
    return pairs


def _decide(arriving: Arriving, report: Report, pairs: Pairs, place: Place) -> None:
    if report.what == COMPLAINT and pairs:
        arriving.fields["complained"] = [delivery.public_id for delivery, _ in pairs]
    failed = [(delivery, said) for delivery, said in pairs if report.what == FAILED and said.permanent is not False]
    if not failed:
        return
    arriving.fields["bounced"] = [
        {
            "delivery": delivery.public_id,
            "reason": storable(said.diagnostic or said.status or arriving.mail.subject or "", 1000),
            "gone": address_is_dead(said),
        }
        for delivery, said in failed
    ]
    if place.state in UNATTENDED:
        arriving.fields["state"] = place.state = str(State.OPEN)
    if place.snoozed:
        arriving.fields["woken"], place.snoozed = True, False
