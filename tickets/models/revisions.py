"""What becomes of a message after it was said: other words, reactions, more pieces of the same album, files fetched later."""

from django.db import models
from django.db.models import Q

from tickets.models.intake import Account, Entry
from tickets.models.tickets import Attachment, Message


class Version(models.Model):
    """What a message said until an edit; the edit's own words stand in the message, or in the next version."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="versions")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="versions")  # the edit that took its place
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["message", "id"], name="version_of_message")]

    def __str__(self) -> str:
        return f"version {self.pk}"


class Reaction(models.Model):
    """How somebody reacts to a message now; of a reaction that was taken back it is kept which one it was."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="reactions")
    sender = models.CharField(max_length=320, blank=True)  # the vendor's id of the person; "" for counts without names
    name = models.CharField(max_length=320, blank=True)
    emoji = models.CharField(max_length=200, blank=True)
    taken_back = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="reactions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "sender"], name="one_reaction_each")]

    def __str__(self) -> str:
        return f"{self.emoji} {self.name}"


class Piece(models.Model):
    """One of several that a vendor sends one by one and shows as one message: an album."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="pieces")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="piece")
    identifier = models.CharField(max_length=998)  # its own Message-ID: an edit, an answer or a reaction names it
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["identifier"], name="piece_by_identifier")]

    def __str__(self) -> str:
        return self.identifier


class FetchState(models.TextChoices):
    """How far the fetching of a file is."""

    WAITING = "waiting"
    FETCHING = "fetching"
    DONE = "done"
    FAILED = "failed"


class Fetch(models.Model):
    """The queue of files that a vendor holds and that a message has a place for."""

    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="fetch")
    account = models.ForeignKey(Account, models.PROTECT, related_name="fetches")
    file = models.JSONField(default=dict)  # as the notice named it: what the channel needs to fetch it
    state = models.CharField(max_length=10, default=FetchState.WAITING)
    reason = models.TextField(blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "fetching"]), name="fetch_due"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.attachment_id}"
