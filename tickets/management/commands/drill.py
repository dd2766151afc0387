"""`drill ACCOUNT [--json]`: who would be answered where, and who would be lost, if this account were closed now."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets.models import Account
from tickets.reach import drill
from tickets.reach.reachability import vendors


class Command(BaseCommand):
    help = "Say who would be rerouted where and who would be lost if an account were closed now. Changes and sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help="its name, address or public id")
        parser.add_argument("--json", action="store_true", help="JSON instead of readable text")

    def handle(self, *args: Any, **options: Any) -> None:
        found = drill.drill(account_named(options["account"]))
        if options["json"]:
            lists = {name: [asdict(line) for line in getattr(found, name)] for name in ("affected", "rerouted", "lost")}
            self.stdout.write(json.dumps(lists, ensure_ascii=False))
            return
        for line in found.affected:
            self.stdout.write(f"#{line.ticket} {line.contact}: {line.route or line.reason}")
        words = _(
            "%(affected)d open conversations: %(rerouted)d would be answered another way, %(lost)d would be lost."
        )
        counts = {"affected": len(found.affected), "rerouted": len(found.rerouted), "lost": len(found.lost)}
        self.stdout.write(words % counts)


def account_named(wanted: str) -> Account:
    """Return the account of this name, address or public id. Raises CommandError."""
    named = Q(name__iexact=wanted) | Q(address__iexact=wanted.removeprefix("@")) | Q(public_id=wanted)
    found = list(vendors().filter(named)[:2])
    if len(found) == 1:
        return found[0]
    known = ", ".join(vendors().values_list("name", flat=True)[:20]) or _("none is connected")
    if found:
        raise CommandError(_("There are several accounts called %(name)s. Use the address.") % {"name": wanted})
    words = _("There is no account %(name)s that a vendor could close. There are: %(known)s.")
    raise CommandError(words % {"name": wanted, "known": known})
