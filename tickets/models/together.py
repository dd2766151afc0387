"""Working side by side: who is at which ticket. Not in the record."""

from django.conf import settings
from django.db import models

from tickets.models.tickets import Ticket


class Presence(models.Model):
    """Somebody has a ticket before them. A row whose time is over, by the database's clock, says nothing any more."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presences")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="presences")
    until = models.DateTimeField()
    writing_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "agent"], name="one_presence")]
        indexes = [models.Index(fields=["until"], name="presence_until")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.ticket_id}"
