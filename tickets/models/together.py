"""Working side by side: who is at which ticket, who follows it, and what people are told. Not in the record."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tickets.models.ids import new_id
from tickets.models.intake import Entry
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


class Follow(models.Model):
    """Somebody wants to be told what the customer of a ticket says, though it is not theirs."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="follows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "agent"], name="one_follow")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.ticket_id}"


class Notification(models.Model):
    """Something that one person is told of a ticket. It holds nobody's words: these are read when it is shown."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20)  # actions.notify.KINDS
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="notifications")
    entry = models.ForeignKey(Entry, models.CASCADE, null=True, related_name="notifications")  # the first of its burst
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")  # None: the customer
    count = models.PositiveIntegerField(default=1)  # messages of its burst
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())  # by the database's clock: what a page has to be told of
    in_page = models.BooleanField(default=True)
    in_browser = models.BooleanField(default=False)
    mail_due_at = models.DateTimeField(null=True)  # None: no mail, or no more
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "entry", "kind"], name="told_once")]
        indexes = [
            models.Index(fields=["agent", "-at"], name="notification_by_agent"),
            models.Index(fields=["agent"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(fields=["changed_at"], name="notification_changed"),
            models.Index(fields=["mail_due_at"], condition=~Q(mail_due_at=None), name="notification_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.agent_id} {self.ticket_id}"
