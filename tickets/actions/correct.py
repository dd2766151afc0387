"""Correct: a message that went out gets other words, or is taken back, wherever the channel lets us. Each wish is one entry.

The wish travels as deliveries of its own, in order behind what they correct. The message changes when one got through:
until then the customer reads the old words, and so do we.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.mirrored import say_anew
from tickets.actions.say import accounts_of, deliveries_of
from tickets.channels import NotConnected, NotSent, Outgoing, open_channel
from tickets.mime.parse import Mailbox, parse
from tickets.models import Act, Agent, Delivery, DeliveryState, Entry, Event, Message, Ticket, Version, new_id
from tickets.models.many import insert_many
from tickets.record import read
from tickets.record.write import entry_of
from tickets.wake import wake

KINDS = {Act.EDIT: "amendment", Act.WITHDRAW: "withdrawal"}  # of the entries
ACTS = {kind: act for act, kind in KINDS.items()}


def hindrance(message: Message, act: str) -> str:
    """Say in words why a message cannot be edited or withdrawn; "" when it can."""
    sent = [one for one in message.deliveries.all() if one.act == Act.SEND]
    if not sent:
        return _("It was not sent from here.")
    if message.deleted_at:
        return _("It was taken back already.")
    if any(one.state != DeliveryState.SENT for one in sent):
        return _("Not everybody has it yet.")
    return next((words for one in sent if (words := _hindrance_at(one, act))), "")


def _hindrance_at(sent: Delivery, act: str) -> str:
    try:
        channel = open_channel(sent.account)
    except NotConnected as error:
        return str(error)
    if act not in channel.capabilities:
        return _("What went out by %(channel)s cannot be changed.") % {"channel": channel.label}
    return channel.hindrance(sent, act)


def edit_message(message: Message, text: str, by: Agent | None, at: datetime | None = None) -> Entry:
    """Give a message that went out other words; its files stay. Raises NotAllowed, OSError."""
    words = text.replace("\r\n", "\n").strip()
    _check(message, Act.EDIT)
    if words == message.text.strip():
        raise NotAllowed(_("These are the words that stand there already."))
    when, ticket = at or timezone.now(), message.ticket
    original = compose.said(
        number=ticket.number,
        account=ticket.mailbox,
        by=by,
        at=when,
        subject=message.subject,
        text=words,
        to=[Mailbox(box["name"], box["address"]) for box in message.to],
        parent=message,
    )
    _try_out(message, original)
    return _ask(message, Act.EDIT, original, by, when)


def withdraw_message(message: Message, by: Agent | None, at: datetime | None = None) -> Entry:
    """Take a message back from whoever has it; the words stay here. Raises NotAllowed."""
    _check(message, Act.WITHDRAW)
    when = at or timezone.now()
    original = compose.done(message.ticket, by, when, _("took a message back"))
    return _ask(message, Act.WITHDRAW, original, by, when)


def _check(message: Message, act: str) -> None:
    if words := hindrance(message, act):
        raise NotAllowed(words)


def _try_out(message: Message, original: bytes) -> None:
    """Let the channel say now what it would say later, of words that are too long, say. Raises NotAllowed."""
    first = read.original(message.entry)
    for sent in message.deliveries.all():
        if sent.act == Act.SEND:
            trial = Delivery(message=message, account=sent.account, corrects=sent, act=Act.EDIT)
            try:
                open_channel(sent.account).render(Outgoing(message, sent.account, [trial], first, original))
            except NotSent as refusal:
                raise NotAllowed(refusal.reason) from refusal


def _ask(message: Message, act: Act, original: bytes, by: Agent | None, at: datetime) -> Entry:
    ticket = message.ticket
    fields: dict[str, Any] = {
        "ticket": ticket.number,
        "message": message.public_id,
        "by": by.public_id if by else None,
        "deliveries": [
            {
                "delivery": new_id(),
                "account": one.account.public_id,
                "channel": one.channel,
                "recipient": one.recipient,
                "reason": "",
                "corrects": one.public_id,
            }
            for one in message.deliveries.all()
            if one.act == Act.SEND
        ],
    }
    entry = entry_of(KINDS[act], at=at, fields=fields, original=original, account=ticket.mailbox, ticket=ticket.number)
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=ticket.pk)
        entry.save()
        apply_correction(entry)
        wake("append")
    return entry


def apply_correction(entry: Entry) -> None:
    """Make what an entry of kind "amendment" or "withdrawal" says: deliveries that carry it, and an event."""
    fields = entry.fields
    message = Message.objects.get(public_id=fields["message"])
    corrected = Delivery.objects.in_bulk([one["corrects"] for one in fields["deliveries"]], field_name="public_id")
    made = deliveries_of(entry, message, accounts_of([fields]))
    for delivery, one in zip(made, fields["deliveries"], strict=True):
        delivery.act, delivery.asked, delivery.corrects = ACTS[entry.kind], entry, corrected.get(one["corrects"])
    insert_many(made)
    by = Agent.objects.named(fields["by"])
    data = {"message": message.public_id}
    Event.objects.create(ticket_id=message.ticket_id, entry=entry, kind=entry.kind, at=entry.at, by=by, data=data)


def apply_corrected(delivery: Delivery, outcome: Entry) -> None:
    """A correction got through: now the message says what the customer reads, or is gone there as it is marked here.

    What was erased since stays erased, also in a rebuild, which reads the outcome after the tombstones were laid.
    """
    asked = delivery.asked
    message = Message.objects.select_related("ticket", "entry", "account").get(pk=delivery.message_id)
    if asked is None or _is_erased(asked, outcome) or _is_erased(message.entry, outcome):
        return
    if delivery.act == Act.WITHDRAW:
        by = Agent.objects.filter(public_id=asked.fields["by"]).values_list("name", flat=True).first()
        message.deleted_at, message.deleted_by = outcome.at, by or message.ticket.mailbox.name
        message.save(update_fields=["deleted_at", "deleted_by"])
    elif not Version.objects.filter(message=message, entry=asked).exists():  # another recipient has it already
        say_anew(message, asked, parse(read.original(asked)), outcome.at)


def _is_erased(entry: Entry, outcome: Entry) -> bool:
    return bool(entry.erased and outcome.number and entry.erased > outcome.number)
