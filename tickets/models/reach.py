"""How reach develops: a count a day for each account, and the drills that were held. Kept by backup, not in the record."""

from django.conf import settings
from django.db import models

from tickets.models.intake import Account


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

    account = models.ForeignKey(Account, models.PROTECT, related_name="drills")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    affected = models.PositiveIntegerField()
    rerouted = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    milliseconds = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="drill_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at:%Y-%m-%d}"
