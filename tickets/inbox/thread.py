"""Thread: which ticket a mail belongs to, in the order of design.md's table, and why."""

from dataclasses import dataclass

from tickets.inbox import flood
from tickets.inbox.arriving import Arriving, Stop
from tickets.inbox.conversation import goes_on, join_burst, name_in
from tickets.inbox.desk import Desk, Known, Place, codes, mailbox_team, named_ids, tag, tokens
from tickets.inbox.moving_in import first_state, next_state, said
from tickets.inbox.read import REQUEST
from tickets.inbox.reported import reported
from tickets.inbox.suspect import is_remembered
from tickets.mime.identifiers import base_subject
from tickets.models import SpamBy, State
from tickets.models.text import LONGEST_SUBJECT, storable
from tickets.models.tickets import RESTING, UNATTENDED


@dataclass(slots=True)
class Verdict:
    """Where a mail goes: into `place`, or into a new ticket linked with `linked`."""

    reason: str
    place: Place | None = None
    linked: Place | None = None
    via: bool = False
    quiet: bool = False  # opens nothing again, and its writer takes no part by it
    is_signed: bool = False  # sent to the signed address of a message of ours
    speaks_of: str = ""


def thread(arriving: Arriving, desk: Desk) -> None:
    """Decide the ticket. Raises Stop when the ticket holds this very mail already."""
    if arriving.about:
        return
    verdict = (
        _by_report(arriving, desk)
        or _by_token(arriving, desk)
        or _by_own_address(arriving, desk)
        or _by_ids(arriving, desk)
        or _by_tag(arriving, desk)
        or _by_late_child(arriving, desk)
        or _by_conversation(arriving, desk)
        or Verdict("A new ticket: nothing in this mail refers to one.")
    )
    if verdict.place is None:
        verdict = _by_flood(arriving, desk) or verdict
    if verdict.place and _holds(desk, verdict.place, arriving):
        raise Stop("copy", f"Ticket #{verdict.place.number} holds this mail already.", copy_of=arriving.fields["twin"])
    arriving.fields["reason"] = verdict.reason
    if verdict.speaks_of:
        arriving.fields["speaks_of"] = verdict.speaks_of
    if verdict.place:
        _join(arriving, verdict.place, verdict)
    else:
        _begin(arriving, verdict, desk)


def _holds(desk: Desk, place: Place, arriving: Arriving) -> bool:
    twin = desk.by_message.get(arriving.fields.get("twin", ""))
    return twin is not None and twin.ticket == place.number


def _by_report(arriving: Arriving, desk: Desk) -> Verdict | None:
    found = reported(arriving, desk)
    if found is None:
        return None
    known, place = found
    return Verdict(f"A report about a message of ticket #{place.number}.", place, speaks_of=known.message)


def _by_token(arriving: Arriving, desk: Desk) -> Verdict | None:
    for token in tokens(arriving):
        known = desk.by_message.get(token)
        place = desk.place(known.ticket if known else None)
        if known is None or place is None:
            continue
        spoken_of = known.message if arriving.automatic else ""
        if arriving.item.source == REQUEST:
            reason = f"Written on the request page, by the link that was mailed to {arriving.sender}."
            return Verdict(reason, place, via=arriving.sender not in place.participants)
        if arriving.sender in place.participants:
            reason = "Sent to the reply address of a message here."
            return Verdict(reason, place, is_signed=True, speaks_of=spoken_of)
        reason = f"Sent to the reply address of a message here, by {arriving.sender}, who was no part of it so far."
        return Verdict(reason, place, via=True, is_signed=True, speaks_of=spoken_of)
    return None


def _by_own_address(arriving: Arriving, desk: Desk) -> Verdict | None:
    """Whoever knows a conversation's own address may write there; only who is proven to be its customer takes part by it."""
    for code in codes(arriving):
        place = desk.place(desk.own_codes.get(code))
        if place is None:
            continue
        is_theirs = arriving.fields["contact"] == place.contact or arriving.sender in place.participants
        if is_theirs and arriving.verified != "fail":
            return Verdict("Sent to this conversation's own address.", place)
        reason = (
            f"Sent to this conversation's own address by {arriving.sender}, who is not proven to be its customer: "
            "nothing was sent to them."
        )
        return Verdict(reason, place, via=True)
    return None


def _by_ids(arriving: Arriving, desk: Desk) -> Verdict | None:
    known = _answered(arriving, desk)
    place = desk.place(known.ticket if known else None)
    if known is None or place is None:
        return None
    verdict = _believed(arriving, place, "It answers a message of this ticket")
    if verdict.place and arriving.automatic and known.ours:
        verdict.speaks_of = known.message
    return verdict


def _answered(arriving: Arriving, desk: Desk) -> Known | None:
    """The nearest message that the mail answers, in mailboxes that share a team with this one."""
    team = mailbox_team(arriving.account)
    for identifier in named_ids(arriving):
        for known in desk.by_id.get(identifier, []):
            if known.mailbox == arriving.mailbox.pk or known.team == team:
                return known
    return None


def _by_tag(arriving: Arriving, desk: Desk) -> Verdict | None:
    place = desk.place(tag(arriving))
    return _believed(arriving, place, "Its subject carries this ticket's signed tag") if place else None


def _believed(arriving: Arriving, place: Place, because: str) -> Verdict:
    if arriving.verified == "fail":
        checker = "our own check by DNS" if arriving.finding.by == "dns" else "our border's check"
        reason = f"{because} (#{place.number}), but the sender is not who the mail says: {checker} failed."
        return Verdict(reason, linked=place)
    if arriving.sender not in place.participants and not arriving.is_ours:
        reason = f"{because} (#{place.number}), but {arriving.sender} was no part of it so far."
        return Verdict(reason, linked=place)
    return Verdict(f"{because}.", place)


def _by_late_child(arriving: Arriving, desk: Desk) -> Verdict | None:
    for number in desk.awaited.get(arriving.mail.message_id or "", []):
        place = desk.place(number)
        is_known = place is not None and (arriving.is_ours or arriving.sender in place.participants)
        if place and is_known and arriving.verified != "fail":
            return Verdict("A message here, which came earlier, answers it.", place)
    return None


def _by_conversation(arriving: Arriving, desk: Desk) -> Verdict | None:
    if not arriving.conversational:
        return None
    where = (arriving.fields["contact"], arriving.mailbox.pk)
    if place := desk.place(desk.open_tickets.get(where)):
        return Verdict("The contact's open conversation.", place)
    place = desk.place(desk.last_tickets.get(where))
    if place is None:
        return None
    if arriving.automatic:
        return Verdict(
            "No message of a person: kept with the contact's last conversation, which it does not reopen.", place
        )
    again, reason = goes_on(arriving, place.state, place.solved_at)
    return Verdict(reason, place) if again else Verdict(reason, linked=place)


def _by_flood(arriving: Arriving, desk: Desk) -> Verdict | None:
    rate = desk.begun.get((arriving.fields["contact"], arriving.mailbox.pk))
    if rate is None or not rate.is_flood or arriving.conversational or arriving.item.history:
        return None
    place = desk.place(rate.newest)
    if place is None or place.state in RESTING or (place.spam and not is_remembered(arriving, desk)):
        return None  # nobody looks there: it begins one that is looked at, and the rest of the flood joins that
    return Verdict(flood.words(arriving.sender), place, quiet=True)


def _join(arriving: Arriving, place: Place, verdict: Verdict) -> None:
    arriving.number = place.number
    if verdict.via:
        arriving.fields["via"] = True
    if verdict.quiet:
        arriving.fields["quiet"] = True
    if arriving.conversational and not place.subject and not arriving.automatic and (name := name_in(arriving)):
        arriving.fields["named"] = place.subject = name
    is_said = not (verdict.quiet or arriving.automatic or arriving.item.history)
    if is_said and place.snoozed:
        arriving.fields["woken"], place.snoozed = True, False
    if is_said and verdict.is_signed and place.spam:
        _rescue(arriving, place)
    reopens = place.state in UNATTENDED and not verdict.quiet
    if arriving.item.history:
        if state := next_state(arriving, place):
            arriving.fields["state"] = place.state = state
    elif reopens and not arriving.automatic:
        arriving.fields["state"] = place.state = str(State.OPEN)


def _rescue(arriving: Arriving, place: Place) -> None:
    """No automatic decision closes the door to somebody who answers us."""
    if place.spam != SpamBy.AGENT:
        arriving.fields["spam"] = {"by": "", "reason": "They answered a message of ours."}
        place.spam = ""


def _begin(arriving: Arriving, verdict: Verdict, desk: Desk) -> None:
    fresh = State.SOLVED if arriving.fields.get("kind") == "system" else State.NEW  # for a quiet line nobody waits
    state = first_state(arriving) if arriving.item.history else str(fresh)
    twin = desk.by_message.get(arriving.fields.get("twin", ""))
    linked = {verdict.linked.number} if verdict.linked else set()
    if twin:
        linked.add(twin.ticket)
    arriving.fields["new_ticket"] = {
        "subject": name_in(arriving) if arriving.conversational else _subject(arriving),
        "mailbox": arriving.mailbox.public_id,
        "linked": sorted(linked),
    }
    arriving.fields["state"] = state


def _subject(arriving: Arriving) -> str:
    return storable(base_subject(arriving.mail.subject) or arriving.mail.subject or "", LONGEST_SUBJECT)


def seat(arriving: Arriving, desk: Desk) -> None:
    """Remember a decided mail on the desk, so that the rest of its batch threads with it."""
    if arriving.about:
        if known := desk.by_message.get(arriving.about):
            desk.by_id.setdefault(arriving.mail.message_id or "", []).append(known)
        return
    place = desk.places.get(arriving.number)
    if place is None:
        contact = arriving.fields["contact"]
        state, at = arriving.fields["state"], said(arriving)
        place = Place(arriving.number, state, arriving.mailbox.pk, contact, at, arriving.item.history)
        place.subject = arriving.fields["new_ticket"]["subject"]
        place.spam = arriving.fields.get("spam", {}).get("by", "")
        desk.places[arriving.number] = place
        if place.state == State.SOLVED:
            place.solved_at = arriving.item.received_at
        else:
            desk.open_tickets[contact, arriving.mailbox.pk] = arriving.number
        desk.last_tickets[contact, arriving.mailbox.pk] = arriving.number
        if not arriving.item.history:
            flood.note(desk.begun, (contact, arriving.mailbox.pk), arriving.number)
    place.last_at = max(place.last_at, said(arriving))
    join_burst(arriving, desk.lines)
    if not (arriving.fields.get("via") or arriving.fields.get("quiet")):
        place.participants.update({arriving.person[0], *(box.address.lower() for box in _named(arriving))})
    known = Known(
        message=arriving.message,
        ticket=arriving.number,
        mailbox=arriving.mailbox.pk,
        team=mailbox_team(arriving.account),
        digest=arriving.mail.digest,
        ours=arriving.is_ours,
        identifier=arriving.mail.message_id or "",
        account=arriving.account.pk,
    )
    if arriving.album:
        desk.albums.setdefault((known.account, arriving.album), known)
    desk.by_message[known.message] = known
    if known.identifier:
        desk.by_id.setdefault(known.identifier, []).append(known)
    for identifier in named_ids(arriving):
        if identifier not in desk.by_id:
            desk.awaited.setdefault(identifier, []).append(arriving.number)


def _named(arriving: Arriving) -> list:  # type: ignore[type-arg]
    return [*arriving.mail.to, *arriving.mail.cc]
