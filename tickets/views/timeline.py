"""What was said and done in a ticket, in order: messages, notes, and events as quiet lines between them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from tickets.actions.overtaken import token_of
from tickets.models import (
    Act,
    Address,
    Agent,
    Attachment,
    Delivery,
    DeliveryState,
    Direction,
    Event,
    Fetch,
    FetchState,
    Message,
    Priority,
    Reaction,
    State,
    Ticket,
)
from tickets.views.corrected import Correctable, Corrected, correctable
from tickets.views.event_words import TIDIED, tidied_words
from tickets.views.reports_of import Told, report_words, told_of
from tickets.views.sender import protection_words, words_of

MOST_SHOWN = 40
OPEN_AT_LEAST = 2  # of the last messages; older ones are one line until they are wanted
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SOUNDS = ("audio/ogg", "audio/mpeg", "audio/mp4")
FILMS = ("video/mp4", "video/webm")


@dataclass(slots=True)
class Said:
    """A message as it is shown."""

    message: Message
    is_open: bool = False
    is_first: bool = False
    may_join: bool = False  # its writer takes no part yet

    @property
    def at(self) -> datetime:
        return self.message.at

    @property
    def name(self) -> str:
        """The id of its element on the page."""
        return f"message-{self.message.public_id}"

    @property
    def version(self) -> str:
        """Changes when what is shown of it changes: its deliveries, files, reactions, words."""
        shown = [f"{one.state}{one.attempts}{one.receipt}" for one in self.message.deliveries.all()]
        shown += [f"{one.pk}{one.sha256[:8]}{self.waits(one)}" for one in self.message.attachments.all()]
        shown.append(str(len(self.reports)))
        shown += [f"{one.emoji}{one.taken_back}" for one in self.reactions]
        shown.append(str(self.may_join))
        shown += [str(one.timestamp()) for one in (self.message.edited_at, self.message.deleted_at) if one]
        return sha256("-".join([*shown, self.message.reply]).encode()).hexdigest()[:12]

    @property
    def reactions(self) -> list[Reaction]:
        return list(self.message.reactions.all()) if self.message.has_reactions else []  # type: ignore[attr-defined]

    @property
    def is_line(self) -> bool:
        """Whether nobody said it: it is shown as one quiet line."""
        return self.message.kind == "system"

    @staticmethod
    def waits(attachment: Attachment) -> str:
        """How far a file is that a vendor holds: waiting, fetching, failed; "" for one that is here."""
        fetch: Fetch | None = getattr(attachment, "fetch", None)
        return "" if fetch is None or fetch.state == FetchState.DONE else fetch.state

    @property
    def places(self) -> list[Attachment]:
        """Files that are still to come, or that could not be had."""
        return [one for one in self.message.attachments.all() if self.waits(one)]

    @property
    def here(self) -> list[Attachment]:
        """Files that are here and are not shown within the text."""
        shown = (one for one in self.message.attachments.all() if not self.waits(one) and not self.is_within(one))
        return [one for one in shown if one not in self.payloads]

    @property
    def payloads(self) -> list[Attachment]:
        """What a messenger really sent, as it came; it stands among the details."""
        if self.message.channel == settings.LAST_RESORT or not self.is_incoming:
            return []
        own = (one for one in self.message.attachments.all() if getattr(one, "fetch", None) is None)
        return [one for one in own if one.content_type == "application/json"]

    @property
    def played(self) -> list[Attachment]:
        """Sounds and films that a browser plays."""
        return [one for one in self.here if one.content_type in (*SOUNDS, *FILMS)]

    @property
    def deliveries(self) -> list[Delivery]:
        """How it went to each recipient; of one that went another way, whether that is so stands with it."""
        found = [one for one in self.message.deliveries.all() if one.act == Act.SEND]
        replaced = {one.instead_of_id for one in found if one.instead_of_id}
        for one in found:
            one.went_another_way = one.pk in replaced
        return found

    @property
    def second_way(self) -> bool:
        """Whether a person may send it another way: to one recipient, on a messenger. Which one is looked for when they do."""
        return len(self.deliveries) == 1 and self.deliveries[0].channel != settings.LAST_RESORT

    @property
    def corrections(self) -> list[Corrected]:
        """What was to be changed of it where it went, the oldest first."""
        return [Corrected(one) for one in self.message.deliveries.all() if one.act != Act.SEND]

    @property
    def correctable(self) -> Correctable:
        return correctable(self.message)

    @property
    def reports(self) -> list[Told]:
        """What machines told of it: delayed, delivered, read, unwanted."""
        told = self.message.reports.all() if self.message.has_reports else []  # type: ignore[attr-defined]
        return [words for report in told if (words := told_of(report)) is not None]

    @property
    def report_words(self) -> str:
        """What this message itself reports; "" when it is no report."""
        return report_words(self.message.report)

    @property
    def author(self) -> str:
        """Who said it: the agent, or what the mail says of its sender."""
        return self.message.author.name if self.message.author else self.message.from_name or self.message.from_address

    @property
    def is_incoming(self) -> bool:
        return self.message.direction == Direction.IN

    @property
    def is_unverified(self) -> bool:
        """Whether it joined this ticket though nothing proves who wrote it."""
        return self.is_incoming and self.message.verified == "unknown" and not self.is_first

    @property
    def sender_words(self) -> str:
        """What is known of whether the sender is who the mail says."""
        return words_of(self.message.verified, self.message.trust) if self.is_incoming else ""

    @property
    def answers_go_to(self) -> str:
        """The addresses that an answer goes to when they are not the one that wrote."""
        boxes = self.message.reply_to if self.is_incoming else []
        others = [box["address"] for box in boxes if box["address"].lower() != self.message.from_address.lower()]
        return ", ".join(others[:3])

    @property
    def protection(self) -> str:
        """In words, that the mail is signed or encrypted."""
        return protection_words(self.message.protection)

    @property
    def is_note(self) -> bool:
        return self.message.direction == Direction.NOTE

    @property
    def has_html(self) -> bool:
        """Whether it is shown on its own paper. Our own words are shown as text."""
        return self.is_incoming and bool(getattr(self.message, "has_html", False))

    @property
    def is_folded(self) -> bool:
        """Whether there is more than what is shown: quoted history."""
        return bool(getattr(self.message, "folded", False)) and not self.has_html

    @property
    def pictures(self) -> list[Attachment]:
        """Attached pictures that a browser shows safely; those within the text are shown there."""
        return [one for one in self.here if one.content_type in PICTURES]

    @property
    def files(self) -> list[Attachment]:
        return [one for one in self.here if one.content_type not in (*PICTURES, *SOUNDS, *FILMS)]

    def is_within(self, attachment: Attachment) -> bool:
        return attachment.inline and bool(attachment.content_id) and self.has_html

    @property
    def trouble(self) -> str:
        """The worst state of its deliveries when a person should look, else ""."""
        last = [one.delivery for one in self.corrections[-1:]]  # what was asked for before does not matter any more
        states = {one.state for one in [*self.deliveries, *last] if not one.went_another_way}
        return next((state for state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN) if state in states), "")


@dataclass(slots=True)
class Happened:
    """An event as it is shown."""

    event: Event
    names: dict[str, str] = field(default_factory=dict)
    undo: str = ""  # what one press takes back: "unmerge", "not-spam"

    @property
    def version(self) -> str:
        return self.undo

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def name(self) -> str:
        return f"event-{self.event.entry_id}-{self.event.kind}-{self.event.of}"

    @property
    def who(self) -> str:
        return self.event.by.name if self.event.by else _("Holdfast")

    @property
    def words(self) -> str:
        """What happened, to be read after the name of who did it."""
        data = self.event.data
        match self.event.kind:
            case "assigned" if data.get("assignee"):
                name = self.names.get(data["assignee"], "?")
                return _("took it") if name == self.who else _("assigned it to %(name)s") % {"name": name}
            case "assigned":
                return _("gave it back to everybody")
            case "state":
                return _("set it to %(state)s") % {"state": state_words(data.get("state") or data.get("to") or "")}
            case "priority":
                return _("set the priority to %(priority)s") % {"priority": Priority(data["priority"]).label.lower()}
            case "tagged":
                return _("tagged it %(tags)s") % {"tags": ", ".join(data.get("tag", []))}
            case "untagged":
                return _("took off the tag %(tags)s") % {"tags": ", ".join(data.get("untag", []))}
            case "subject":
                return _("renamed it to “%(subject)s”") % {"subject": data.get("subject", "")}
            case "merged":
                return _("joined #%(number)s with this one") % {"number": data.get("ticket", "?")}
            case kind if kind in TIDIED:
                return tidied_words(kind, data)
            case "held" | "released":
                return hold_words(data.get("hold", ""))
            case "retried" | "refetched" | "detour":
                return tried_again(data)
            case other:
                return plain_words(other)


def plain_words(kind: str) -> str:
    """An event that is told by its kind alone."""
    told = {"amendment": _("changed the words of a message"), "withdrawal": _("took a message back")}
    return told.get(kind) or kind.replace("-", " ").replace("_", " ")


def hold_words(reason: str) -> str:
    """A legal hold as it stands in a sentence; without a reason it was released."""
    return _("holds it: %(reason)s") % {"reason": reason} if reason else _("released it from its hold")


def tried_again(data: dict[str, Any]) -> str:
    """What was tried once more: to send, perhaps another way, or to fetch a file."""
    if "channel" in data:
        return _("sent it another way, to %(address)s") % {"address": data["recipient"] or "?"}
    if "recipient" in data:
        return _("sent it to %(address)s again") % {"address": data["recipient"] or "?"}
    return _("asked for the file %(name)s again") % {"name": data.get("filename", "?")}


def state_words(state: str) -> str:
    """A state as it stands in a sentence."""
    return {
        State.NEW: _("new"), State.OPEN: _("open"), State.WAITING: _("waiting"), State.SOLVED: _("solved"), State.CLOSED: _("closed"),
    }.get(State(state), state) if state in State.values else state  # fmt: skip


@dataclass(slots=True)
class Timeline:
    """The newest part of a ticket, and how much is before it."""

    items: list[Said | Happened] = field(default_factory=list)
    earlier: int = 0
    newest_in: Message | None = None
    seen: str = "0"  # the token of what is shown: actions.overtaken


def timeline(ticket: Ticket, names: dict[str, str], every: bool = False) -> Timeline:
    """The last 40 messages with the events since the first of them; `every`: all of them. `names`: agents by public id."""
    messages = list(shown(ticket)[: None if every else MOST_SHOWN])[::-1]
    fetch_told(messages)
    call_recipients(messages)
    earlier = max(0, ticket.message_count - len(messages)) if len(messages) == MOST_SHOWN else 0
    since = messages[0].at if messages and earlier else None
    items: list[Said | Happened] = [Said(one, is_first=not earlier and not place) for place, one in enumerate(messages)]
    let_join(ticket, [one for one in items if isinstance(one, Said) and one.message.via])
    items += happened(ticket, since, names)
    items.sort(key=lambda item: item.at)
    open_last([item for item in items if isinstance(item, Said)])
    incoming = [one for one in messages if one.direction == Direction.IN]
    return Timeline(items, earlier, incoming[-1] if incoming else None, token_of(messages))


def let_join(ticket: Ticket, strangers: list[Said]) -> None:
    """Say of messages that came "via" somebody whether their writers take part by now."""
    if strangers:
        known = set(ticket.participants.values_list("address", flat=True))
        for one in strangers:
            one.may_join = one.message.from_address.lower() not in known


def shown(ticket: Ticket) -> QuerySet[Message]:
    """The ticket's messages, the newest first, without the large texts that are fetched when wanted."""
    deliveries = Delivery.objects.order_by("pk").select_related("account").defer("account__secrets", "account__config")
    told = {
        "has_reactions": Exists(Reaction.objects.filter(message=OuterRef("pk"))),
        "has_reports": Exists(Message.objects.filter(speaks_of=OuterRef("pk")).exclude(report={})),
    }
    return (
        ticket.messages.annotate(has_html=~Q(html=""), folded=~Q(text=F("reply")), **told)
        .select_related("author", "entry")
        .prefetch_related(
            Prefetch("attachments", Attachment.objects.select_related("fetch").order_by("part")),
            Prefetch("deliveries", deliveries),
        )
        .defer("html", "text", "references", "author__preferences", "author__password", "entry__body", "entry__fields")
        .order_by("-at", "-id")
    )


def fetch_told(messages: list[Message]) -> None:
    """Fetch what is told of messages, for those of which anything is: most of the time there is nothing to ask for."""
    reports = Message.objects.exclude(report={}).only("public_id", "speaks_of", "report", "at").order_by("at", "pk")
    reacted = [one for one in messages if one.has_reactions]  # type: ignore[attr-defined]
    reported = [one for one in messages if one.has_reports]  # type: ignore[attr-defined]
    prefetch_related_objects(reacted, Prefetch("reactions", Reaction.objects.order_by("pk")))
    prefetch_related_objects(reported, Prefetch("reports", reports))


def call_recipients(messages: list[Message]) -> None:
    """Say of deliveries on messengers what people call their recipients: an id tells nobody anything."""
    sent = [one for message in messages for one in message.deliveries.all() if one.channel != settings.LAST_RESORT]
    there = {one.recipient.lower() for one in sent}
    rows = Address.objects.filter(address__in=there).only("channel", "address", "data") if there else ()
    known = {(row.channel, row.address): row.shown for row in rows}
    for one in sent:
        one.called = known.get((one.channel, one.recipient.lower()), "")


def happened(ticket: Ticket, since: datetime | None, names: dict[str, str]) -> Iterable[Happened]:
    """The ticket's events, from a moment on. Those who have left are looked up by name."""
    events = ticket.events.select_related("by").order_by("at", "id")
    found = list(events.filter(at__gte=since) if since else events)
    left = {event.data["assignee"] for event in found if event.data.get("assignee")} - set(names)
    if left:
        names = names | dict(Agent.objects.filter(public_id__in=left).values_list("public_id", "name"))
    merged = (
        set(ticket.merged.values_list("number", flat=True)) if any(one.kind == "merged" for one in found) else set()
    )
    return [Happened(event, names, _undo(event, ticket, merged)) for event in found]


def _undo(event: Event, ticket: Ticket, merged: set[int]) -> str:
    if event.kind == "spam":
        return "not-spam" if ticket.spam else ""
    return "unmerge" if event.kind == "merged" and event.data.get("ticket") in merged else ""


def open_last(said: list[Said]) -> None:
    """Open the last messages that a person wrote, and all that a person should look at."""
    words = [one for one in said if not one.message.automatic and not one.is_line]
    for one in said:
        one.is_open = one in words[-OPEN_AT_LEAST:] or bool(one.trouble)
