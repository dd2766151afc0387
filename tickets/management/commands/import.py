"""`import PATH [--mailbox ADDRESS]`: mail from .eml, mbox and Maildir as history. Stop it and run it again at will."""

# The command is called "import", a word that no import statement can name.
# ruff: noqa: N999

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tickets.mail.importing import Bar, Result, bring_in
from tickets.mail.routes import load


class Command(BaseCommand):
    help = "Bring in old mail from a file or folder: .eml, mbox, Maildir."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument("--mailbox", metavar="ADDRESS", help="the mailbox it belongs to; else each mail tells")

    def handle(self, *args: Any, path: Path, mailbox: str | None, **options: Any) -> None:
        if not path.exists():
            raise CommandError(_("There is no file or folder %s.") % path)
        if mailbox and not load().find(mailbox):
            raise CommandError(_("There is no mailbox %s. See `manage.py account list`.") % mailbox)
        try:
            result = bring_in(path, mailbox, Bar())
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            raise CommandError(_("Stopped. Run it again to go on; nothing comes in twice.")) from None
        self.tell(result)

    def tell(self, result: Result) -> None:
        for line in result.skipped:
            self.stderr.write(_("Skipped: %s") % line)
        words = _("%(new)d mails are new, %(known)d were here already.")
        self.stdout.write(words % {"new": result.new, "known": result.known})
        if result.homeless:
            words = _("%d mails name no mailbox of this house. Say where they belong with --mailbox ADDRESS.")
            raise CommandError(words % result.homeless)
