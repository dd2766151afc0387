"""Every message is in the index of words that 0017 made anew.

Each batch is a transaction of its own, and what is in the index already is passed over: a run that was broken off goes on
where it was, and never holds more than a batch.
"""

import logging
from collections import defaultdict
from typing import Any

from django.db import migrations, transaction

from tickets.search.index import Home, columns_of, place_of, write

AT_ONCE = 200
TOLD_EVERY = 100  # batches
READ = ("at", "ticket", "from_name", "from_address", "to", "cc", "bcc", "subject", "text", "automatic")
logger = logging.getLogger(__name__)


def fill(apps: Any, schema_editor: Any) -> None:
    """Index every message that is not in the index."""
    messages = apps.get_model("tickets", "Message").objects.order_by("pk")
    newest = messages.values_list("pk", flat=True).last()
    last, batches = 0, 0
    while keys := list(messages.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        _index(apps, keys)
        last, batches = keys[-1], batches + 1
        if not batches % TOLD_EVERY:
            logger.info("Filling the index of the search: message %d of %d.", last, newest)


def _index(apps: Any, keys: list[int]) -> None:
    doc = apps.get_model("tickets", "SearchDoc")
    # Not a join: a planner that has no figures yet of a table just made would read all of it for each batch.
    missing = set(keys) - set(doc.objects.filter(message__in=keys).values_list("message", flat=True))
    if missing:
        found = list(apps.get_model("tickets", "Message").objects.filter(pk__in=missing).only(*READ))
        homes, files = _homes(apps, {message.ticket_id for message in found}), _files(apps, missing)
        with transaction.atomic():
            write(
                (
                    doc(place=place_of(one.at, one.pk), message_id=one.pk, ticket_id=one.ticket_id),
                    columns_of(one, files[one.pk], homes[one.ticket_id]),
                )
                for one in found
            )


def _homes(apps: Any, tickets: set[int]) -> dict[int, Home]:
    ticket = apps.get_model("tickets", "Ticket")
    tags: dict[int, list[str]] = defaultdict(list)
    on_ticket = ticket.tags.through.objects.filter(ticket__in=tickets).order_by("pk")
    for key, name in on_ticket.values_list("ticket", "tag__name"):
        tags[key].append(name)
    rows = ticket.objects.filter(pk__in=tickets).values_list("pk", "number", "subject", "mailbox", "contact__name")
    return {key: Home(*home, tuple(tags[key])) for key, *home in rows}


def _files(apps: Any, messages: set[int]) -> dict[int, list[str]]:
    files: dict[int, list[str]] = defaultdict(list)
    named = apps.get_model("tickets", "Attachment").objects.filter(message__in=messages).order_by("part")
    for message, name in named.values_list("message", "filename"):
        files[message].append(name)
    return files


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "0021_portrait")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
