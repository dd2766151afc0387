"""What a person types into the search field, read: words, phrases, operators. Pure; nothing typed can be wrong.

What cannot be understood is searched as words, or left out, and a sentence says so beside the result.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from tickets.search.dates import NotADate, day_named
from tickets.search.words import words_of

LONGEST = 500
MOST_TERMS = 20
FIELDS = ("from", "to", "subject")
OPERATORS = (*FIELDS, "tag", "is", "assigned", "channel", "before", "after", "has")
_KNOWN = "|".join(OPERATORS)
_PIECE = re.compile(
    rf'(?P<minus>-)?(?:(?P<known>{_KNOWN}):\s*|(?P<other>[a-z]{{2,20}}):(?!//))?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))',
    re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand beside each other, the last one perhaps only begun; `field`: from, to, subject or "" for anywhere."""

    words: tuple[str, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is asked of the ticket: tag, is, assigned or channel."""

    name: str
    value: str
    negated: bool = False


@dataclass(slots=True)
class Query:
    """All of it. Of each group one term must be there; no term of `without` may stand in any message of the ticket."""

    groups: list[list[Term]] = field(default_factory=list)
    without: list[Term] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    has_file: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def terms(self) -> list[Term]:
        """Every term that is looked for."""
        return [term for group in self.groups for term in group]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        asked = (self.groups, self.without, self.conditions, self.since, self.until)
        return not any(asked) and self.has_file is None

    @property
    def asks_messages(self) -> bool:
        """Whether it asks for something in a message, and not of tickets alone."""
        return bool(self.groups or self.since or self.until or self.has_file)


def read_query(text: str, now: datetime) -> Query:
    """Return what `text` asks for; `now` is the time in the zone of whoever asks."""
    query, joins = Query(), False
    for piece in _PIECE.finditer(text[:LONGEST].translate(_QUOTES)):
        if piece["word"] == "OR" and not (piece["known"] or piece["other"] or piece["minus"]):
            joins = True
            continue
        _read_piece(query, piece, now, joins)
        joins = False
    return query


def _read_piece(query: Query, piece: "re.Match[str]", now: datetime, joins: bool) -> None:
    name, negated = (piece["known"] or "").lower(), bool(piece["minus"])
    value = piece["word"] if piece["phrase"] is None else piece["phrase"]
    if name and name not in FIELDS:
        if joins:
            query.complaints.append(_("OR stands between words; here it was left out."))
        _OPERATORS[name](query, name, value, negated, now)
        return
    if piece["other"]:
        known = ", ".join(f"{one}:" for one in OPERATORS)
        words = _("There is no “%(name)s:”, so it was searched as words. There are %(known)s.")
        query.complaints.append(words % {"name": piece["other"], "known": known})
        value = f"{piece['other']} {value}"
    _add(query, Term(tuple(words_of(value)), name), negated, joins)


def _add(query: Query, term: Term, negated: bool, joins: bool) -> None:
    if not term.words or len(query.terms) + len(query.without) >= MOST_TERMS:
        return
    if negated:
        query.without.append(term)
    elif joins and query.groups:
        query.groups[-1].append(term)
    else:
        query.groups.append([term])


def _ask(query: Query, name: str, value: str, negated: bool, now: datetime) -> None:
    query.conditions.append(Condition(name, value.strip(), negated))


def _has(query: Query, name: str, value: str, negated: bool, now: datetime) -> None:
    if value.lower() in ("attachment", "attachments", "file", "files"):
        query.has_file = not negated
    else:
        words = _("“has:%(value)s” was left out: there is only has:attachment.")
        query.complaints.append(words % {"value": value})


def _limit(query: Query, name: str, value: str, negated: bool, now: datetime) -> None:
    try:
        day = day_named(value, now)
    except NotADate as error:
        query.complaints.append(str(error))
        return
    if (name == "before") != negated:
        query.until = min(day, query.until or day)
    else:
        query.since = max(day, query.since or day)


Reader = Callable[[Query, str, str, bool, datetime], None]
_OPERATORS: dict[str, Reader] = {
    "tag": _ask, "is": _ask, "assigned": _ask, "channel": _ask, "has": _has, "before": _limit, "after": _limit,
}  # fmt: skip


def found_words(groups: Sequence[Sequence[Term]]) -> list[tuple[str, ...]]:
    """Return what is to be marked in a text: the words of each term."""
    return list(dict.fromkeys(term.words for group in groups for term in group))
