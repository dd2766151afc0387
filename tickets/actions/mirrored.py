"""Mirrored: what a messenger tells of a message that is here already. A rebuild comes through here with the same decisions."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from tickets.actions.files import add_places
from tickets.actions.receive import SNIPPET, attachments_of, names_of
from tickets.actions.setting import set_state
from tickets.actions.tidied import wake_failed
from tickets.channels import UNSEEN
from tickets.mime.html import from_text
from tickets.mime.parse import Mail
from tickets.models import (
    Act,
    Address,
    Attachment,
    Delivery,
    DeliveryState,
    Direction,
    Entry,
    Event,
    Message,
    Piece,
    Reaction,
    State,
    Version,
)
from tickets.models.text import LONGEST_ID, LONGEST_SUBJECT, storable
from tickets.models.tickets import UNATTENDED
from tickets.search import reindex

GONE = ("contact_blocked", "contact_gone")  # refusals after which nobody is reached there
MOST_ROWS = 20  # deliveries of one message to one recipient
RECEIPTS = ("delivered", "read", "played")  # in the order in which they come


def apply_edit(entry: Entry, mail: Mail) -> None:
    """Let a message say what it says now. What it said until now is a version; a place that moves makes none."""
    fields = entry.fields
    message = _message(entry)
    piece = message.pieces.filter(identifier=fields["identifier"]).first()
    if not fields.get("moves"):
        _keep_version(message, entry, mail.date or entry.at)
    add_places(message, entry, fields.get("files", []))
    if piece:
        piece.text, piece.html = _words(entry, mail)
        piece.save(update_fields=["text", "html"])
        _join_pieces(message)
    else:
        _say(message, mail)
        message.subject = storable(mail.subject or "", LONGEST_SUBJECT)
    _changed(message, entry)


def say_anew(message: Message, entry: Entry, mail: Mail, at: datetime) -> None:
    """Let a message of ours say what the mail of an amendment says; what it said until now is a version."""
    _keep_version(message, entry, at)
    _say(message, mail)
    _changed(message, entry)


def _keep_version(message: Message, entry: Entry, at: datetime) -> None:
    Version.objects.create(
        message=message, entry=entry, at=entry.at, text=message.text, reply=message.reply, html=message.html
    )
    message.edited_at = at


def _say(message: Message, mail: Mail) -> None:
    message.text, message.html = storable(mail.text), storable(mail.html or "")
    message.reply = message.text if message.direction == Direction.OUT else storable(mail.reply)


def apply_piece(entry: Entry, mail: Mail) -> None:
    """Add one more piece to an album that has begun: its files, and its words if it has any."""
    message = _message(entry)
    if not message.pieces.exists():
        first = "" if message.entry.fields.get("bare") else message.text
        html = "" if message.entry.fields.get("bare") else message.html
        Piece.objects.create(message=message, entry=message.entry, identifier=message.message_id, text=first, html=html)
    text, html = _words(entry, mail)
    identifier = storable(mail.message_id or "", LONGEST_ID)
    Piece.objects.create(message=message, entry=entry, identifier=identifier, text=text, html=html)
    _attach(message, entry, mail)
    add_places(message, entry, entry.fields.get("files", []))
    if not _join_pieces(message):
        message.text = message.reply = f"{message.text}\n{storable(mail.text)}"
    _changed(message, entry)


def _words(entry: Entry, mail: Mail) -> tuple[str, str]:
    """The words of a piece as text and HTML; a line that only stands for its file is none."""
    return ("", "") if entry.fields.get("bare") else (storable(mail.text), storable(mail.html or ""))


def _join_pieces(message: Message) -> bool:
    """Let an album say what its pieces say; False when none of them says anything."""
    said = [(text, html) for text, html in message.pieces.order_by("pk").values_list("text", "html") if text]
    if said:
        message.text = message.reply = "\n\n".join(text for text, _html in said)
        is_formatted = any(html for _text, html in said)
        message.html = "\n".join(html or from_text(text) for text, html in said) if is_formatted else ""
    return bool(said)


def _attach(message: Message, entry: Entry, mail: Mail) -> None:
    """Attach the files of another entry's mail."""
    number = message.attachments.count()
    highest = max(message.attachments.values_list("part", flat=True), default=0) if number else 0
    files = attachments_of(message, mail)
    for place, file in enumerate(files, highest + 1):
        file.entry, file.entry_part, file.part = entry, file.part, place
    Attachment.objects.bulk_create(files)


def _changed(message: Message, entry: Entry) -> None:
    """Store a message whose words are others now, for the lists and the search too."""
    message.save(update_fields=["subject", "text", "reply", "html", "edited_at"])
    ticket = message.ticket
    ticket.updated_at = max(ticket.updated_at, entry.at)
    if message.at >= ticket.last_message_at:
        ticket.snippet = " ".join((message.reply or message.text).split())[:SNIPPET]
    ticket.save(update_fields=["updated_at", "snippet"])
    reindex(message, names_of(message))


def apply_deletion(entry: Entry, mail: Mail) -> None:
    """Mark a message that its writer deleted at the vendor. The words stay: what was said was said."""
    message = _message(entry)
    message.deleted_at, message.deleted_by = mail.date or entry.at, entry.fields["name"]
    message.save(update_fields=["deleted_at", "deleted_by"])


def apply_reaction(entry: Entry, mail: Mail) -> None:
    """Keep how somebody reacts now; what was taken back is kept as that."""
    fields = entry.fields
    values = {
        "name": fields["name"],
        "emoji": fields["emoji"],
        "taken_back": fields["taken_back"],
        "at": mail.date or entry.at,
        "entry": entry,
    }
    message = _message(entry)
    Reaction.objects.update_or_create(message=message, sender=fields["sender"], defaults=values)


def apply_receipt(entry: Entry, mail: Mail) -> None:
    """Note that a message reached its recipient, was read, or did not arrive after all."""
    fields = entry.fields
    rows = Delivery.objects.filter(message__public_id=fields["message"], recipient=fields["recipient"], act=Act.SEND)
    if fields["status"] == "failed":
        _fail(entry, _named(rows, entry.fields.get("remote_id") or ""))
        return
    _settle(entry, rows)
    if fields["status"] in RECEIPTS:
        known = RECEIPTS[RECEIPTS.index(fields["status"]) :]
        rows.exclude(receipt__in=known).update(receipt=fields["status"], receipt_at=mail.date or entry.at)


def _settle(entry: Entry, rows: QuerySet[Delivery]) -> None:
    """What was uncertain has gone, as the vendor's late word says. Of several parts it may be one alone: a person looks."""
    for delivery in rows.filter(state=DeliveryState.UNCERTAIN):
        if delivery.data.get("parts", 1) == 1:
            named = delivery.remote_ids or [one for one in [entry.fields.get("remote_id")] if one]
            Delivery.objects.filter(pk=delivery.pk).update(
                state=DeliveryState.SENT, reason="", remote_ids=named, at=entry.at, outcome=entry
            )


def _named(rows: QuerySet[Delivery], remote_id: str) -> Delivery | None:
    """The delivery that a receipt names: the same words may have gone to somebody twice, by hand. Without a name the newest."""
    found = list(rows.order_by("-pk")[:MOST_ROWS])
    return next((one for one in found if remote_id in " ".join(one.remote_ids).split()), next(iter(found), None))


def _fail(entry: Entry, delivery: Delivery | None) -> None:
    """A vendor's late word that a message did not arrive: it goes another way as any refusal does, or somebody has to look."""
    if delivery is None:
        return
    reason, gone = entry.fields["reason"], entry.fields.get("refusal") in GONE
    arrived = delivery.remote_ids if len(delivery.remote_ids) > 1 else []  # of several parts the others did
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.FAILED, reason=reason, at=entry.at, outcome=entry, lease_until=None, lease_by="",
        remote_ids=arrived, parts_sent=len(arrived), receipt="", receipt_at=None,
    )  # fmt: skip
    if gone:
        there = Address.objects.filter(channel=delivery.channel, address=delivery.recipient.lower())
        there.update(reachable=False, unreachable_reason=reason)
    if entry.fields.get("refusal") == UNSEEN:
        return  # nothing failed that a person has to look at: it is told only where there is another way
    ticket = delivery.message.ticket
    wake_failed(ticket, entry)
    if ticket.state in UNATTENDED:
        data = {"from": set_state(ticket, State.OPEN, entry.at), "to": str(State.OPEN)}
        ticket.updated_at = max(ticket.updated_at, entry.at)
        ticket.save(update_fields=["state", "solved_at", "updated_at"])
        Event.objects.create(ticket=ticket, entry=entry, kind="state", at=entry.at, reason=reason, data=data)


def _message(entry: Entry) -> Message:
    return Message.objects.select_related("ticket", "entry", "account").get(public_id=entry.fields["message"])


APPLY: dict[str, Callable[[Entry, Mail], None]] = {
    "edit": apply_edit,
    "piece": apply_piece,
    "deletion": apply_deletion,
    "reaction": apply_reaction,
    "receipt": apply_receipt,
}
