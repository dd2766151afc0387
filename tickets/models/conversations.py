"""What an account lays down for its conversations: how long a solved one goes on, bursts, greeting, and what
happens when the account fails. Read from its config.

Whatever stands in the config, reading it never fails: what makes no sense counts as not set. The set-up form refuses it before.
"""

from dataclasses import dataclass
from datetime import timedelta

from tickets.hours import Hours
from tickets.models.intake import Account

REOPEN_DAYS = 7
BURST_SECONDS = 90
DETOUR_MINUTES = 30
REROUTE_SECONDS = 30
REROUTE_PACE = 600  # mails a minute

ANSWERS = (IN_KIND, BY_MAIL, ASK) = ("in_kind", "by_mail", "ask")
ASKS = (AFTER_ANSWER, WHEN_CLOSED, NEVER) = ("after_answer", "closed", "no")
RESUMES = (BY_ITSELF, BY_DECISION) = ("by_itself", "by_decision")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one account."""

    reopens_for: timedelta
    burst: timedelta
    greets: bool
    tells_hours: bool
    hours: Hours
    answers: str  # of ANSWERS
    asks: str  # of ASKS; an account that says nothing of it asks nobody
    detour_after: timedelta
    reroute_after: timedelta
    reroute_pace: int  # mails a minute
    resumes: str  # of RESUMES


def rules_of(account: Account) -> Rules:
    """Return what an account lays down, with what holds where it says nothing."""
    said = {name: str(value) for name, value in account.config.items()}
    return Rules(
        reopens_for=timedelta(days=number(said.get("reopen_days", ""), REOPEN_DAYS)),
        burst=timedelta(seconds=number(said.get("burst_seconds", ""), BURST_SECONDS)),
        greets=said.get("greet") == "yes",
        tells_hours=said.get("tell_hours") == "yes",
        hours=account.opening_hours,
        answers=_one_of(ANSWERS, said.get("answers", ""), IN_KIND),
        asks=_one_of(ASKS, said.get("ask_address", ""), NEVER),
        detour_after=timedelta(minutes=number(said.get("detour_minutes", ""), DETOUR_MINUTES)),
        reroute_after=timedelta(seconds=number(said.get("reroute_seconds", ""), REROUTE_SECONDS)),
        reroute_pace=max(1, number(said.get("reroute_pace", ""), REROUTE_PACE)),
        resumes=_one_of(RESUMES, said.get("resumes", ""), BY_ITSELF),
    )


def number(typed: str, default: int) -> int:
    """Return a whole number, `default` for anything else. A year of days and a day of seconds are the most that make sense."""
    return min(int(typed), 86_400) if typed.strip().isdecimal() else default


def _one_of(known: tuple[str, ...], typed: str, default: str) -> str:
    return typed if typed in known else default
