"""`manage.py backup FILE`: database, record, spool and settings in one file, while everything runs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tickets.management.backup.make import backup


class Command(BaseCommand):
    """See `manage.py backup --help`."""

    help = "Copy database, record, spool and settings into one file while everything runs. The key is not in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE", help="a .tar, or packed: .tar.gz, .tar.zst")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            made = backup(path.absolute(), self.progress)
        except OSError as error:
            raise CommandError(
                f"The backup could not be written: {error}. What was there before is untouched."
            ) from error
        self.stdout.write(
            f"{path} holds the database and {made.files} files: the record up to entry {made.head}, configuration and spool."
        )
        self.stdout.write(
            f"The key is not in it: keep {settings.DATA_DIR}/secret_key (or SECRET_KEY) in another safe place. "
            "Without the key everything comes back but the passwords of mailboxes."
        )
        for line in made.missing:
            self.stderr.write(f"Not in the record: {line}. Run `manage.py record verify`.")
        if made.missing:
            sys.exit(1)

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is."""
        self.stderr.write(f"\r{done} of {total} entries", ending="" if done < total else "\n")
