"""The words of each message as they are searched: folded and segmented in Python, the same for every database."""

from django.db import models

from tickets.models.tickets import Message, Ticket


class SearchDoc(models.Model):
    """One message's words. The index over `words` is made by the migration of each database (search.py)."""

    message = models.OneToOneField(Message, models.PROTECT, primary_key=True, related_name="words")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="words")
    words = models.TextField()

    def __str__(self) -> str:
        return self.words[:60]
