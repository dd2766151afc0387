"""Keeping the lists tidy: whose mail goes to spam, and what was done to many tickets at once."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.contacts import Contact
from tickets.models.ids import new_id
from tickets.models.intake import Account, Entry


class SpamSender(models.Model):
    """A contact whose new tickets go to spam in this mailbox and those that share its team, until somebody takes it back."""

    mailbox = models.ForeignKey(Account, models.PROTECT, related_name="spam_senders")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="spam_in")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")  # that says so

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "mailbox"], name="spam_sender_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.mailbox_id}"


class Bulk(models.Model):
    """One act on many tickets: how far it is, and which entries take it back. A queue for the worker, kept by backup only."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    value = models.CharField(max_length=320, blank=True)
    numbers = models.JSONField(default=list)  # of the tickets it is to be done to
    done = models.PositiveIntegerField(default=0)  # how many of them have been looked at
    changed = models.PositiveIntegerField(default=0)
    left = models.JSONField(default=list)  # [number, why not]
    entries = models.JSONField(default=list)  # primary keys of what was written
    before = models.JSONField(default=dict)  # what no entry knows: read marks
    at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="bulk_waiting")]

    def __str__(self) -> str:
        return f"{self.what} {self.public_id}"
