"""Fill an empty DATA_DIR with the demo's conversations, and print the link that signs you in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from tickets.demo import crowd, greet


class Command(BaseCommand):
    """See `help`."""

    help = "Play the demo into an empty DATA_DIR. Started by `make demo`; nothing is sent outside."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--crowd", type=int, default=0, metavar="N", help="so many customers write by messenger, too"
        )

    def handle(self, **options: Any) -> None:
        """Exit code 1 with one sentence when this is no demo, or not an empty one."""
        if not settings.DEMO:
            raise CommandError(
                "This fills a database with made-up conversations: start it as `make demo`, or set DEMO=yes."
            )
        if not options["crowd"]:
            self.stdout.write(greet.prepare())
            return
        try:
            self.stdout.write(_("%d people wrote.") % crowd.gather(options["crowd"]))
        except crowd.NoMessenger as error:
            raise CommandError(str(error)) from error
