"""`manage.py record rebuild`: the record restores the helpdesk."""

import os
import subprocess
import sys
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management.base import CommandError, CommandParser

from tickets.inbox.rebuild import NotEmpty, rebuild
from tickets.management.record.verb import Verb, moment
from tickets.models import Agent
from tickets.record.trace import BadEntry


class Rebuild(Verb):
    """Makes the rows of every entry; nothing is sent, nobody is notified."""

    help = "make an empty database anew from the record"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument(
            "--into", metavar="DATABASE_URL", help="the empty database; the configured one if not given"
        )
        parser.add_argument("--until", metavar="DATE", help="leave out what came after this time (ISO 8601)")

    def run(self, options: dict[str, Any]) -> int:
        if options["into"]:
            return elsewhere(options["into"], options["until"])
        try:
            done = rebuild(self.progress, moment(options["until"]))
        except (NotEmpty, BadEntry) as error:
            raise CommandError(str(error)) from error
        self.say(f"{done} entries read. All accounts are paused; let them go on when you have looked.")
        if without := Agent.objects.filter(
            removed_at__isnull=True, password__startswith=UNUSABLE_PASSWORD_PREFIX
        ).count():
            self.say(
                f"{without} people have no password: the record keeps none. `manage.py agent link ADDRESS` prints a link with "
                "which an administrator chooses a new one; the others get theirs on the screen People."
            )
        return 0


def elsewhere(url: str, until: str | None) -> int:
    """Run the same command again with another database, migrated first. Raises CommandError."""
    environment = os.environ | {"DATABASE_URL": url}
    rest = ["--until", until] if until else []
    for command in (["migrate", "--verbosity", "0"], ["record", "rebuild", *rest]):
        done = subprocess.run([sys.executable, sys.argv[0], *command], env=environment, check=False)
        if done.returncode:
            raise CommandError("The rebuild stopped; run it again to go on where it was.")
    return 0
