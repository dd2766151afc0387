"""What every verb of `manage.py record` is."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime


class Verb:
    """One verb of `manage.py record`. A subclass states `help`, adds arguments, and runs."""

    help: ClassVar[str]

    def __init__(self, command: BaseCommand) -> None:
        self.command = command

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        """Add what the verb asks for."""

    def run(self, options: dict[str, Any]) -> int:
        """Do it; return the exit status: 0 done, 1 said what is wrong. Raises CommandError."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """Write a line for the person who asked."""
        self.command.stdout.write(words)

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is, on standard error."""
        self.command.stderr.write(f"\r{min(done, total)} of {total} entries", ending="" if done < total else "\n")


def moment(text: str | None) -> datetime | None:
    """Return the time that an option names. Raises CommandError for one without an offset."""
    found = parse_datetime(text) if text else None
    if text and (found is None or found.tzinfo is None):
        raise CommandError(f"{text!r} is no time with an offset, such as 2026-11-22T12:00:00+00:00.")
    return found
