"""`manage.py record check`: do record and database agree after a crash, and what can be mended?"""

from typing import Any

from django.core.management.base import CommandParser

from tickets.inbox.check import Checked, check
from tickets.management.record.verb import Verb


class Check(Verb):
    """Says what does not agree between record, spool and database; mends what needs no guess."""

    help = "after a crash: say in words where record and database disagree, and mend what can be mended"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what can be mended without guessing")

    def run(self, options: dict[str, Any]) -> int:
        left = 0
        for found in check(options["repair"]):
            left += not found.mended
            self.say(line(found))
        if not left:
            self.say("Record, spool and database agree.")
        return 1 if left else 0


def line(found: Checked) -> str:
    """Return a finding, and what became of it."""
    if found.mended:
        return f"{found.words} Mended."
    if found.why:
        return f"{found.words} It could not be mended: {found.why}"
    return f"{found.words} `--repair` mends it." if found.mendable else found.words
