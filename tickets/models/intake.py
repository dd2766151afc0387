"""The ways in and out: accounts, what arrived on them, and the entries of the record."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tickets.hours import Hours, Unreadable, hours_from
from tickets.models.ids import new_id, new_random
from tickets.models.people import Team
from tickets.models.secrets import EncryptedJSONField


class Health(models.TextChoices):
    """How an account does."""

    WORKING = "working"
    DEGRADED = "degraded"
    CUT_OFF = "cut_off"


ANSWERED = "answered"  # in an item's envelope: what its push was answered with
NOTED_EVERY = timedelta(minutes=1)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone; that of the settings for a name that is none."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


class Account(models.Model):
    """One connected mailbox, bot or number. An email account is a mailbox; others name the mailbox that answers for them."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    channel = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=320)
    mailbox = models.ForeignKey("self", models.PROTECT, null=True, related_name="bridged")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="accounts")
    config = models.JSONField(default=dict)  # by the channel's Config, without its secrets
    secrets = EncryptedJSONField(default=dict, blank=True)
    state = models.JSONField(default=dict)  # cursors and the like; kept by backup only
    health = models.CharField(max_length=10, default=Health.WORKING)
    health_reason = models.TextField(blank=True)
    health_since = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)
    last_fetch_at = models.DateTimeField(null=True)  # when its source was asked last and answered
    last_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)  # nothing is sent by it since then: an incident is open
    since = models.DateTimeField(null=True)  # mail dated before comes in as history
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=40, blank=True)  # of the hours; empty: settings.TIME_ZONE
    hours = models.JSONField(default=dict, blank=True)  # {"mon": [["09:00", "17:00"]]}; empty: always. tickets/hours.py
    days_off = models.JSONField(default=list, blank=True)  # [{"day": "2026-12-24" or "12-25", "name": "Christmas"}]
    signature = models.TextField(blank=True)
    footer = models.TextField(blank=True)  # below what customers get
    acknowledge = models.BooleanField(default=True)
    acknowledgement = models.TextField(blank=True)  # moved to `texts`; the column goes with the next release
    texts = models.JSONField(
        default=dict, blank=True
    )  # {"acknowledgement": {"de": "…"}}: words of its own, tickets/texts/
    reply_style = models.CharField(
        max_length=10, default="plain"
    )  # plain, plus, pattern: how a signed reply address looks
    retention_days = models.PositiveIntegerField(null=True)  # a ticket that rests longer is erased; None: kept for good
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], condition=Q(removed_at__isnull=True), name="one_account_per_address"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def home(self) -> "Account":
        """The mailbox that this account's tickets live in."""
        return self.mailbox or self

    def note_health(self, health: str, reason: str = "") -> None:
        """Keep how it does, since when, and what went wrong last; the reason in words. Written only when it changes."""
        if (self.health, self.health_reason) == (health, reason[:2000]):
            return
        changed: dict[str, Any] = {"health": health, "health_reason": reason[:2000]}
        if self.health == Health.CUT_OFF:
            self.incidents.filter(closed_at=None).update(next_at=None)  # to be looked at, at once
        now = timezone.now()
        if health != self.health:
            changed["health_since"] = now
        if health != Health.WORKING:
            changed |= {"last_error": reason[:2000], "last_error_at": now}
        self._keep(changed)

    def note_fetch(self) -> None:
        """Keep that its source was asked just now and answered; once a minute is enough."""
        now = timezone.now()
        if self.last_fetch_at is None or now - self.last_fetch_at > NOTED_EVERY:
            self._keep({"last_fetch_at": now})

    def _keep(self, changed: dict[str, Any]) -> None:
        for name, value in changed.items():
            setattr(self, name, value)
        Account.objects.filter(pk=self.pk).update(**changed)

    @property
    def opening_hours(self) -> Hours:
        """When somebody is there: as laid down here, else by the mailbox. What makes no sense counts as always."""
        laid_down = self if self.hours or self.days_off else self.home
        zone = zone_named(self.time_zone or laid_down.time_zone)
        try:
            return hours_from(zone, laid_down.hours, laid_down.days_off)
        except (Unreadable, AttributeError, KeyError, TypeError, ValueError):
            return Hours(zone)


class ItemState(models.TextChoices):
    """What became of an arrival."""

    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"


class InboxItem(models.Model):
    """The row for a spooled arrival. The table is the queue."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="items")
    key = models.CharField(max_length=200)
    source = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default=ItemState.WAITING)
    reason = models.TextField(blank=True)
    spool = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    envelope = models.JSONField(default=dict)  # {"from": …, "to": […]}
    received_at = models.DateTimeField()
    history = models.BooleanField(default=False)
    seen_count = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    lease_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    entry = models.ForeignKey("Entry", models.PROTECT, null=True, related_name="items")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="arrival_once")]
        indexes = [
            models.Index(fields=["history", "id"], condition=Q(state="waiting"), name="item_waiting"),
            models.Index(fields=["-id"], condition=Q(state="parked"), name="item_parked"),
            models.Index(fields=["spool"], name="item_by_spool"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class Entry(models.Model):
    """One numbered file of the record, or the row that becomes it."""

    number = models.PositiveBigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="entries")
    ticket_number = models.PositiveBigIntegerField(null=True)
    fields = models.JSONField(default=dict)  # the decision, as it stands in the file's trace
    body = models.BinaryField(null=True)  # up to 64 kB until the file is written
    source = models.CharField(max_length=10)  # inline, in (spool/in), made (spool/made)
    spool = models.CharField(max_length=64, blank=True)
    original_size = models.PositiveBigIntegerField()
    original_sha256 = models.CharField(max_length=64)
    random = models.CharField(max_length=32, default=new_random)
    chain = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=80, blank=True)
    erased = models.PositiveBigIntegerField(null=True)  # the number of the erasure whose tombstone lies in its place
    marked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(number__isnull=True), name="entry_unnumbered"),
            models.Index(fields=["id"], condition=Q(marked_at__isnull=True), name="entry_unmarked"),
            models.Index(fields=["ticket_number", "number"], name="entry_by_ticket"),
            models.Index(fields=["number"], condition=Q(kind="erasure"), name="entry_erasure"),
            models.Index(
                fields=["id"],
                condition=Q(kind__in=["copy", "screened", "ignored", "contact"]),
                name="entry_without_ticket",
            ),
            models.Index(fields=["account", "id"], condition=Q(kind="configuration"), name="entry_configuration"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or '-'}"


class Counter(models.Model):
    """The next gap-free or gap-allowing number of a series: tickets, the head of the record, automation's cursor."""

    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
