"""`manage.py record verify`: is every entry there, unchanged and in its place, and is nothing else?"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connections

from tickets.mail.files import kind_of, mail_files, mails
from tickets.management.record.verb import Verb
from tickets.mime.parse import parse
from tickets.models import Entry
from tickets.record import seals, verify_database
from tickets.record.verify import MOST_NAMED, Fault, Verified, verify


class Verify(Verb):
    """Names every entry that was changed, removed, added or moved, and what is wrong with it."""

    help = "check the hash chain: name every entry that was changed, removed, added or moved"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("--database", action="store_true", help="compare every entry with its row, too")
        parser.add_argument(
            "--seals",
            metavar="PATH",
            action="append",
            type=Path,
            default=[],
            help="compare with the seals that a witness kept: a folder, Maildir, mbox or .eml",
        )
        parser.add_argument("--json", action="store_true", help="print one object instead of sentences")

    def run(self, options: dict[str, Any]) -> int:
        connections.close_all()  # before the processes that read are forked
        try:
            result = verify(self.progress)
        except OSError as error:
            raise CommandError(f"The record cannot be read: {error}") from error
        result.add(against(result, options))
        if options["seals"]:
            self.witness(result, options["seals"], options["json"])
        self.tell(result, options["json"])
        return 1 if result.found else 0

    def witness(self, result: Verified, paths: list[Path], as_json: bool) -> None:
        """Compare with the seals in mails outside. Raises CommandError when there is none."""
        found = [one for path in paths for one in kept(path)]
        if not found:
            raise CommandError(
                f"There is no seal in {', '.join(map(str, paths))}. Seals are mails that `record seal` made."
            )
        result.add(seals.compare(found, result.files))
        if not as_json:
            self.say(f"{len(set(found))} seals read, the last of entry {max(one.number for one in found)}.")

    def tell(self, result: Verified, as_json: bool) -> None:
        """Name what is wrong, or say that nothing is."""
        if as_json:
            faults = [asdict(fault) for fault in result.faults]
            self.say(json.dumps({"entries": result.entries, "faults": faults, "found": result.found}))
            return
        for fault in result.faults:
            self.say(str(fault))
        if result.found > MOST_NAMED:
            self.say(f"… and {result.found - MOST_NAMED} more.")
        if result.found:
            self.say(f"{result.entries} entries read. {result.found} things are not as they were written.")
        else:
            self.say(f"{result.entries} entries read: each is there, unchanged and in its place, and nothing else is.")


def kept(path: Path) -> Iterator[seals.Seal]:
    """Yield the seals in the mails at `path`. Raises CommandError."""
    try:
        for file in mail_files(path):
            for mail in mails(file, kind_of(file) or "mail"):
                yield from seals.stated(parse(mail.raw).text)
    except OSError as error:
        raise CommandError(f"The seals cannot be read: {error}") from error


def against(result: Verified, options: dict[str, Any]) -> Iterator[Fault]:
    """Yield where the record is not what the database says."""
    if not Entry.objects.filter(number__isnull=False).exists():
        return
    yield from verify_database.ends(result)
    if options["database"]:
        yield from verify_database.rows(result.files)
