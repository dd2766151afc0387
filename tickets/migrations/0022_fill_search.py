"""Every message is in the index of words that 0017 made anew.

Each batch is a transaction of its own, and what is in the index already is passed over: a run that was broken off goes on
where it was, and never holds more than a batch.
"""

import logging
from typing import Any

from django.db import migrations, transaction

from tickets.search.index import Home, columns_of, place_of, write

AT_ONCE = 200
TOLD_EVERY = 100  # batches
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
    there = set(doc.objects.filter(message__in=keys).values_list("message", flat=True))
    messages = apps.get_model("tickets", "Message").objects.filter(pk__in=set(keys) - there)
    found = messages.defer("html", "reply").select_related("ticket__contact").prefetch_related("ticket__tags", "attachments")
    with transaction.atomic():
        write([_row(doc, message) for message in found])


def _row(doc: Any, message: Any) -> Any:
    ticket = message.ticket
    tags = tuple(tag.name for tag in ticket.tags.all())
    files = [file.filename for file in sorted(message.attachments.all(), key=lambda file: file.part)]
    home = Home(ticket.number, ticket.subject, ticket.mailbox_id, ticket.contact.name, tags)
    row = doc(place=place_of(message.at, message.pk), message_id=message.pk, ticket_id=ticket.pk)
    return row, columns_of(message, files, home)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "0021_portrait")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
