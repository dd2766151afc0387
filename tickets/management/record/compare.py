"""`manage.py record compare`: two databases are proven the same."""

from typing import Any

import environ
from django.core.management.base import CommandParser
from django.db import connections

from tickets.management.record.verb import Verb
from tickets.record.compare import differences, snapshot


class Compare(Verb):
    """Names every difference between the configured database and another."""

    help = "prove that two databases are the same"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="DATABASE_URL")

    def run(self, options: dict[str, Any]) -> int:
        connections.databases["other"] = connections.databases["default"] | environ.Env.db_url_config(options["url"])
        found = differences(snapshot(), snapshot("other"))
        for line in found:
            self.say(line)
        if found:
            return 1
        self.say("The two databases are the same.")
        return 0
