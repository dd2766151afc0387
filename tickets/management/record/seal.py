"""`manage.py record seal`: state where the chain ends, now."""

from typing import Any

from tickets.actions.seal import seal
from tickets.management.record.verb import Verb
from tickets.record.append import append_all


class Seal(Verb):
    """Writes a seal when something is new; the clock does the same every SEAL_MINUTES."""

    help = "write a message that states where the chain ends (the clock does it, too)"

    def run(self, options: dict[str, Any]) -> int:
        append_all()
        entry = seal()
        if entry is None:
            self.say("Nothing is new since the last seal.")
            return 0
        append_all()
        entry.refresh_from_db()
        self.say(f"Entry {entry.number} seals the record up to entry {entry.fields['sealed']}: {entry.fields['chain']}")
        return 0
