"""The full-text index, made as the database at hand does it."""

from typing import Any

from django.db import migrations

SQLITE = 'CREATE VIRTUAL TABLE tickets_searchdoc_fts USING fts5(words, tokenize = "unicode61 remove_diacritics 0")'
# The vector is stored: a phrase, and a word that stands in every second message, are checked row by row against it.
POSTGRESQL = """
    ALTER TABLE tickets_searchdoc
        ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED;
    CREATE INDEX tickets_searchdoc_words ON tickets_searchdoc USING gin (vector)
"""


def make(apps: Any, schema_editor: Any) -> None:
    """Make the index."""
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def drop(apps: Any, schema_editor: Any) -> None:
    """Drop it."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute("ALTER TABLE tickets_searchdoc DROP COLUMN vector" if postgresql else "DROP TABLE tickets_searchdoc_fts")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_start")]
    operations = [migrations.RunPython(make, drop)]
