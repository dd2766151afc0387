"""Until when a ticket may be snoozed: a few usual times in the agent's zone, and whatever day and time somebody picks."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.hours import Hours, next_opening

MORNING = time(9)
LATER = timedelta(hours=3)
EVENING = time(21)  # nobody is reminded "later today" after this


@dataclass(frozen=True, slots=True)
class Choice:
    """One usual time: what it is called, when that is, and how it is sent."""

    label: str
    when: str
    value: str


def usual_times(now: datetime, hours: Hours | None = None) -> list[Choice]:
    """Return later today, tomorrow, Monday and in a week, mornings at nine, or when the mailbox opens by its hours."""
    local = timezone.localtime(now)
    today = local.date()
    found = [] if (later := _later(local)) is None else [_choice(_("Later today"), later)]
    monday = today + timedelta(7 - today.weekday())
    found.append(_choice(_("Tomorrow"), _morning(today + timedelta(1), hours)))
    if monday > today + timedelta(1):
        found.append(_choice(_("Monday"), _morning(monday, hours)))
    found.append(_choice(_("In a week"), _morning(today + timedelta(7), hours)))
    return found


def _later(local: datetime) -> datetime | None:
    at = (local + LATER).replace(minute=0, second=0, microsecond=0)
    return at if at.date() == local.date() and at.time() <= EVENING else None


def _morning(day: date, hours: Hours | None) -> datetime:
    zone = timezone.get_current_timezone()
    begins = datetime.combine(day, time(0), zone)
    opens = next_opening(hours, begins) if hours and hours.week else None
    return opens.astimezone(zone) if opens else datetime.combine(day, MORNING, zone)


def _choice(label: str, at: datetime) -> Choice:
    return Choice(label, date_format(at, "D H:i"), at.isoformat())


def read_time(typed: str) -> str:
    """Return a time as a form sends it as one with its zone; "" stays. Raises NotAllowed for what is no time."""
    if not typed:
        return ""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise NotAllowed(_("Choose a day and a time.")) from None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.get_current_timezone())).isoformat()
