"""What a rebuild makes of entries of kind "contact": the same functions that the verbs use, by what was decided."""

from tickets.actions import ask, contact, hold, join, prove
from tickets.models import Entry

APPLY: dict[str, contact.Apply] = {
    contact.HELD: hold.apply_hold,
    contact.EDITED: contact.apply_edited,
    contact.ADDED: contact.apply_added,
    contact.DROPPED: contact.apply_dropped,
    contact.TRIED_AGAIN: contact.apply_tried_again,
    contact.NOTED: contact.apply_noted,
    prove.PROVED: prove.apply_proved,
    ask.DECLINED: ask.apply_asking,
    ask.HELD_BACK: ask.apply_asking,
    ask.LET: ask.apply_asking,
    join.JOINED: join.apply_joined,
    join.UNJOINED: join.apply_unjoined,
}


def apply_contact(entry: Entry) -> None:
    """Make what an entry of kind "contact" says."""
    contact.apply_event(entry)
    if apply := APPLY.get(entry.fields.get("event", contact.HELD)):
        apply(entry)
