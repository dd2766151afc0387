"""`manage.py record rebuild|compare`: the record restores the helpdesk, and two databases are proven the same."""

import os
import subprocess
import sys
from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils.dateparse import parse_datetime

from tickets.inbox.rebuild import NotEmpty, rebuild
from tickets.record.compare import differences, snapshot
from tickets.record.trace import BadEntry


class Command(BaseCommand):
    """See `manage.py record --help`."""

    help = "Rebuild the database from the record, or compare two databases."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        again = verbs.add_parser("rebuild", help="make an empty database anew from the record")
        again.add_argument("--into", metavar="DATABASE_URL", help="the empty database; the configured one if not given")
        again.add_argument("--until", metavar="DATE", help="leave out what came after this time (ISO 8601)")
        verbs.add_parser("compare", help="prove that two databases are the same").add_argument(
            "url", metavar="DATABASE_URL"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "compare":
            self.compare(options["url"])
        elif options["into"]:
            self.elsewhere(options["into"], options["until"])
        else:
            self.rebuild(options["until"])

    def rebuild(self, until: str | None) -> None:
        """Rebuild into the configured database."""
        end = parse_datetime(until) if until else None
        if until and (end is None or end.tzinfo is None):
            raise CommandError(f"{until!r} is no time with an offset, such as 2026-11-22T12:00:00+00:00.")
        try:
            done = rebuild(self.progress, end)
        except (NotEmpty, BadEntry) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done} entries read. All accounts are paused; let them go on when you have looked.")

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is."""
        self.stderr.write(f"\r{min(done, total)} of {total} entries", ending="")

    def elsewhere(self, url: str, until: str | None) -> None:
        """Run the same command again with another database, migrated first."""
        environment = os.environ | {"DATABASE_URL": url}
        rest = ["--until", until] if until else []
        for command in (["migrate", "--verbosity", "0"], ["record", "rebuild", *rest]):
            done = subprocess.run([sys.executable, sys.argv[0], *command], env=environment, check=False)
            if done.returncode:
                raise CommandError("The rebuild stopped; run it again to go on where it was.")

    def compare(self, url: str) -> None:
        """Name every difference; exit status 1 when there is one."""
        connections.databases["other"] = connections.databases["default"] | environ.Env.db_url_config(url)
        found = differences(snapshot(), snapshot("other"))
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        self.stdout.write("The two databases are the same.")
