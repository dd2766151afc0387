"""Incidents: an account to which nothing is sent any more, because its vendor closed it or a person said so."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.ids import new_id
from tickets.models.intake import Account, Entry
from tickets.models.tickets import Ticket


class Incident(models.Model):
    """From the moment at which sending by an account stopped, to the one at which it began again."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="incidents")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="incidents")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")  # that opened it
    reason = models.TextField()  # the vendor's words, or those of who opened it
    opened_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reroutes_at = models.DateTimeField(null=True)  # from when on what waits goes another way; None: it is halted
    decided_by = models.ForeignKey(  # who let it go on, where somebody had to
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    looked_at = models.PositiveBigIntegerField(default=0)  # the last delivery that was considered; how far a round is
    next_at = models.DateTimeField(null=True)  # when the next round begins

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(closed_at=None), name="one_open_incident")
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(closed_at=None), name="incident_next")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.opened_at:%Y-%m-%d}"
