"""Mirrors: copies of the record elsewhere, and how far each has come."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q

from tickets.models.ids import new_id
from tickets.models.secrets import EncryptedJSONField

YEAR, MAILBOX = "year", "mailbox"


class Mirror(models.Model):
    """One place that the record is copied to as it grows: folders of an IMAP mailbox, a bucket, or a second folder."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    name = models.CharField(max_length=80)
    url = models.TextField()  # without its secret
    secrets = EncryptedJSONField(default=dict, blank=True)  # {"password": …}
    folders = models.CharField(max_length=10, default=YEAR)  # of an IMAP mailbox: one per year, or per mailbox of ours
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    # How it goes: kept by backup only.
    cursor = models.PositiveBigIntegerField(default=0)  # the last entry that is safely there
    config_cursor = models.CharField(max_length=80, blank=True)  # the last configuration that is there
    config_waits = models.BooleanField(default=True)  # another was written since
    last_success_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)  # "" while it works
    failures = models.PositiveIntegerField(default=0)  # in a row
    rests_until = models.DateTimeField(null=True)
    cuts = models.PositiveIntegerField(default=0)  # in a row, of the connection amid a batch: the next one is smaller
    cut_at = models.PositiveBigIntegerField(default=0)  # the first entry of the batch that was cut last
    wrapped_count = models.PositiveBigIntegerField(default=0)
    missing_count = models.PositiveBigIntegerField(default=0)
    refused = models.JSONField(default=list)  # the latest of both: [{"entry", "missing", "words"}]
    unreached = models.JSONField(default=dict)  # {number of an erasure: [what could not be deleted, in words]}
    lease_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at__isnull=True), name="one_mirror_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """The kind of place: imap, imaps, s3 or file."""
        return urlsplit(self.url).scheme
