"""Start every part of Holdfast in the foreground, or say how much memory the running ones take."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.run import memory, start
from helpdesk.run.problems import CannotStart


class Command(BaseCommand):
    """See `help`."""

    help = "Start everything: web, workers, clock, mail, and Redis where none is given. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """What to run, or what to show."""
        parser.add_argument(
            "--parts", default=",".join(start.EVERYTHING), help="only these, divided by commas: %(default)s"
        )
        parser.add_argument(
            "--demo", action="store_true", help="fill DATA_DIR with conversations; send nothing outside"
        )
        parser.add_argument("--memory", action="store_true", help="print what each running part takes, and end")

    def handle(self, *, parts: str, demo: bool, memory: bool, **options: Any) -> None:
        """Exit code 1 with one sentence when it cannot start."""
        names = {name.strip() for name in parts.split(",")}
        if unknown := names - set(start.EVERYTHING):
            choice = ", ".join(start.EVERYTHING)
            raise CommandError(f"There is no part {', '.join(sorted(unknown))}. Choose from {choice}.", returncode=2)
        try:
            self.act(names, demo, memory)
        except (CannotStart, ProcessLookupError) as problem:
            raise CommandError(str(problem)) from None

    def act(self, names: set[str], demo: bool, show_memory: bool) -> None:
        """Settings are read once, so that a demo begins anew with its own."""
        if show_memory:
            self.stdout.write(memory.report(settings.DATA_DIR))
        elif demo and not settings.DEMO:
            os.environ["DEMO"] = "yes"
            os.execv(sys.executable, [sys.executable, *sys.argv])
        else:
            start.run(names)
