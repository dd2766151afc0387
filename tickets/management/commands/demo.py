"""Fill an empty DATA_DIR with the demo's conversations, and print the link that signs you in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tickets.demo import greet


class Command(BaseCommand):
    """See `help`."""

    help = "Play the demo into an empty DATA_DIR. Started by `make demo`; nothing is sent outside."

    def handle(self, **options: Any) -> None:
        """Exit code 1 with one sentence when this is no demo, or not an empty one."""
        if not settings.DEMO:
            raise CommandError(
                "This fills a database with made-up conversations: start it as `make demo`, or set DEMO=yes."
            )
        self.stdout.write(greet.prepare())
