"""The index of words is made anew: numbered by time, its words cut in Python, sender, recipients and subject apart.

Nothing but the index is lost by that: 0022_fill_search fills it again from the messages, and it is a migration of its own
because it goes on where it was broken off, which the tables made here must not.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import tickets.models.search

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
    ]
