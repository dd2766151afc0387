"""A dry run: what an import would do, found out from the heads alone; nothing is written anywhere."""

import sqlite3
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.inbox.moving_in import ANSWERED, left_by
from tickets.mail.importing import Bar, Result, Wishes, in_groups, look_through, names_of
from tickets.mail.routes import load
from tickets.mail.sources import Source
from tickets.mail.survey import Survey, Surveyed, new_survey
from tickets.models import Account, Address, Agent, InboxItem, Message, State

MOST_NAMED = 10


@dataclass
class Report:
    """What an import would bring."""

    mails: int = 0
    first: datetime | None = None
    last: datetime | None = None
    known: int = 0  # here already, by key or Message-ID
    homeless: Tally[str] = field(default_factory=Tally)  # whom mails without a home are for
    threads: int = 0
    tickets: Tally[str] = field(default_factory=Tally)  # by state
    contacts: set[str] = field(default_factory=set)
    contacts_here: int = 0
    agents: Tally[str] = field(default_factory=Tally)  # mails by the agent's address
    by_mailbox: int = 0  # written in the name of a mailbox
    problems: list[str] = field(default_factory=list)


def dry_run(source: Source, wishes: Wishes, bar: Bar) -> tuple[Report, Result]:
    """Look through everything and report."""
    result, report = Result(), Report()
    with new_survey() as survey:
        look_through(source, survey, load(), wishes, result, bar)
        us = Us()
        report.mails = survey.mails
        for group in in_groups(survey.in_order()):
            _count(report, group, us)
            for one in group:
                _thread(survey.database, one, us, wishes)
        _sum_up(report, survey)
    report.problems += result.skipped[:MOST_NAMED]
    return report, result


class Us:
    """The addresses of our side."""

    def __init__(self) -> None:
        mailboxes = Account.objects.filter(mailbox__isnull=True).values_list("address", flat=True)
        self.mailboxes = {address.lower() for address in mailboxes}
        self.agents = set(Agent.objects.values_list("email", flat=True))

    def partner_of(self, one: Surveyed) -> tuple[str, bool]:
        """Return the customer of a mail, and whether our side wrote it."""
        ours = self.mailboxes | self.agents
        others = [address for address in one.others if address not in ours]
        is_ours = one.sender in ours and bool(others)
        return (others[0] if is_ours else one.sender), is_ours


def _count(report: Report, group: Sequence[Surveyed], us: Us) -> None:
    report.first = report.first or group[0].at
    report.last = group[-1].at
    report.known += _known(group)
    for one in group:
        partner, is_ours = us.partner_of(one)
        if one.account is None:
            report.homeless[one.others[0] if one.others else _("nobody")] += 1
            continue
        report.contacts.add(partner)
        report.agents[one.sender] += is_ours and one.sender in us.agents
        report.by_mailbox += is_ours and one.sender in us.mailboxes
        report.problems += _problems(one)[: MOST_NAMED - len(report.problems)]


def _problems(one: Surveyed) -> list[str]:
    words = {
        _("names no sender"): not one.sender,
        _("has no Message-ID: answers to it start a ticket"): not one.message_id,
    }
    return [f"{one.at:%Y-%m-%d %H:%M} {one.sender}: {problem}" for problem, is_so in words.items() if is_so]


def _known(group: Sequence[Surveyed]) -> int:
    names = names_of(group)
    by_key = set(InboxItem.objects.filter(spool__in=names.values()).values_list("spool", flat=True))
    ids = {one.message_id for one in group} - {""}
    by_id = set(Message.objects.filter(message_id__in=ids).values_list("message_id", flat=True))
    return sum(names.get(one.place) in by_key or one.message_id in by_id for one in group)


def _thread(database: sqlite3.Connection, one: Surveyed, us: Us, wishes: Wishes) -> None:
    """Put a mail into its thread, and let the thread stand as its newest mail leaves it."""
    if one.account is None:
        return
    ids = [identifier for identifier in (one.message_id or one.place, *one.refs) if identifier]
    thread = _joined(database, ids)
    if thread is None:
        thread = database.execute("INSERT INTO threads (at, state) VALUES (0, NULL)").lastrowid
    database.executemany("INSERT OR IGNORE INTO ids VALUES (?, ?)", [(identifier, thread) for identifier in ids])
    (before,) = database.execute("SELECT state FROM threads WHERE thread = ?", [thread]).fetchone()
    state = before or State.SOLVED
    if not one.is_automatic:
        answered = us.partner_of(one)[1] or ANSWERED in one.flags
        unanswered = State.OPEN if before not in (None, State.NEW) else State.NEW
        state = left_by(timezone.now() - one.at, wishes.close_after, answered, unanswered)
    database.execute("UPDATE threads SET at = ?, state = ? WHERE thread = ?", [one.at.timestamp(), state, thread])


def _joined(database: sqlite3.Connection, ids: Sequence[str]) -> int | None:
    """The thread that these ids belong to; several become one."""
    marks = ", ".join("?" for _id in ids)
    question = f"SELECT DISTINCT thread FROM ids WHERE id IN ({marks})"  # noqa: S608
    found = sorted(row[0] for row in database.execute(question, ids))
    for other in found[1:]:
        database.execute("UPDATE ids SET thread = ? WHERE thread = ?", [found[0], other])
        database.execute("DELETE FROM threads WHERE thread = ?", [other])
    return found[0] if found else None


def _sum_up(report: Report, survey: Survey) -> None:
    report.tickets.update(dict(survey.database.execute("SELECT state, count(*) FROM threads GROUP BY state")))
    report.threads = sum(report.tickets.values())
    addresses = sorted(report.contacts)
    for start in range(0, len(addresses), 500):
        report.contacts_here += Address.objects.filter(address__in=addresses[start : start + 500]).count()


def lines(report: Report, result: Result) -> Iterator[str]:
    """Yield the report in words."""
    yield _("%(count)d mails, from %(first)s to %(last)s.") % {
        "count": report.mails,
        "first": f"{report.first:%Y-%m-%d}" if report.first else "–",
        "last": f"{report.last:%Y-%m-%d}" if report.last else "–",
    }
    yield _("%d of them are here already.") % report.known
    states = ", ".join(f"{count} {state}" for state, count in sorted(report.tickets.items()))
    yield _("About %(count)d tickets: %(states)s.") % {"count": report.threads, "states": states or "–"}
    yield _("%(count)d contacts, %(here)d of them known.") % {
        "count": len(report.contacts),
        "here": report.contacts_here,
    }
    agents = ", ".join(f"{address} ({count})" for address, count in report.agents.most_common() if count)
    yield _("Written by agents: %s.") % (agents or _("none"))
    yield _("Written in the name of a mailbox: %d.") % report.by_mailbox
    for reason, count in result.left_out.items():
        yield _("Left out: %(count)d (%(reason)s).") % {"count": count, "reason": reason}
    if report.homeless:
        named = ", ".join(f"{address} ({count})" for address, count in report.homeless.most_common(MOST_NAMED))
        yield _("Without a mailbox here: %(count)d, for %(named)s.") % {
            "count": report.homeless.total(),
            "named": named,
        }
    for problem in report.problems[:MOST_NAMED]:
        yield _("Problem: %s") % problem
    yield _("Nothing was written. The states are estimates: they are decided when the mails are read whole.")
