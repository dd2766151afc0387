"""What was decided of a contact, as it is read: notes, and one line for everything else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.actions import contact as verbs
from tickets.actions.ask import DECLINED, HELD_BACK, LET
from tickets.actions.join import JOINED, UNJOINED
from tickets.actions.say import ASKED
from tickets.models import Contact, ContactEvent

ICONS = {
    verbs.NOTED: "sticky-note",
    verbs.ADDED: "plus",
    verbs.DROPPED: "x",
    verbs.HELD: "lock",
    verbs.TRIED_AGAIN: "rotate-cw",
    JOINED: "git-merge",
} | {UNJOINED: "split"}


ASKING = {
    ASKED: gettext_lazy("asked where else to answer"),
    DECLINED: gettext_lazy("was told that they want to name no other address"),
    HELD_BACK: gettext_lazy("held the question back where else to answer"),
    LET: gettext_lazy("let the question be asked where else to answer"),
}


@dataclass(slots=True)
class DecidedOf:
    """One event of a contact."""

    event: ContactEvent
    names: dict[str, str] = field(default_factory=dict)  # of contacts, by public id

    @property
    def fields(self) -> dict[str, Any]:
        """The decision; of an erased one the words are empty."""
        said: dict[str, Any] = self.event.entry.fields
        return said

    @property
    def kind(self) -> str:
        return ASKED if self.fields.get("asks") else str(self.fields.get("event", verbs.HELD))

    @property
    def is_note(self) -> bool:
        return self.kind == verbs.NOTED

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "square-pen")

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def who(self) -> str:
        return self.event.by.name if self.event.by else _("Holdfast")

    @property
    def text(self) -> str:
        """The words of a note; "" once they were erased."""
        return str(self.fields.get("text", ""))

    @property
    def reason(self) -> str:
        """Why, and of a join that nobody decided, how it was shown."""
        return " ".join(filter(None, [self.fields.get("reason", ""), self.fields.get("proof", "")]))

    @property
    def words(self) -> str:
        """What happened, to be read after the name of who did it."""
        said = self.fields
        match self.kind:
            case verbs.NOTED:
                return _("wrote a note")
            case verbs.EDITED:
                return "; ".join(_edits(said.get("before", {}), said["set"])) or _("edited it")
            case verbs.ADDED:
                return _("added the address %(address)s") % {"address": said["address"] or "…"}
            case verbs.DROPPED:
                return _("took back the address %(address)s") % {"address": said["address"] or "…"}
            case verbs.TRIED_AGAIN:
                return _("lets the address %(address)s be used again") % {"address": said["address"] or "…"}
            case "joined":
                return _("joined %(name)s into %(into)s") % self._two("into")
            case "unjoined":
                return _("took %(name)s and %(into)s apart again") % self._two("out_of")
            case "proved":
                return _("proved the address %(address)s") % {"address": said["address"] or "…"}
            case kind if kind in ASKING:
                return str(ASKING[kind])
        return _hold_words(said["set"].get("hold", ""))

    def _two(self, other: str) -> dict[str, str]:
        name, into = self.fields["contact"], self.fields[other]
        return {"name": self.names.get(name) or name, "into": self.names.get(into) or into}


def _edits(before: dict[str, str], after: dict[str, str]) -> Iterable[str]:
    words = {"name": _("changed the name from %(before)s to %(after)s")} | {
        "language": _("changed the language from %(before)s to %(after)s")
    }
    for name, sentence in words.items():
        if before.get(name) != after.get(name):
            yield sentence % {"before": before.get(name) or "–", "after": after.get(name) or "–"}


def _hold_words(reason: str) -> str:
    if reason:
        return _("holds everything of this person: %(reason)s") % {"reason": reason}
    return _("released this person from the hold")


def events_of(contact: Contact, notes: bool | None = None) -> QuerySet[ContactEvent]:
    """What happened to a contact and to those joined into it, the newest first. `notes`: notes alone, or all but them."""
    rows = ContactEvent.objects.filter(contact__in=contact.selves).select_related("entry", "by").defer("entry__body")
    if notes is not None:
        rows = rows.filter(kind=verbs.NOTED) if notes else rows.exclude(kind=verbs.NOTED)
    return rows.order_by("-entry", "kind")


def shown(events: Sequence[ContactEvent]) -> list[DecidedOf]:
    """Events as they are read, each entry once: a join happened to both."""
    once = {event.entry_id: event for event in events}
    named = {event.entry.fields.get(role, "") for event in once.values() for role in ("contact", "into", "out_of")}
    names = dict(Contact.objects.filter(public_id__in=named).values_list("public_id", "name"))
    return [DecidedOf(event, names) for event in once.values()]


def decided_of(contact: Contact, notes: bool = True) -> list[DecidedOf]:
    """Everything that was decided of a contact, the oldest first; with or without the notes."""
    return shown(list(events_of(contact, None if notes else False)))[::-1]
