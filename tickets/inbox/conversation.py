"""The rules of conversations, for every channel that has them: which ticket a bare line belongs to, and what is one burst."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.inbox.arriving import Arriving
from tickets.models import Direction, Message, State
from tickets.models.conversations import rules_of
from tickets.models.text import LONGEST_SUBJECT, storable

WHOLE_NAME, SHORT_NAME = 12, 8  # letters that one word, or several, need to name a conversation
FIRST_WIDE, WIDE_WEIGHT = (
    0x2E80,
    3,
)  # a sign of a script that writes words with one or two of them counts as three letters


@dataclass(slots=True)
class Line:
    """The last thing said in a conversation, if that was lately."""

    at: datetime
    writer: str  # address of who wrote it, "" when it was one of us
    burst: str  # public id of the first message of its burst


def name_in(arriving: Arriving) -> str:
    """Return the words of a line that name a conversation well; "" for a command, a file without words, a mere "Hi".

    Until there are such words a conversation has no subject, and lists show what was said last in it.
    """
    notice = arriving.notice
    if not notice.text or notice.data.get("nameless"):
        return ""
    subject = storable(arriving.mail.subject or "", LONGEST_SUBJECT)
    weight = sum(WIDE_WEIGHT if ord(letter) >= FIRST_WIDE else 1 for letter in subject)
    tells = weight >= WHOLE_NAME or (" " in subject and weight >= SHORT_NAME) or any(map(str.isdecimal, subject))
    return subject if tells else ""


def goes_on(arriving: Arriving, state: str, solved_at: datetime | None) -> tuple[bool, str]:
    """Return whether a conversation that rests goes on with a new line, and why."""
    days = rules_of(arriving.account).reopens_for.days
    if state != State.SOLVED or solved_at is None:
        return False, "The contact's last conversation is closed: a new ticket, linked to it."
    if arriving.item.received_at - solved_at <= timedelta(days=days):
        return True, f"The contact's last conversation, solved less than {days} days ago."
    return False, f"The contact's last conversation was solved more than {days} days ago: a new ticket, linked to it."


def last_lines(arriving: list[Arriving], tickets: set[int]) -> dict[int, Line]:
    """Return the last line of each ticket, among those that are young enough to belong to a burst of this batch."""
    mine = [one for one in arriving if one.conversational]
    if not mine or not tickets:
        return {}
    longest = max(rules_of(one.account).burst for one in mine)
    since = min(one.item.received_at for one in mine) - longest
    rows = (
        Message.objects.filter(
            ticket__number__in=tickets, at__gte=since, automatic=False, kind__in=("message", "forward")
        )
        .exclude(direction=Direction.NOTE)
        .order_by("at", "pk")
        .values_list("ticket__number", "at", "direction", "from_address", "public_id", "entry__fields__burst")
    )
    return {
        number: Line(at, writer if direction == Direction.IN else "", burst or public_id)
        for number, at, direction, writer, public_id, burst in rows
    }


def join_burst(arriving: Arriving, lines: dict[int, Line]) -> None:
    """Decide whether a line goes on a burst: one unread item, one automatic answer, one notification. Kept in its entry."""
    if not arriving.conversational or arriving.automatic or arriving.item.history:
        return
    at, before = arriving.item.received_at, lines.get(arriving.number)
    burst = arriving.message
    if before and before.writer == arriving.sender and at - before.at <= rules_of(arriving.account).burst:
        burst = arriving.fields["burst"] = before.burst
    lines[arriving.number] = Line(at, arriving.sender, burst)
