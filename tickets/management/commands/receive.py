"""`receive [--mailbox ADDRESS] < mail`: the pipe for mail systems. Exit 0 only after storing, 65, 67 or 75 as sendmail's."""

import sys
import traceback
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tickets.mail import pipe


class Command(BaseCommand):
    help = "Take one mail from standard input."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mailbox", metavar="ADDRESS", help="the mailbox it is for; else the mail itself tells")

    def handle(self, *args: Any, mailbox: str | None, **options: Any) -> None:
        try:
            code = pipe.receive(sys.stdin.buffer, mailbox)
        except BaseException:  # a full disk, no database, a bug: the mail must stay where it was
            traceback.print_exc()
            code = pipe.TRY_AGAIN
        sys.exit(code)
