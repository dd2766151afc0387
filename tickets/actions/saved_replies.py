"""Saved replies: added, changed, put away, used. Configuration, kept in the record's config file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.models import Agent, SavedReply
from tickets.permissions import SEES_ALL
from tickets.record.config import write_config
from tickets.search.words import words_of

MOST_LOOKED_AT = 2000
MOST_OFFERED = 8
TEXT_LOOKED_AT = 2000  # characters


def saved_replies_for(agent: Agent, removed: bool = False) -> QuerySet[SavedReply]:
    """Return the saved replies that `agent` may use: everybody's, their teams', their own. Most used first.

    `removed`: those that were put away instead.
    """
    replies = SavedReply.objects.filter(Q(owner__isnull=True) | Q(owner=agent), removed_at__isnull=not removed)
    if agent.role not in SEES_ALL:
        replies = replies.filter(Q(team__isnull=True) | Q(team__in=agent.teams.all()))
    return replies.order_by("-used_count", F("last_used_at").desc(nulls_last=True), "title", "pk")


def save_reply(reply: SavedReply | None, by: Agent, at: datetime | None = None, **fields: Any) -> SavedReply:
    """Add a saved reply, or change one. Raises NotAllowed for a shortcut that another one has."""
    shortcut = fields.get("shortcut", "")
    taken = saved_replies_for(by).filter(shortcut=shortcut).first() if shortcut else None
    if taken and taken != reply:
        words = _("“%(title)s” has the shortcut %(shortcut)s already; choose another one.")
        raise NotAllowed(words % {"title": taken.title, "shortcut": shortcut})
    reply = reply or SavedReply(created_at=at or timezone.now())
    for name, value in fields.items():
        setattr(reply, name, value)
    _store(reply)
    return reply


def remove_reply(reply: SavedReply, by: Agent, at: datetime | None = None) -> None:
    """Put a saved reply away; `restore_reply` brings it back."""
    reply.removed_at = at or timezone.now()
    _store(reply)


def restore_reply(reply: SavedReply, by: Agent) -> None:
    """Bring back a saved reply that was put away; without its shortcut if another one has that now."""
    reply.removed_at = None
    if saved_replies_for(by).exclude(pk=reply.pk).filter(shortcut=reply.shortcut).exists():
        reply.shortcut = ""
    _store(reply)


def _store(reply: SavedReply) -> None:
    with transaction.atomic():
        reply.save()
        transaction.on_commit(write_config)


def note_use(reply: SavedReply) -> None:
    """Count that a saved reply was put into a text."""
    SavedReply.objects.filter(pk=reply.pk).update(used_count=F("used_count") + 1, last_used_at=timezone.now())


def offered(agent: Agent, typed: str, language: str = "") -> list[SavedReply]:
    """Return the saved replies that hold all words typed, in shortcut, title or text; those that are meant first.

    Where one begins with what was typed it comes before those that only hold it, those in the customer's language come
    before others, and of equals the one that is used most comes first.
    """
    wanted = words_of(typed)
    found = list(_fitting(saved_replies_for(agent)[:MOST_LOOKED_AT], wanted))
    found.sort(key=lambda pair: (pair[0], bool(language) and pair[1].language not in ("", language)))
    return [reply for _rank, reply in found[:MOST_OFFERED]]


def _fitting(replies: QuerySet[SavedReply], wanted: list[str]) -> Iterator[tuple[int, SavedReply]]:
    for reply in replies:
        places = (words_of(reply.shortcut), words_of(reply.title), words_of(reply.text[:TEXT_LOOKED_AT]))
        every = [word for words in places for word in words]
        if all(any(word.startswith(one) for word in every) for one in wanted):
            yield (
                next((n for n, words in enumerate(places) if words[: len(wanted)] and _begins(words, wanted)), 3),
                reply,
            )


def _begins(words: list[str], wanted: list[str]) -> bool:
    return all(word.startswith(one) for word, one in zip(words, wanted, strict=False)) and len(words) >= len(wanted)
