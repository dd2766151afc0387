"""`tickets [NUMBER] [--json] [--limit N] [--after NUMBER]`: list tickets, or show one (docs/scripts.md)."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tickets.management import showing
from tickets.models import Ticket

LARGEST = 2**63 - 1


def number(text: str) -> int:
    """Read a number of a ticket. Raises ArgumentTypeError."""
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:20]) <= LARGEST):
        raise ArgumentTypeError(_("“%s” is no number; write one such as 1042.") % text[:40])
    return int(digits)


class Command(BaseCommand):
    help = "List tickets, newest first, or show one with its messages and events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", nargs="?", type=number, metavar="NUMBER")
        parser.add_argument("--json", action="store_true", help="JSON instead of readable text")
        parser.add_argument("--limit", type=number, metavar="N", help="at most so many")
        parser.add_argument("--after", type=number, metavar="NUMBER", help="only numbers below this one: the next page")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["number"] is not None:
            if options["limit"] is not None or options["after"] is not None:
                raise CommandError(_("--limit and --after are for the list; leave out the number."), returncode=2)
            self.show(options["number"], options["json"])
        elif options["json"]:
            self.list_as_json(options["limit"], options["after"])
        else:
            for ticket in showing.newest_first(options["limit"], options["after"]):
                self.stdout.write(showing.line_of(ticket))

    def show(self, wanted: int, as_json: bool) -> None:
        """One ticket, whole."""
        try:
            ticket = showing.ticket_named(wanted)
        except Ticket.DoesNotExist:
            raise CommandError(
                _("There is no ticket %d. `manage.py tickets` lists those there are.") % wanted
            ) from None
        if ticket.number != wanted:
            words = _("Ticket %(merged)d was merged into %(number)d, which is shown.")
            self.stderr.write(words % {"merged": wanted, "number": ticket.number})
        if as_json:
            self.stdout.write(json.dumps(showing.whole_as_object(ticket)))
        else:
            self.stdout.write(showing.whole_as_text(ticket))

    def list_as_json(self, limit: int | None, after: int | None) -> None:
        """One JSON list, written as it is read."""
        separator = "["
        for ticket in showing.newest_first(limit, after):
            self.stdout.write(separator + json.dumps(showing.ticket_as_object(ticket)), ending="")
            separator = ",\n"
        self.stdout.write("]" if separator != "[" else "[]")
