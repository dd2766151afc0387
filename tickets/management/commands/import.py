"""`import PATH` or `import --imap ACCOUNT|URL`: old mail becomes tickets with their history. Stop it and run it again at will."""

# The command is called "import", a word that no import statement can name.
# ruff: noqa: N999

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from tickets.mail.dry_run import dry_run, lines
from tickets.mail.importing import CLOSE_AFTER, Bar, Result, Wishes, bring_in
from tickets.mail.mailbox import TurnedAway, Unreachable, signed_in
from tickets.mail.routes import load
from tickets.mail.sources import Files, Folders, Source
from tickets.management.imap_server import named


class Command(BaseCommand):
    help = "Bring in old mail from files (.eml, mbox, Maildir) or IMAP folders, as tickets with their history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", type=Path, nargs="?", metavar="PATH", help=".eml, mbox, Maildir, or a folder of them"
        )
        parser.add_argument("--imap", metavar="ACCOUNT|URL", help="a connected mailbox, or imaps://user@host[:port]")
        parser.add_argument("--folder", action="append", default=[], help="with --imap; else INBOX and the sent mail")
        parser.add_argument("--mailbox", metavar="ADDRESS", help="the mailbox it belongs to; else each mail tells")
        parser.add_argument("--close-after", type=int, default=CLOSE_AFTER, metavar="DAYS", help="days without a mail")
        parser.add_argument("--dry-run", action="store_true", help="report what would come, and write nothing")

    def handle(self, *args: Any, path: Path | None, imap: str | None, mailbox: str | None, **options: Any) -> None:
        if bool(path) == bool(imap):
            raise CommandError(_("Say where the mail is: a PATH, or --imap."))
        if mailbox and not load().find(mailbox):
            raise CommandError(_("There is no mailbox %s. See `manage.py account list`.") % mailbox)
        opened = from_imap(imap, options["folder"]) if imap else from_files(path or Path())
        try:
            with opened as (source, home):
                self.work(source, Wishes(mailbox or home, max(0, options["close_after"])), options["dry_run"])
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            raise CommandError(_("Stopped. Run it again to go on; nothing comes in twice.")) from None
        except (TurnedAway, Unreachable, IMAPClientError) as error:
            raise CommandError(_("%s Run it again to go on; nothing comes in twice.") % error) from error

    def work(self, source: Source, wishes: Wishes, is_dry: bool) -> None:
        """Import, or find out what an import would do."""
        if is_dry:
            for line in lines(*dry_run(source, wishes, Bar())):
                self.stdout.write(line)
        else:
            self.tell(bring_in(source, wishes, Bar()))

    def tell(self, result: Result) -> None:
        """Say what came, and what did not."""
        for line in result.skipped:
            self.stderr.write(_("Skipped: %s") % line)
        for reason, count in result.left_out.items():
            self.stderr.write(_("Left out: %(count)d (%(reason)s).") % {"count": count, "reason": reason})
        words = _("%(new)d mails are new, %(known)d were here already.")
        self.stdout.write(words % {"new": result.new, "known": result.known})
        if result.new:
            states = ", ".join(f"{count} {state}" for state, count in result.tickets.items())
            speed = result.new / max(result.seconds, 0.001)
            words = _("The tickets of all history: %(states)s. %(speed).0f mails a second.")
            self.stdout.write(words % {"states": states, "speed": speed})
        if result.gone:
            self.stderr.write(_("%d mails were gone when they were to be read.") % result.gone)
        if result.homeless:
            words = _("%d mails name no mailbox of this house. Say where they belong with --mailbox ADDRESS.")
            raise CommandError(words % result.homeless)


@contextmanager
def from_files(path: Path) -> Iterator[tuple[Source, str | None]]:
    """Files, each mail telling its mailbox. Raises CommandError when there are none."""
    if not path.exists():
        raise CommandError(_("There is no file or folder %s.") % path)
    yield Files(path), None


@contextmanager
def from_imap(wanted: str, folders: list[str]) -> Iterator[tuple[Source, str | None]]:
    """Folders of a server, and the mailbox they belong to when it is connected. Raises CommandError, TurnedAway, Unreachable."""
    place = named(wanted)
    with signed_in(place.server) as client:
        yield Folders(client, folders, place.polled), place.home
