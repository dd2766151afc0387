"""What an authorization server gave to an account for a while. Not in the record: a new one is had for the refresh token."""

from django.db import models

from tickets.models.intake import Account
from tickets.models.secrets import EncryptedJSONField


class Grant(models.Model):
    """The access token of an account that signs in by OAuth, and who is renewing it."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="grant")
    tokens = EncryptedJSONField(default=dict, blank=True)
    expires_at = models.DateTimeField(null=True)  # None: not to be used any more
    refused = models.TextField(blank=True)  # why only a person can sign it in again
    refused_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)  # when the refresh token went into the record's config file
    lease_by = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"grant of {self.account_id}"
