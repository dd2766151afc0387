"""What an erasure does to the rows: each erased entry's rows become what its tombstone would make them."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from django.db.models import Q

from tickets import search
from tickets.actions.consequences import bounces_of
from tickets.actions.contact import settle_contacts
from tickets.actions.participants import settle_participants
from tickets.actions.receive import (
    SNIPPET,
    Received,
    attachments_of,
    look_up,
    received_message,
)
from tickets.actions.say import said_message
from tickets.mime.parse import parse
from tickets.models import (
    Address,
    Attachment,
    AwaitedId,
    Contact,
    Delivery,
    Direction,
    Entry,
    Event,
    Fetch,
    InboxItem,
    Message,
    Piece,
    Reaction,
    SpamSender,
    Ticket,
    Token,
    Version,
)
from tickets.models.many import save_many
from tickets.record import read
from tickets.record.erase import Erasure, read_erasure, structure

# What a message stays, whatever is erased.
IDENTITY = {"id", "public_id", "ticket", "entry", "contact", "speaks_of", "account", "channel"}
# Events whose data are ids, states and tags alone; of all others the texts go.
WORDLESS_EVENTS = {
    "state", "assigned", "priority", "team", "tagged", "untagged", "merged", "unmerged", "snoozed", "woken", "spam",
    "not-spam",
}  # fmt: skip


def apply_erasure(entry: Entry, original: bytes) -> None:
    """Make what an entry of kind "erasure" says; `original` is its mail. Doing it twice changes nothing more."""
    erasure = read_erasure(entry, original)
    found = Entry.objects.filter(number__in=erasure.erased).select_related("account").order_by("number")
    rows = [row for row in found if not (row.erased and entry.number and row.erased > entry.number)]  # a later one's
    there = [row for row in rows if row.erased and row.erased == entry.number]  # in a rebuild: a tombstone already
    whole = [row for row in rows if not (row.erased and row.erased == entry.number)]
    _empty_messages([*_rewrite(whole, erasure), *(Received(row, parse(read.original(row))) for row in there)])
    touched = set(Message.objects.filter(entry__in=[row.pk for row in rows]).values_list("ticket", flat=True))
    _empty_deliveries(rows)
    _empty_events(rows)
    _forget_changes(rows)
    settle_contacts(rows)
    for row in rows:
        InboxItem.objects.filter(entry=row).update(
            envelope=row.fields.get("envelope", {}), reason=row.fields.get("reason", "")
        )
    named = entry.fields["tickets"]
    erased = Ticket.objects.filter(Q(number__in=named) | Q(merged_into__number__in=named))
    erased.update(subject="", erased_at=entry.at)
    _settle_tickets(touched | set(erased.values_list("pk", flat=True)))
    if contact := entry.fields["contact"]:
        selves = Contact.objects.filter(public_id__in=[contact, *entry.fields.get("joined", [])])
        theirs = Address.objects.filter(contact__in=selves)
        Token.objects.filter(Q(contact__in=selves) | Q(address__in=theirs.values("address"))).delete()
        theirs.delete()
        SpamSender.objects.filter(contact__in=selves).delete()
        selves.update(name="", language="", removed_at=entry.at)


def _rewrite(rows: Sequence[Entry], erasure: Erasure) -> list[Received]:
    """Give entries whose files are whole (not tombstones of this erasure already) what their tombstones will say."""
    emptied = []
    for row in rows:
        row.fields, body = erasure.become(row.number or 0, row.fields)
        row.random, row.original_size, row.original_sha256 = "", len(body), sha256(body).hexdigest()
        emptied.append(Received(row, parse(body)))
    save_many(rows, ["fields", "random", "original_size", "original_sha256"])
    return emptied


def _empty_messages(emptied: Sequence[Received]) -> None:
    """Make each message what its tombstone says."""
    by_entry = {one.entry.pk: one for one in emptied}
    messages = list(Message.objects.filter(entry__in=by_entry).select_related("ticket__mailbox", "author"))
    keys = [message.pk for message in messages]
    search.forget(keys)
    Fetch.objects.filter(attachment__message__in=keys).delete()
    Attachment.objects.filter(message__in=keys).delete()
    AwaitedId.objects.filter(message__in=keys).delete()
    for message in messages:
        one = by_entry[message.entry_id]
        _refill(message, _said(one, message))
        files = attachments_of(message, one.mail)
        Attachment.objects.bulk_create(files)
        search.index([message], {message.public_id: [file.filename for file in files]})


def _said(one: Received, message: Message) -> Message:
    """The message as it would be made from the tombstone."""
    if one.entry.kind == "received":  # history that our side wrote is among it
        return received_message(one, look_up([one.fields]))
    return said_message(one.entry, one.mail, message.ticket, message.author)


def _refill(message: Message, made: Message) -> None:
    for field in Message._meta.concrete_fields:
        if field.name not in IDENTITY:
            setattr(message, field.attname, getattr(made, field.attname))
    message.save()


def _empty_deliveries(rows: Sequence[Entry]) -> None:
    """Recipients and the other side's words go with the messages they belong to; what stays stands in the decisions."""
    for row in rows:
        for one in row.fields.get("deliveries", []):
            Delivery.objects.filter(public_id=one["delivery"]).update(
                recipient=one["recipient"], route_reason=one["reason"], data={}
            )
        for one in row.fields.get("outcomes", []):
            Delivery.objects.filter(public_id=one["delivery"], outcome=row).update(
                reason=one["reason"], remote_ids=one["remote_ids"], rendered_sha256=one["rendered"]
            )
        for bounced in bounces_of(row.fields):
            Delivery.objects.filter(public_id=bounced["delivery"], outcome=row).update(reason=bounced["reason"])


def _forget_changes(rows: Sequence[Entry]) -> None:
    """What became of messages after they were said goes with the entries that say it, and with the messages."""
    gone = Q(entry__in=rows) | Q(message__entry__in=rows)
    for model in (Version, Reaction, Piece):
        model._default_manager.filter(gone).delete()
    told = [row.fields["message"] for row in rows if row.kind == "receipt"]
    Delivery.objects.filter(message__public_id__in=told).update(receipt="", receipt_at=None)


def _empty_events(rows: Sequence[Entry]) -> None:
    events = list(Event.objects.filter(entry__in=[row.pk for row in rows]))
    for event in events:
        event.reason = ""
        if event.kind not in WORDLESS_EVENTS:
            event.data = structure(event.data)
    save_many(events, ["reason", "data"])


def _settle_tickets(keys: Iterable[int]) -> None:
    """Bring what tickets show of their messages up to date; one that was merged into another shows nothing."""
    Ticket.objects.filter(merged_into__in=set(keys)).update(snippet="")
    for ticket in Ticket.objects.filter(pk__in=set(keys)).select_related("mailbox").order_by("pk"):
        newest = (
            ticket.messages.exclude(direction=Direction.NOTE).filter(automatic=False).order_by("-at", "-pk").first()
        )
        ticket.snippet = " ".join((newest.reply or newest.text).split())[:SNIPPET] if newest else ""
        ticket.save(update_fields=["snippet"])
        settle_participants(ticket)
