"""How reach develops: a count a day for each account, the drills that were held, and what was done to have more second ways.

The counts and drills are kept by backup, not in the record; who is asked, is there.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.ids import new_id
from tickets.models.intake import Account, Entry


class ReachDay(models.Model):
    """How many depended on one account on one day."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="reach_days")
    day = models.DateField()
    contacts = models.PositiveIntegerField()
    contacts_alone = models.PositiveIntegerField()  # of whom no other proven way is known
    conversations = models.PositiveIntegerField()  # open ones
    lost = models.PositiveIntegerField()  # of these, by the account's closing

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_reach_a_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class Drill(models.Model):
    """What closing an account would have done, when somebody or the calendar asked."""

    steps: Sequence[Any] = ()  # of an exercise, where somebody has looked; no column

    account = models.ForeignKey(Account, models.PROTECT, related_name="drills")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    affected = models.PositiveIntegerField()
    rerouted = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    milliseconds = models.PositiveIntegerField()
    is_live = models.BooleanField(default=False)  # an exercise: the real switch, for test contacts alone
    deliveries = models.JSONField(default=list)  # of an exercise: public ids of the attempts that were taken back

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="drill_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at:%Y-%m-%d}"


class Campaign(models.Model):
    """Many customers of one account are asked where else to answer them: one by one, until all were or something speaks against it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="campaigns")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")  # that began it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # None: by itself
    ended_why = models.TextField(blank=True)
    looked_at = models.PositiveBigIntegerField(default=0)  # the last ticket that was considered; how far it is
    next_at = models.DateTimeField(null=True)  # when the next one is asked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at=None), name="one_campaign_at_once")
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(ended_at=None), name="campaign_next")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.started_at:%Y-%m-%d}"
