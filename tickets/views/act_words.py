"""In words: what was done to many tickets, and what could not be done."""

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.actions.changes import not_there
from tickets.models import Bulk, State

MOST_NAMED = 4
Counted = Callable[[int], str]

WORDS: dict[str, Counted] = {
    "state": lambda n: ngettext("Changed %(n)d ticket.", "Changed %(n)d tickets.", n),
    "solved": lambda n: ngettext("Solved %(n)d ticket.", "Solved %(n)d tickets.", n),
    "closed": lambda n: ngettext("Closed %(n)d ticket.", "Closed %(n)d tickets.", n),
    "assignee": lambda n: ngettext("Assigned %(n)d ticket.", "Assigned %(n)d tickets.", n),
    "priority": lambda n: ngettext(
        "Set the priority of %(n)d ticket.", "Set the priority of %(n)d tickets.", n
    ),
    "team": lambda n: ngettext("Gave %(n)d ticket to the team.", "Gave %(n)d tickets to the team.", n),
    "tag": lambda n: ngettext("Tagged %(n)d ticket.", "Tagged %(n)d tickets.", n),
    "untag": lambda n: ngettext("Took the tag off %(n)d ticket.", "Took the tag off %(n)d tickets.", n),
    "snooze": lambda n: ngettext("Snoozed %(n)d ticket.", "Snoozed %(n)d tickets.", n),
    "wake": lambda n: ngettext("Brought %(n)d ticket back.", "Brought %(n)d tickets back.", n),
    "spam": lambda n: ngettext("Put %(n)d ticket into spam.", "Put %(n)d tickets into spam.", n),
    "not-spam": lambda n: ngettext("Brought %(n)d ticket back.", "Brought %(n)d tickets back.", n),
    "merge": lambda n: ngettext(
        "Joined %(n)d ticket with the first.", "Joined %(n)d tickets with the first.", n
    ),
    "read": lambda n: ngettext("Marked %(n)d ticket as read.", "Marked %(n)d tickets as read.", n),
}  # fmt: skip


def done_words(bulk: Bulk) -> str:
    """Return what was done, how far it is, and what was left and why."""
    if bulk.finished_at is None:
        numbers = {"done": bulk.done, "all": len(bulk.numbers)}
        return _("%(done)d of %(all)d tickets done…") % numbers
    if not bulk.changed and not bulk.left:
        return _("It is so already.")
    name = bulk.value if bulk.what == "state" and bulk.value in (State.SOLVED, State.CLOSED) else bulk.what
    said = [WORDS[name](bulk.changed) % {"n": bulk.changed}] if bulk.changed else []
    return " ".join([*said, left_words(bulk.left)]).strip()


def undone_words(changed: Sequence[int], left: Sequence[tuple[int, str]]) -> str:
    """Return what was taken back, and what was left because somebody had changed it since."""
    counted = ngettext("Took it back for %(n)d ticket.", "Took it back for %(n)d tickets.", len(changed))
    said = [counted % {"n": len(changed)}] if changed else []
    return " ".join([*said, left_words(left)]).strip() or _("There was nothing to take back.")


def left_words(left: Iterable[Sequence[int | str]]) -> str:
    """Return which tickets stay as they are and why, the first few by number."""
    reasons: dict[str, list[int]] = {}
    for number, reason in left:
        reasons.setdefault(str(reason), []).append(int(number))
    return " ".join(_left(reason, numbers) for reason, numbers in reasons.items())


def _left(reason: str, numbers: list[int]) -> str:
    if reason == not_there():  # and so has no number to be called by
        return ngettext("%(n)d is not there any more.", "%(n)d are not there any more.", len(numbers)) % {
            "n": len(numbers)
        }
    named = ", ".join(f"#{number}" for number in numbers[:MOST_NAMED])
    more = len(numbers) - MOST_NAMED
    if more > 0:
        named = ngettext("%(named)s and %(n)d more", "%(named)s and %(n)d more", more) % {"named": named, "n": more}
    return _("Left as they are: %(named)s. %(reason)s") % {"named": named, "reason": reason}
