"""The settings of an account, as data: the set-up form and `account add --set` are made from these."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.models import conversations


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of an account; the set-up form and `account add --set` are made from these."""

    name: str
    label: str
    secret: bool = False
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    called: tuple[str, ...] = ()  # what the choices are called, in their order; they are their own names without it
    help: str = ""
    is_long: bool = False  # a text of several lines
    empty: str = ""  # what the empty choice is called
    group: str = ""  # what it stands under in the form; "" for the connection itself
    is_rare: bool = False  # folded away until somebody asks for it
    check: Callable[[str], str] | None = None  # what is wrong with a value, in words; "" for nothing


def _number_fault(typed: str) -> str:
    return "" if not typed or typed.isdecimal() else _("%s is no whole number.") % typed


FAILING = gettext_noop("If it ever fails")

# What every conversational channel lets an account lay down; tickets/models/conversations.py reads it.
CONVERSATION: tuple[Field, ...] = (
    Field(
        "reopen_days",
        gettext_noop("A solved conversation goes on for (days)"),
        default=str(conversations.REOPEN_DAYS),
        help=gettext_noop("A customer who writes later begins a new ticket, linked to the old one."),
        check=_number_fault,
    ),
    Field(
        "burst_seconds",
        gettext_noop("Lines are one burst within (seconds)"),
        default=str(conversations.BURST_SECONDS),
        help=gettext_noop("What a customer writes in short lines counts once: one automatic answer, one notification."),
        check=_number_fault,
    ),
    Field("greet", gettext_noop("Greet who writes for the first time"), default="no", choices=("no", "yes")),
    Field("tell_hours", gettext_noop("Say so when nobody is there"), default="no", choices=("no", "yes")),
    Field(
        "answers",
        gettext_noop("How answers go"),
        default=conversations.IN_KIND,
        choices=conversations.ANSWERS,
        called=(
            gettext_noop("where the customer wrote"),
            gettext_noop("always by mail: this account only receives"),
            gettext_noop("where they wrote; a person says yes before anything goes by mail instead"),
        ),
        group=FAILING,
    ),
    Field(
        "ask_address",
        gettext_noop("Ask once where else to answer"),
        default=conversations.AFTER_ANSWER,
        choices=conversations.ASKS,
        called=(
            gettext_noop("after the first answer of a person"),
            gettext_noop("when nobody is there"),
            gettext_noop("never"),
        ),
        group=FAILING,
        help=gettext_noop("One sentence, and never twice in 90 days. Who says no is not asked again."),
    ),
    Field(
        "detour_minutes",
        gettext_noop("Goes by mail when it was not delivered after (minutes)"),
        default=str(conversations.DETOUR_MINUTES),
        group=FAILING,
        check=_number_fault,
    ),
    Field(
        "reroute_seconds",
        gettext_noop("When the account is closed, what waits goes by mail after (seconds)"),
        default=str(conversations.REROUTE_SECONDS),
        group=FAILING,
        help=gettext_noop("Time for a person to halt it."),
        check=_number_fault,
    ),
    Field(
        "reroute_pace",
        gettext_noop("Mails a minute then"),
        default=str(conversations.REROUTE_PACE),
        group=FAILING,
        is_rare=True,
        check=_number_fault,
    ),
    Field(
        "drills",
        gettext_noop("Try out what its closing would do"),
        default="no",
        choices=("no", "weekly", "monthly"),
        called=(gettext_noop("no"), gettext_noop("every week"), gettext_noop("every month")),
        group=FAILING,
        is_rare=True,
        help=gettext_noop(
            "Changes and sends nothing. Administrators are told when more would be lost than the time before."
        ),
    ),
    Field(
        "resumes",
        gettext_noop("Sends again when the vendor lets it"),
        default=conversations.BY_ITSELF,
        choices=conversations.RESUMES,
        called=(gettext_noop("by itself"), gettext_noop("when a person decides it")),
        group=FAILING,
        is_rare=True,
    ),
)
