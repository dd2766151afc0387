"""`manage.py record erase`: erase a person, and say what could not be reached."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from tickets.actions.change import NotAllowed
from tickets.actions.erase_plan import CUT, WHOLE
from tickets.actions.erasing import erase_contact, tickets_of
from tickets.actions.erasure_report import report
from tickets.management.record.verb import Verb
from tickets.models import Agent, Contact
from tickets.record.erase import carry_out


class Erase(Verb):
    """Erases a contact named by an address; `--dry-run` says only what there is."""

    help = "erase a person from record, database and search; the chain still verifies"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("address", help="an address of the person")
        parser.add_argument("--reason", required=True, help="why; it stays in the record, so leave the name out")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the agent who answers for it")
        parser.add_argument(
            "--quotes",
            choices=[CUT, WHOLE],
            default=CUT,
            help="messages of others that quote the person: cut the quote out (default), or erase them whole",
        )
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say what there is")

    def run(self, options: dict[str, Any]) -> int:
        contact = Contact.objects.filter(addresses__address__iexact=options["address"]).first()
        if contact is None:
            raise CommandError(f"Nobody here has the address {options['address']}.")
        by = Agent.objects.filter(email=options["by"].strip().lower()).first()
        if by is None:
            raise CommandError(f"Nobody here signs in as {options['by']}. Say with --by who answers for the erasure.")
        if options["dry_run"]:
            self.say(f"{len(tickets_of(contact))} tickets hold something of this person. Nothing was changed.")
            return 0
        try:
            name = erase_contact(contact, by, options["reason"], quotes=options["quotes"])
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        carry_out()
        return self._tell(name)

    def _tell(self, name: str) -> int:
        found = report(name)
        if found is None:
            raise CommandError("The erasure left no entry. Run `manage.py record check`.")
        self.say(f"{found.entries} entries erased, {found.carried_out} of them tombstones by now (erasure {name}).")
        for words in found.unreached:
            self.say(f"Not reached: {words}")
        return 0
