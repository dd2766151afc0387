"""Counters: ticket numbers, taken from one locked row (gaps are allowed, doubles are not), and automation's cursor."""

from tickets.models.intake import Counter

TICKETS = "tickets"
AUTOMATION = "automation"  # the number of the entry that automation read last


class Numbers:
    """Hands out ticket numbers inside a transaction; the row stays locked until it ends."""

    def __init__(self) -> None:
        self._row: Counter | None = None

    def take(self) -> int:
        """Return the next number."""
        if self._row is None:
            Counter.objects.get_or_create(name=TICKETS)
            self._row = Counter.objects.select_for_update().get(name=TICKETS)
        self._row.value += 1
        return self._row.value

    def keep(self) -> None:
        """Write down what was taken; call it once, before the transaction ends."""
        if self._row is not None:
            self._row.save(update_fields=["value"])


def taken(number: int) -> None:
    """Note that `number` is in use (a rebuild restores numbers instead of taking them)."""
    row, _ = Counter.objects.get_or_create(name=TICKETS)
    if row.value < number:
        Counter.objects.filter(pk=row.pk).update(value=number)


def skip_automation(number: int) -> None:
    """Let automation pass over all entries up to `number`, after a rebuild: they were acted on when they happened."""
    Counter.objects.update_or_create(name=AUTOMATION, defaults={"value": number})
