"""`manage.py bench ingest|accept|pages|parse|mails`: how fast it is, on scratch data of its own."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.bench.ingest import ingest
from tickets.bench.mails import write


class Command(BaseCommand):
    """See `manage.py bench --help`."""

    help = "Measure how fast it is. Everything happens in a scratch database and a scratch record; real data is not touched."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        mails = what.add_parser("mails", help="write believable mails to measure with")
        mails.add_argument("folder", type=Path)
        mails.add_argument("--count", type=int, default=1000)
        mails.add_argument("--seed", type=int, default=1)
        taken = what.add_parser("ingest", help="take in a folder of .eml through the real way in")
        taken.add_argument("folder", type=Path, metavar="PATH")
        taken.add_argument("--workers", type=int, default=1, help="filing processes (default: 1)")
        taken.add_argument("--preload", type=int, default=0, metavar="N", help="fill in N messages before")
        for one in (taken,):
            one.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["what"])(options)
        except (FileNotFoundError, RuntimeError) as error:
            raise CommandError(str(error)) from error

    def mails(self, options: dict[str, Any]) -> None:
        """Write mails."""
        size = write(options["folder"], options["count"], options["seed"])
        self.stdout.write(f"{options['count']} mails, {size} bytes, in {options['folder']}")

    def ingest(self, options: dict[str, Any]) -> None:
        """Measure the way in."""
        self.show(asdict(ingest(options["folder"], options["workers"], options["preload"])), options["json"])

    def show(self, figures: dict[str, Any], as_json: bool) -> None:
        """Print figures, one a line, or all as JSON on one line."""
        if as_json:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in figures.items()))
