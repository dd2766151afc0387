"""`manage.py bench ingest|accept|detour|mirror|pages|parse|mails|verify|rebuild`: how fast it is, on scratch data of its own."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.bench import rebuild, verify
from tickets.bench.acceptance import accept
from tickets.bench.detour import measure as measure_detour
from tickets.bench.ingest import ingest
from tickets.bench.mails import write
from tickets.bench.mirror import measure as measure_mirror
from tickets.bench.open_pages import measure as measure_open_pages
from tickets.bench.pages import measure
from tickets.bench.reading import parse_all
from tickets.channels import channel_classes


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
        taken_in = what.add_parser("accept", help="bring a folder of .eml by SMTP, to the 250")
        taken_in.add_argument("folder", type=Path, metavar="PATH")
        taken_in.add_argument("--connections", type=int, default=20)
        parsed = what.add_parser("parse", help="read a folder of .eml, and nothing else")
        parsed.add_argument("folder", type=Path, metavar="PATH")
        pages = what.add_parser("pages", help="ask for lists, tickets and searches with many tickets there")
        pages.add_argument("--tickets", type=int, default=20_000, metavar="N")
        pages.add_argument("--requests", type=int, default=100, metavar="N", help="of each kind (default: 100)")
        verified = what.add_parser("verify", help="verify a record of believable entries")
        verified.add_argument("--entries", type=int, default=20_000, metavar="N")
        rebuilt = what.add_parser("rebuild", help="take in a folder of .eml, then rebuild from the record it left")
        rebuilt.add_argument("folder", type=Path, metavar="PATH")
        rebuilt.add_argument("--workers", type=int, default=1, help="filing processes (default: 1)")
        mirror = what.add_parser(
            "mirror", help="from a customer's line to its ticket, and from an answer to the customer"
        )
        mirror.add_argument("--rate", type=float, default=50, metavar="N", help="messages a second (default: 50)")
        mirror.add_argument("--seconds", type=float, default=20, metavar="N", help="each way (default: 20)")
        mirror.add_argument("--channel", default="", help="which messenger (default: the first with a stand-in)")
        mirror.add_argument(
            "--accounts", type=int, default=2, metavar="N", help="bots: a vendor limits each (default: 2)"
        )
        opened = [self.add_open_pages(what, name) for name, cls in channel_classes().items() if cls.audience]
        detoured = what.add_parser("detour", help="from a vendor's refusal to the mail accepted")
        detoured.add_argument("--people", type=int, default=60, metavar="N", help="who are answered (default: 60)")
        for one in (detoured, rebuilt, taken, taken_in, parsed, pages, mirror, verified, *opened):
            one.add_argument("--json", action="store_true")

    def add_open_pages(self, what: Any, name: str) -> CommandParser:
        """A benchmark of its own for each channel whose customers have pages open."""
        parser: CommandParser = what.add_parser(
            name, help="many open pages: a line to its ticket, an answer to its page"
        )
        parser.add_argument("--pages", type=int, default=1000, metavar="N", help="that are open (default: 1000)")
        parser.add_argument("--rate", type=float, default=10, metavar="N", help="messages a second (default: 10)")
        parser.add_argument("--seconds", type=float, default=20, metavar="N", help="each way (default: 20)")
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["what"], self.open_pages)(options)
        except (FileNotFoundError, RuntimeError) as error:
            raise CommandError(str(error)) from error

    def mails(self, options: dict[str, Any]) -> None:
        """Write mails."""
        size = write(options["folder"], options["count"], options["seed"])
        self.stdout.write(f"{options['count']} mails, {size} bytes, in {options['folder']}")

    def ingest(self, options: dict[str, Any]) -> None:
        """Measure the way in."""
        self.show(asdict(ingest(options["folder"], options["workers"], options["preload"])), options["json"])

    def accept(self, options: dict[str, Any]) -> None:
        """Measure the listener."""
        self.show(asdict(accept(options["folder"], options["connections"])), options["json"])

    def detour(self, options: dict[str, Any]) -> None:
        """Measure a single refusal."""
        self.show(asdict(measure_detour(options["people"])), options["json"])

    def parse(self, options: dict[str, Any]) -> None:
        """Measure the reader."""
        self.show(asdict(parse_all(options["folder"])), options["json"])

    def pages(self, options: dict[str, Any]) -> None:
        """Measure the screens."""
        found = measure(options["tickets"], options["requests"])
        self.show({kind: asdict(page) for kind, page in found.items()}, options["json"])

    def verify(self, options: dict[str, Any]) -> None:
        """Measure the reading of the chain."""
        self.show(verify.measure(options["entries"]), options["json"])

    def rebuild(self, options: dict[str, Any]) -> None:
        """Measure the way back."""
        self.show(asdict(rebuild.measure(options["folder"], options["workers"])), options["json"])

    def mirror(self, options: dict[str, Any]) -> None:
        """Measure both ways of a messenger."""
        found = measure_mirror(options["rate"], options["seconds"], options["accounts"], options["channel"])
        self.show({way: asdict(latency) for way, latency in found.items()}, options["json"])

    def open_pages(self, options: dict[str, Any]) -> None:
        """Measure a channel whose customers have pages open."""
        self.show(
            measure_open_pages(options["what"], options["pages"], options["rate"], options["seconds"]), options["json"]
        )

    def show(self, figures: dict[str, Any], as_json: bool) -> None:
        """Print figures, one a line, or all as JSON on one line."""
        if as_json:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in figures.items()))
