"""`manage.py record VERB`: see tickets/management/record, where each verb has its file."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tickets.management.record.check import Check
from tickets.management.record.compare import Compare
from tickets.management.record.erase import Erase
from tickets.management.record.export import Export
from tickets.management.record.fetch import Fetch
from tickets.management.record.mirror import Copy
from tickets.management.record.rebuild import Rebuild
from tickets.management.record.seal import Seal
from tickets.management.record.verb import Verb
from tickets.management.record.verify import Verify

VERBS: dict[str, type[Verb]] = {
    "check": Check,
    "compare": Compare,
    "erase": Erase,
    "export": Export,
    "fetch": Fetch,
    "mirror": Copy,
    "rebuild": Rebuild,
    "seal": Seal,
    "verify": Verify,
}


class Command(BaseCommand):
    """See `manage.py record --help`."""

    help = "Rebuild the database from the record, compare, verify: what keeps the record and the database true."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for name, verb in VERBS.items():
            verb.arguments(verbs.add_parser(name, help=verb.help))

    def handle(self, *args: Any, **options: Any) -> None:
        if status := VERBS[options["verb"]](self).run(options):
            sys.exit(status)
