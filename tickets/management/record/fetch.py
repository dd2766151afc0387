"""`manage.py record fetch MIRROR FOLDER`: bring the record back from a mirror, to be rebuilt from."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tickets.actions.mirrors import NoPlace, place_of
from tickets.mail.mirror import open_target
from tickets.management.record.mirror import add_password, mirror_named, password_in
from tickets.management.record.verb import Verb
from tickets.models import Mirror
from tickets.record.fetch import Fetched, fetch
from tickets.record.target import Trouble

SHOWN_EVERY = 500


class Fetch(Verb):
    """Needs no database when the mirror is named by its URL."""

    help = "bring the record back from a mirror into a folder, byte for byte, and verify it"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("mirror", metavar="MIRROR", help="its URL, or its name when the database is still there")
        parser.add_argument("folder", metavar="FOLDER", type=Path)
        add_password(parser)

    def run(self, options: dict[str, Any]) -> int:
        try:
            target = open_target(mirror_at(options["mirror"], password_in(options)))
            found = fetch(target, options["folder"], self.show)
            target.close()
        except (Trouble, NoPlace) as error:
            raise CommandError(str(error)) from error
        return self.report(found, options["folder"])

    def show(self, entries: int) -> None:
        """Tell how far it is, on standard error."""
        if entries % SHOWN_EVERY == 0:
            self.command.stderr.write(f"\r{entries} entries", ending="")

    def report(self, found: Fetched, folder: Path) -> int:
        """Say what came back and what did not; exit status 1 when something is missing or was changed."""
        for words in [*found.troubles, *map(str, found.faults)]:
            self.say(words)
        self.say(f"{found.entries} entries and {found.configs} configurations are in {folder}.")
        if found.troubles or found.faults:
            return 1
        url = f"RECORD_URL=file://{folder.resolve()}"
        self.say(f"The chain holds. `{url} manage.py record rebuild --into DATABASE_URL` makes the database.")
        return 0


def mirror_at(word: str, password: str) -> Mirror:
    """Return the mirror that a URL or a name tells of. Raises NoPlace, CommandError."""
    if "://" not in word:
        return mirror_named(word)
    url, secret = place_of(word)
    return Mirror(name=url, url=url, secrets={"password": password or secret})
