"""`parsemail FILE… --json`: what does the system make of this mail? (docs/operating.md)"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tickets.mime.show import as_json, as_text


class Command(BaseCommand):
    help = "Read mails from files and show what the helpdesk understands of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object on one line for each file")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        for path in files:
            self.stdout.write(as_json(path) if options["json"] else as_text(path))
            self.stdout.flush()
