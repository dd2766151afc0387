"""The index of what was said: which rows it has. tickets/search/ writes and reads it."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from tickets.models.tickets import Message, Ticket


class Words(models.TextField[Any, Any] if TYPE_CHECKING else models.TextField):  # type: ignore[misc]
    """Words with their places: a tsvector on PostgreSQL. FTS5 keeps them in a table of its own, and this stays empty."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"


class SearchDoc(models.Model):
    """One message in the index. Its number sorts by time (tickets.search.index.place_of)."""

    place = models.BigIntegerField(primary_key=True)
    message = models.OneToOneField(Message, models.PROTECT, related_name="words")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="words")
    words: Any = Words()

    def __str__(self) -> str:
        return str(self.place)
