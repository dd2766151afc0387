"""Tokens: what is sent to one side and has to come back from another. Only a digest is kept, and the record holds none of it."""

from django.db import models
from django.db.models import Q

from tickets.models.contacts import Contact
from tickets.models.intake import Account


class Purpose(models.TextChoices):
    """What a token proves when it comes back."""

    CODE = "code"  # mailed to an address, to be typed into the chat
    OPEN = "open"  # mailed to an address, in a link that opens the chat
    LINK = "link"  # mailed to somebody whose address is proven, in a link that opens a chat
    ANSWER = "answer"  # the question in the chat whether they are that person


class Token(models.Model):
    """One token: where it was sent, for whom, and until when it is good."""

    purpose = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")  # in whose chat it is to be used
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")  # for whom it was made
    address = models.CharField(max_length=320)  # where it was sent
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)  # wrong ones, where it can be guessed
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["address", "-made_at"], name="token_by_address"),
            models.Index(fields=["contact", "account", "purpose"], condition=Q(used_at=None), name="token_unused"),
            models.Index(fields=["expires_at"], name="token_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class Against(models.TextChoices):
    """What somebody does not want at an address."""

    DETOURS = "detours"  # "do not answer me by email"
    CONFIRMATIONS = "confirmations"  # "not me"


class Objection(models.Model):
    """What whoever reads an address does not want there, for good; the address need not be anybody's."""

    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=320)
    against = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "address", "against"], name="objection_once")]

    def __str__(self) -> str:
        return f"{self.address} {self.against}"
