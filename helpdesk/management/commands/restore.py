"""`manage.py restore FILE [--key FILE]`: a backup comes back onto an empty machine."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.run.lock import lock
from helpdesk.run.problems import CannotStart
from tickets.management.backup.restore import Restored, ask_for_key, read_key, restore


class Command(BaseCommand):
    """See `manage.py restore --help`."""

    help = "Bring a backup back into an empty database and an empty record. All accounts stay paused."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE", help="what `manage.py backup` made")
        parser.add_argument("--key", type=Path, metavar="FILE", help="the kept secret_key; else it is asked for")

    def handle(self, *args: Any, path: Path, key: Path | None, **options: Any) -> None:
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        kept = read_key(key) if key else ask_for_key()
        try:
            held = lock(settings.DATA_DIR)
        except CannotStart as error:
            raise CommandError(str(error)) from error
        try:
            self.tell(restore(path, kept, self.progress))
        except OSError as error:
            raise CommandError(f"The backup could not be restored: {error}. Empty the place and try again.") from error
        finally:
            held.close()

    def tell(self, done: Restored) -> None:
        """Say what came back, what did not, and what to do now. Exits with 1 when the record is not whole."""
        head = done.manifest["head"]
        self.stdout.write(
            f"The database of {done.manifest['made_at']} is back, and {done.files} files: the record up to entry {head}, "
            "configuration and spool."
        )
        if not done.has_key:
            self.stdout.write(
                f"The key here is not the one of then: the credentials of {done.manifest['accounts_with_secrets']} accounts cannot "
                "be read, and signed links of then are void. Put the kept key into DATA_DIR/secret_key, or enter passwords anew."
            )
        if done.settings:
            self.stdout.write(f"The environment of then, to be set here where it fits:\n{done.settings}".rstrip())
        for line in done.missing:
            self.stdout.write(f"The backup itself had not: {line}")
        for fault in done.checked.faults:
            self.stdout.write(str(fault))
        self.stdout.write(
            "All accounts and mirrors are paused, what was on its way is uncertain, what waited to be sent is a draft again. "
            "Look, then let them go on. `manage.py record verify --database` compares the two."
        )
        if done.checked.found or done.missing:
            sys.exit(1)

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is."""
        self.stderr.write(f"\r{done} of {total} entries", ending="" if done < total else "\n")
