"""What leaves: deliveries, and the drafts and files that become them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.ids import new_id
from tickets.models.intake import Account, Entry
from tickets.models.tickets import Message, Ticket


class DeliveryState(models.TextChoices):
    """How far a delivery is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Act(models.TextChoices):
    """What a delivery carries: a message, other words for one that went out, or the wish that it be gone."""

    SEND = "send"
    EDIT = "edit"
    WITHDRAW = "withdraw"


class Delivery(models.Model):
    """Carrying one outgoing message to one recipient, or a correction of what was carried there."""

    way: Mapping[str, Any] = MappingProxyType({})  # what the recipient's notices said that an answer needs; no column
    called = ""  # what people call the recipient, where somebody has looked and it is not the address; no column
    went_another_way = False  # whether a detour takes its place, where somebody has looked; no column

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    message = models.ForeignKey(Message, models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=20)
    recipient = models.CharField(max_length=320)
    state = models.CharField(max_length=10, default=DeliveryState.QUEUED)
    reason = models.TextField(blank=True)
    route_reason = models.TextField(blank=True)
    remote_ids = models.JSONField(default=list)
    rendered_sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    outcome = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="outcomes")
    receipt = models.CharField(max_length=10, blank=True)  # delivered, read, played: as the vendor's receipts say
    receipt_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    parts_sent = models.PositiveIntegerField(default=0)
    lease_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    act = models.CharField(max_length=10, default=Act.SEND)
    # Of a correction: what went out before, and the entry that says who wants it corrected, and how.
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections", db_index=False)
    asked = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="corrections", db_index=False)
    # Of a detour: the delivery that certainly did not get through, whose place it takes.
    instead_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="detours", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(  # never the same words twice by our own act
                fields=["instead_of"], condition=Q(instead_of__isnull=False), name="one_detour_of_a_delivery"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="delivery_sending"),
            models.Index(fields=["account", "at"], name="delivery_by_account"),
            models.Index(fields=["account", "recipient"], condition=Q(outcome=None), name="delivery_in_order"),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="delivery_corrects"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.recipient} {self.state}"


class DraftState(models.TextChoices):
    """What is to become of a draft."""

    EDITING = "editing"
    SCHEDULED = "scheduled"
    WAITING = "waiting"  # for a way to the customer
    SENT = "sent"
    DISCARDED = "discarded"


class Draft(models.Model):
    """What an agent writes and has not sent, or what waits for its undo or send time. Not in the record."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    key = models.CharField(max_length=64, unique=True)  # made by the client: the same press of send counts once
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="drafts")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="drafts")
    mailbox = models.ForeignKey(Account, models.PROTECT, null=True, related_name="drafts")
    kind = models.CharField(max_length=10, default="reply")  # reply, note, forward, new
    subject = models.CharField(max_length=998, blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    text = models.TextField(blank=True)
    then_state = models.CharField(max_length=10, blank=True)
    forwarded = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default=DraftState.EDITING)
    send_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    error = models.TextField(blank=True)
    seen = models.CharField(max_length=400, blank=True)  # what its writer had before them: actions.overtaken
    way = models.CharField(
        max_length=340, blank=True, default=""
    )  # chosen by its writer: account and recipient; else the best
    held = models.BooleanField(default=False)  # somebody wrote since it was begun, and its writer is to decide
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["send_at"], condition=Q(state="scheduled"), name="draft_due"),
            models.Index(fields=["agent", "ticket"], condition=Q(state="editing"), name="draft_open"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="draft_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class DraftFile(models.Model):
    """A file that goes out with a draft; its bytes lie in spool/drafts under `stored`."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    stored = models.CharField(max_length=80)
    content_id = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.filename


class ReadMark(models.Model):
    """Until when an agent has read a ticket. Not in the record."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="read_marks")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="read_marks")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket"], name="one_read_mark")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.ticket_id}"


class WriteKey(models.Model):
    """An idempotency key that a form or an API call brought: the same key writes once."""

    key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    result = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.key
