"""`drill ACCOUNT [--json]`: who would be answered where, and who would be lost, if this account were closed now.

`--live --contact ADDRESS … --by EMAIL`: the real switch for these test contacts alone, measured.
"""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.models import Account, Agent, Drill, Role
from tickets.reach import drill, exercise
from tickets.reach.reachability import vendors

LOOKS_EVERY = 0.2  # seconds


class Command(BaseCommand):
    help = "Say who would be rerouted where and who would be lost if an account were closed now. Changes and sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help="its name, address or public id")
        parser.add_argument("--json", action="store_true", help="JSON instead of readable text")
        parser.add_argument("--live", action="store_true", help="really switch, for the test contacts that are named")
        parser.add_argument("--contact", action="append", default=[], metavar="ADDRESS", help="a test contact")
        parser.add_argument("--by", metavar="EMAIL", help="the administrator who holds it")
        parser.add_argument("--wait", type=int, default=60, metavar="SECONDS", help="for the mails to be accepted; 60")

    def handle(self, *args: Any, **options: Any) -> None:
        account = account_named(options["account"])
        if options["live"]:
            self._hold(account, options)
        elif options["contact"]:
            raise CommandError(_("--contact names who gets a real mail: add --live, or leave it out."))
        else:
            self._say(account, options["json"])

    def _say(self, account: Account, as_json: bool) -> None:
        found = drill.drill(account)
        if as_json:
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

    def _hold(self, account: Account, options: dict[str, Any]) -> None:
        try:
            tickets = exercise.tickets_of(account, options["contact"])
            held = exercise.exercise(account, tickets, administrator(options["by"]))
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        over = time.monotonic() + options["wait"]
        while not exercise.is_over(held) and time.monotonic() < over:
            time.sleep(LOOKS_EVERY)
        self._tell(held, options["json"])

    def _tell(self, held: Drill, as_json: bool) -> None:
        if as_json:
            counts = {"affected": held.affected, "lost": held.lost}
            self.stdout.write(json.dumps({**counts, "rerouted": exercise.as_objects(held)}, ensure_ascii=False))
            return
        for step in exercise.steps(held):
            took = f"{step.milliseconds} ms" if step.milliseconds is not None else step.reason or step.state
            self.stdout.write(f"#{step.ticket} {step.contact}: {step.route}, {took}")
        words = _("%(affected)d test contacts: %(rerouted)d were answered another way, %(lost)d have none.")
        self.stdout.write(words % {"affected": held.affected, "rerouted": held.rerouted, "lost": held.lost})


def administrator(email: str | None) -> Agent:
    """Return the administrator with this address; without one, the only one there is. Raises CommandError."""
    rows = Agent.objects.filter(role=Role.ADMINISTRATOR, removed_at=None)
    found = list((rows.filter(email__iexact=email) if email else rows)[:2])
    if len(found) == 1:
        return found[0]
    raise CommandError(_("Say with --by which administrator holds the exercise: it is noted."))


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
