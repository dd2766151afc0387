"""Bring in old mail as history: dated as written, never answered, never twice; stopped and begun again at will."""

import sys
import time
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_all
from tickets.mail.flags import LEFT_OUT
from tickets.mail.heads import return_path_of
from tickets.mail.routes import Routes, first_mailbox, load
from tickets.mail.sources import Source
from tickets.mail.survey import Survey, Surveyed, new_survey
from tickets.models import Account, InboxItem, Ticket
from tickets.record import spool

BATCH, BATCH_BYTES = 100, 8 * 1024 * 1024
DRAWN_EVERY = 0.2  # seconds
WIDTH = 40
CLOSE_AFTER = 14  # days without a mail


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asks of an import."""

    mailbox: str | None = None  # the mailbox it all belongs to; else each mail tells
    close_after: int = CLOSE_AFTER


@dataclass
class Result:
    """What an import did, or would do."""

    new: int = 0
    known: int = 0
    homeless: int = 0  # no mailbox could be told for it
    gone: int = 0  # seen at first, and not there any more when it was to be read
    left_out: Tally[str] = field(default_factory=Tally)  # drafts, spam …, by the reason
    skipped: list[str] = field(default_factory=list)  # what is no mail or cannot be read, with the reason
    tickets: dict[str, int] = field(default_factory=dict)  # of the tickets that imported mail lies in, by state
    seconds: float = 0.0


def bring_in(source: Source, wishes: Wishes, bar: "Bar") -> Result:
    """Import everything. Raises OSError or DatabaseError; what was stored until then is known the next time."""
    result, began = Result(), time.monotonic()
    if load().is_fresh_start:
        first_mailbox()
    with new_survey() as survey:
        look_through(source, survey, load(), wishes, result, bar)
        bar.total = survey.bytes
        for batch in _batches(survey, result, bar):
            _take(source, batch, wishes, result)
            process_all()
            bar.draw(result)
    process_all()
    bar.end(result)
    result.seconds = time.monotonic() - began
    result.tickets = _by_state()
    return result


def look_through(source: Source, survey: Survey, routes: Routes, wishes: Wishes, result: Result, bar: "Bar") -> None:
    """Read all heads into the survey; drafts, spam and what was thrown away are left out."""
    for head in source.heads(result.skipped.append):
        if reason := next((LEFT_OUT[flag] for flag in head.flags if flag in LEFT_OUT), None):
            result.left_out[reason] += 1
        else:
            survey.add(head, routes, wishes.mailbox)
        bar.look(survey.mails)
    survey.finish()


def _batches(survey: Survey, result: Result, bar: "Bar") -> Iterator[list[Surveyed]]:
    """Mails that have a home and are not here, in groups that fit into memory."""
    for found in in_groups(survey.in_order()):
        at_home = [one for one in found if one.account is not None]
        result.homeless += len(found) - len(at_home)
        fresh = _unknown(at_home)
        result.known += len(at_home) - len(fresh)
        if fresh:
            yield fresh
        bar.done += sum(one.size for one in found)


def in_groups(mails: Iterator[Surveyed]) -> Iterator[list[Surveyed]]:
    """Yield at most 100 mails or 8 MB at once."""
    group: list[Surveyed] = []
    size = 0
    for one in mails:
        if group and (len(group) >= BATCH or size + one.size > BATCH_BYTES):
            yield group
            group, size = [], 0
        group.append(one)
        size += one.size
    if group:
        yield group


def _unknown(mails: Sequence[Surveyed]) -> list[Surveyed]:
    names = names_of(mails)
    here = set(InboxItem.objects.filter(spool__in=names.values()).values_list("spool", flat=True))
    return [one for one in mails if names[one.place] not in here]


def names_of(mails: Sequence[Surveyed]) -> dict[str, str]:
    """Return the spool name of each mail, by its place: it is the same each time that the mail is met."""
    public = dict(Account.objects.filter(pk__in={one.account for one in mails}).values_list("pk", "public_id"))
    return {one.place: spool.name_of(public[one.account], one.key) for one in mails if one.account in public}


def _take(source: Source, batch: Sequence[Surveyed], wishes: Wishes, result: Result) -> None:
    raws = source.read([one.place for one in batch])
    result.gone += len(batch) - len(raws)
    accounts = Account.objects.in_bulk({one.account for one in batch})
    arrivals = [
        _arrival(one, raws[one.place], accounts[one.account or 0], wishes) for one in batch if one.place in raws
    ]
    fresh = sum(accept_many(arrivals))
    result.new += fresh
    result.known += len(arrivals) - fresh


def _arrival(one: Surveyed, raw: bytes, account: Account, wishes: Wishes) -> Arrival:
    envelope = {
        "from": return_path_of(raw),
        "to": [wishes.mailbox] if wishes.mailbox else [],
        "moving_in": {"close_after": wishes.close_after, "flags": one.flags},
    }
    return Arrival(account, raw, "import", one.key, envelope, one.at, history=True)


def _by_state() -> dict[str, int]:
    """All tickets of history, by state."""
    rows = Ticket.objects.filter(history=True, merged_into__isnull=True).values_list("state")
    return dict(rows.annotate(count=Count("pk")).order_by("state"))


class Bar:
    """A progress bar on standard error."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self._drawn_at = 0.0

    def _is_due(self) -> bool:
        if time.monotonic() - self._drawn_at < DRAWN_EVERY:
            return False
        self._drawn_at = time.monotonic()
        return True

    def look(self, mails: int) -> None:
        """Tell how many heads were read."""
        if self._is_due():
            sys.stderr.write(f"\rLooking through: {mails} mails ")
            sys.stderr.flush()

    def draw(self, result: Result) -> None:
        """Draw it, five times a second at most."""
        if not self._is_due():
            return
        share = min(1.0, self.done / self.total) if self.total else 1.0
        filled = int(share * WIDTH)
        counts = f"{result.new} new, {result.known} known"
        sys.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%}  {counts} ")
        sys.stderr.flush()

    def end(self, result: Result) -> None:
        """Draw it full and leave the line."""
        self.done, self._drawn_at = self.total, 0.0
        self.draw(result)
        sys.stderr.write("\n")
