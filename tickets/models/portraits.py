"""The picture that a vendor shows of an account: whoever connects it sees that it is the right one."""

from django.db import models

from tickets.models.intake import Account


class Portrait(models.Model):
    """The newest picture of an account; fetched when it is connected, served from here."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="portrait")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"portrait of {self.account_id}"
