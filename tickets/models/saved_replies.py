"""Texts that agents have ready: for everybody, for a team, or for themselves. Configuration, kept in the record's config file."""

from django.conf import settings
from django.db import models

from tickets.models.ids import new_id
from tickets.models.people import Team


class SavedReply(models.Model):
    """One text with variables. With neither team nor owner it is everybody's."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    title = models.CharField(max_length=120)
    shortcut = models.CharField(max_length=30, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=12, blank=True)  # "": for any
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="saved_replies")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="saved_replies")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    used_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title
