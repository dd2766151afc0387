"""Delivered, refused, uncertain: how deliveries ended, recorded as a delivery status notification (RFC 3464)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.correct import apply_corrected
from tickets.actions.setting import set_state
from tickets.actions.tidied import wake_failed
from tickets.mime.build import File, report
from tickets.mime.parse import Mailbox
from tickets.mime.partial import without_files
from tickets.mime.request_links import masked_mail
from tickets.models import Act, Address, Agent, Delivery, DeliveryState, Entry, Event, Message, State, Ticket
from tickets.models.text import storable
from tickets.models.tickets import UNATTENDED
from tickets.record.write import entry_of
from tickets.wake import wake

ACTIONS = {DeliveryState.SENT: "relayed", DeliveryState.FAILED: "failed", DeliveryState.UNCERTAIN: "delayed"}
MOST_NAMED = 5  # recipients in a subject
CODES = {DeliveryState.SENT: "2.0.0", DeliveryState.FAILED: "5.0.0", DeliveryState.UNCERTAIN: "4.4.2"}


@dataclass(slots=True)
class Outcome:
    """How one delivery ended, in the vendor's words."""

    delivery: Delivery
    state: str  # sent, failed, uncertain
    reason: str = ""
    remote_ids: list[str] = field(default_factory=list)
    rendered_sha256: str = ""
    unreachable: bool = False  # the recipient cannot be reached at this address any more
    kind: str = ""  # of the refusal, of channels.KINDS


def settle(outcomes: Sequence[Outcome], at: datetime | None = None, rendered: bytes = b"") -> None:
    """Record the outcomes of one message's deliveries as one entry, with what was `rendered` and sent in it.

    What is settled already stays as it is. Raises OSError when what was sent is large and cannot be stored.
    """
    when = at or timezone.now()
    message = outcomes[0].delivery.message
    account = outcomes[0].delivery.account
    original = report(
        from_=Mailbox(account.name, account.home.address),
        to=[Mailbox(account.name, account.home.address)],
        subject=f"{account.name}: {_how(outcomes)} – {message.ticket.subject}",
        text="\n".join(f"{o.delivery.recipient}: {o.state}. {o.reason}" for o in outcomes) + "\n",
        message_id=compose.new_message_id(message.ticket.number, account),
        date=when,
        in_reply_to=message.message_id,
        references=[message.message_id],
        original_message_id=message.message_id,
        recipients=[
            (o.delivery.recipient, ACTIONS[DeliveryState(o.state)], CODES[DeliveryState(o.state)], o.reason or None)
            for o in outcomes
        ],
        returned=_returned(outcomes[0], rendered),
        headers={"Auto-Submitted": "auto-generated"},
    )
    fields: dict[str, Any] = {"ticket": message.ticket.number, "outcomes": [_fields(outcome) for outcome in outcomes]}
    if any(outcome.state != DeliveryState.SENT for outcome in outcomes) and not message.automatic:
        fields["state"] = str(State.OPEN)  # somebody has to look: the customer may not have read it
    entry = entry_of(
        "outcome", at=when, fields=fields, original=original, account=account, ticket=message.ticket.number
    )
    with transaction.atomic():
        entry.save()
        apply_outcome(entry)
        wake("append")


def _how(outcomes: Sequence[Outcome]) -> str:
    """Say in a few words what became of a message, the worst first."""
    found = []
    for state, sentence in _sentences(outcomes[0].delivery.act).items():
        people = [outcome.delivery.recipient for outcome in outcomes if outcome.state == state]
        if people:
            found.append(sentence % {"people": ", ".join(people[:MOST_NAMED])})
    return "; ".join(found)


def _sentences(act: str) -> dict[DeliveryState, str]:
    """What became of it, by what was to be done; the worst first."""
    failed, uncertain, sent = {
        Act.SEND: (
            _("could not deliver to %(people)s"),
            _("may have delivered to %(people)s"),
            _("delivered to %(people)s"),
        ),
        Act.EDIT: (
            _("could not change it at %(people)s"),
            _("may have changed it at %(people)s"),
            _("changed it at %(people)s"),
        ),
        Act.WITHDRAW: (
            _("could not take it back from %(people)s"),
            _("may have taken it back from %(people)s"),
            _("took it back from %(people)s"),
        ),
    }[Act(act)]
    return {DeliveryState.FAILED: failed, DeliveryState.UNCERTAIN: uncertain, DeliveryState.SENT: sent}


def holds_secrets(message: Message) -> bool:
    """Whether a code or a link stands in a mail, once it is rendered, that the record is not to have."""
    return not {"confirms", "undoes"}.isdisjoint(message.entry.fields)


def _returned(outcome: Outcome, rendered: bytes) -> File | None:
    """Return what was sent, without the files that the message's own entry holds; None where the record has it already."""
    message, digest = outcome.delivery.message, outcome.rendered_sha256
    if holds_secrets(message):
        return None
    if not rendered or digest == message.entry.original_sha256 or _is_recorded(outcome):
        return None
    if rendered[:1] in (b"{", b"["):
        return File("sent.json", "application/json", rendered)
    return File("sent.eml", "message/rfc822", masked_mail(without_files(rendered)))


def _is_recorded(outcome: Outcome) -> bool:
    """Whether the record holds these bytes of an earlier outcome; the first attempt of a message is that of all its recipients."""
    delivery = outcome.delivery
    if delivery.attempts <= 1 and not delivery.rendered_sha256:
        return False
    return Delivery.objects.filter(message=delivery.message, rendered_sha256=outcome.rendered_sha256).exists()


def kind_of(delivery: Delivery) -> str:
    """Return the kind of refusal that settled a delivery: one of channels.KINDS, "" for any other end."""
    if delivery.outcome and delivery.outcome.kind == "receipt":  # the vendor's late word
        return str(delivery.outcome.fields.get("refusal", ""))
    decided = delivery.outcome.fields.get("outcomes", []) if delivery.outcome else []
    return next((one.get("kind", "") for one in decided if one["delivery"] == delivery.public_id), "")


def _fields(outcome: Outcome) -> dict[str, Any]:
    act = outcome.delivery.act
    return (
        ({} if act == Act.SEND else {"act": str(act)})
        | {
            "delivery": outcome.delivery.public_id,
            "state": outcome.state,
            "reason": storable(outcome.reason, 2000),
            "remote_ids": outcome.remote_ids,
            "rendered": outcome.rendered_sha256,
            "unreachable": outcome.unreachable,
        }
        | ({"kind": outcome.kind} if outcome.kind else {})
    )


def apply_outcome(entry: Entry) -> None:
    """Make what an entry of kind "outcome" says."""
    for one in entry.fields["outcomes"]:
        rows = Delivery.objects.filter(public_id=one["delivery"])
        rows.update(
            state=one["state"],
            reason=one["reason"],
            remote_ids=one["remote_ids"],
            rendered_sha256=one["rendered"],
            outcome=entry,
            at=entry.at,
            lease_until=None,
            lease_by="",
        )
        if one.get("act") and one["state"] == DeliveryState.SENT and (delivery := rows.select_related("asked").first()):
            apply_corrected(delivery, entry)
        if one["unreachable"] and (delivery := rows.first()):
            Address.objects.filter(channel=delivery.channel, address=delivery.recipient.lower()).update(
                reachable=False, unreachable_reason=one["reason"]
            )
    reopen(entry)


def reopen(entry: Entry) -> None:
    """Open the ticket of an entry again if it rests, and say so; where the entry does not decide that, do nothing."""
    if "state" not in entry.fields:
        return
    ticket = Ticket.objects.get(number=entry.fields["ticket"])
    ticket = ticket.merged_into or ticket
    wake_failed(ticket, entry)
    if ticket.state in UNATTENDED:
        data = {"from": set_state(ticket, entry.fields["state"], entry.at), "to": entry.fields["state"]}
        ticket.updated_at = max(ticket.updated_at, entry.at)
        ticket.save(update_fields=["state", "solved_at", "updated_at"])
        reason = entry.fields["outcomes"][0]["reason"]
        Event.objects.create(ticket=ticket, entry=entry, kind="state", at=entry.at, reason=reason, data=data)


def retry_delivery(delivery: Delivery, by: Agent | None, at: datetime | None = None) -> None:
    """Send again what failed or is uncertain: a person's decision, noted. Raises NotAllowed for any other state."""
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=delivery.message.ticket_id)  # as a detour does: one of both
        delivery = Delivery.objects.select_related("message__ticket__mailbox", "account", "corrects").get(
            pk=delivery.pk
        )
        _check_retry(delivery)
        entry = _retry_entry(delivery, by, at or timezone.now())
        entry.save()
        apply_retry(entry)
        wake("append")
        wake("deliver")


def _check_retry(delivery: Delivery) -> None:
    if delivery.state not in (DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        raise NotAllowed(
            _("Only a failed or uncertain delivery can be sent again; this one is %(state)s.")
            % {"state": delivery.state}
        )
    if delivery.detours.exists():
        raise NotAllowed(_("It went another way already; sent again it would come twice."))
    if delivery.corrects and delivery.corrects.corrections.filter(pk__gt=delivery.pk).exists():
        raise NotAllowed(_("Something else was asked for since; this would undo it."))


def _retry_entry(delivery: Delivery, by: Agent | None, when: datetime) -> Entry:
    ticket = delivery.message.ticket
    words = _("sent it to %(address)s again") % {"address": delivery.recipient}
    original = compose.done(ticket, by, when, words)
    fields = {"ticket": ticket.number, "delivery": delivery.public_id, "by": by.public_id if by else None}
    return entry_of("retry", at=when, fields=fields, original=original, account=delivery.account, ticket=ticket.number)


def apply_retry(entry: Entry) -> None:
    """Make what an entry of kind "retry" says."""
    fields = entry.fields
    delivery = Delivery.objects.select_related("message").get(public_id=fields["delivery"])
    delivery.state, delivery.due_at, delivery.attempts = DeliveryState.QUEUED, entry.at, 0
    delivery.reason, delivery.at, delivery.outcome = "", entry.at, None
    delivery.save()
    by = Agent.objects.named(fields["by"])
    Event.objects.create(
        ticket_id=delivery.message.ticket_id,
        entry=entry,
        kind="retried",
        at=entry.at,
        by=by,
        data={"recipient": delivery.recipient},
    )
