"""`manage.py record compare`: two databases are proven the same, in every row and on every page."""

from collections.abc import Iterator
from typing import Any

import environ
from django.core.management.base import CommandParser
from django.db import connections

from tickets.management.record.pages import differ, is_settled, numbers
from tickets.management.record.verb import Verb
from tickets.record.compare import MOST_NAMED, compare

OTHER = "other"


class Compare(Verb):
    """Names every difference between the configured database and another."""

    help = "prove that two databases are the same, in every row and on every ticket's page"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="DATABASE_URL")
        parser.add_argument(
            "--pages", type=int, metavar="N", help="render only the newest N tickets (default: all; 0: none)"
        )

    def run(self, options: dict[str, Any]) -> int:
        connections.databases[OTHER] = connections.databases["default"] | environ.Env.db_url_config(options["url"])
        found = 0
        for line in compare("default", OTHER, self.tell):
            self.say(line)
            found += 1
        for line in self.pages(options["pages"]):
            self.say(line)
            found += 1
        if not found:
            self.say("The two databases are the same.")
        return 1 if found else 0

    def tell(self, table: str) -> None:
        """Say which table is being read."""
        self.command.stderr.write(f"\r\033[K{table}", ending="")

    def pages(self, most: int | None) -> Iterator[str]:
        """Yield the tickets whose pages differ, a hundred at most."""
        named, left_out = 0, 0
        for done, number in enumerate(numbers(most), 1):
            if not (is_settled(number, "default") and is_settled(number, OTHER)):
                left_out += 1
            elif differ(number, "default", OTHER):
                yield f"Ticket {number}: its page differs"
                named += 1
                if named == MOST_NAMED:
                    return
            if not done % 100:
                self.tell(f"{done} pages")
        self.command.stderr.write("")
        if left_out:
            self.command.stderr.write(f"{left_out} tickets have mail under way; their pages were not compared.")
