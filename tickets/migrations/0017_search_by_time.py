"""The index of words is made anew: numbered by time, its words cut in Python, sender, recipients and subject apart.

Nothing but the index is lost by that: it is filled again from the messages, a batch at a time. A run that was broken off
goes on where it was.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import tickets.models.search
from tickets.search.index import Home, columns_of, place_of, write

AT_ONCE = 500
FTS = """
    CREATE VIRTUAL TABLE tickets_searchdoc_fts
    USING fts5(sender, recipients, subject, words, marks, tokenize = "ascii")
"""
GIN = "CREATE INDEX tickets_searchdoc_words ON tickets_searchdoc USING gin (words)"


def drop_fts(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE IF EXISTS tickets_searchdoc_fts")


def make_index(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(GIN if schema_editor.connection.vendor == "postgresql" else FTS)


def fill(apps: Any, schema_editor: Any) -> None:
    """Index every message."""
    messages = apps.get_model("tickets", "Message").objects
    doc = apps.get_model("tickets", "SearchDoc")
    last = 0
    while batch := list(messages.filter(pk__gt=last).order_by("pk").defer("html", "reply").select_related("ticket__contact")[:AT_ONCE]):
        last = batch[-1].pk
        write([_row(doc, message) for message in batch])


def _row(doc: Any, message: Any) -> Any:
    ticket = message.ticket
    tags = tuple(ticket.tags.values_list("name", flat=True))
    files = list(message.attachments.order_by("part").values_list("filename", flat=True))
    home = Home(ticket.number, ticket.subject, ticket.mailbox_id, ticket.contact.name, tags)
    row = doc(place=place_of(message.at, message.pk), message_id=message.pk, ticket_id=ticket.pk)
    return row, columns_of(message, files, home)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_told")]
    operations = [
        migrations.RunPython(drop_fts, migrations.RunPython.noop),
        migrations.DeleteModel("SearchDoc"),
        migrations.CreateModel(
            name="SearchDoc",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", tickets.models.search.Words()),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="words", to="tickets.message"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="words", to="tickets.ticket"
                    ),
                ),
            ],
        ),
        migrations.RunPython(make_index, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
