"""What an account lays down for its conversations: how long a solved one goes on, bursts, greeting. Read from its config.

Whatever stands in the config, reading it never fails: what makes no sense counts as not set. The set-up form refuses it before.
"""

from dataclasses import dataclass
from datetime import timedelta

from tickets.hours import Hours
from tickets.models.intake import Account

REOPEN_DAYS = 7
BURST_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one account."""

    reopens_for: timedelta
    burst: timedelta
    greets: bool
    tells_hours: bool
    hours: Hours


def rules_of(account: Account) -> Rules:
    """Return what an account lays down, with what holds where it says nothing."""
    said = {name: str(value) for name, value in account.config.items()}
    return Rules(
        reopens_for=timedelta(days=number(said.get("reopen_days", ""), REOPEN_DAYS)),
        burst=timedelta(seconds=number(said.get("burst_seconds", ""), BURST_SECONDS)),
        greets=said.get("greet") == "yes",
        tells_hours=said.get("tell_hours") == "yes",
        hours=account.opening_hours,
    )


def number(typed: str, default: int) -> int:
    """Return a whole number, `default` for anything else. A year of days and a day of seconds are the most that make sense."""
    return min(int(typed), 86_400) if typed.strip().isdecimal() else default
