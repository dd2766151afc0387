"""`manage.py record export`: mails as mbox, Maildir or zip, or the answer to one person."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from tickets.management.record.verb import Verb
from tickets.models import Address, Contact, Ticket
from tickets.record.export.boxes import STREAMED, Taken, write, write_maildir
from tickets.record.export.mails import Tally, mails
from tickets.record.export.selection import Selection
from tickets.views.answer import Person, answer

FORMATS = (*STREAMED, "maildir")


class Export(Verb):
    """Writes what was asked for beside its place and renames it when it is whole."""

    help = "write mails as mbox, Maildir or zip; or all that is kept about one person"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="the file, or the folder of a Maildir, to make")
        parser.add_argument("--format", choices=FORMATS, help="else by the name: .mbox, .zip, a folder is a Maildir")
        parser.add_argument("--ticket", type=int, metavar="NUMBER", help="one ticket alone")
        parser.add_argument("--contact", metavar="ADDRESS", help="one person alone, by an address or the public id")
        parser.add_argument("--from", dest="since", metavar="DATE", help="from this day or time on")
        parser.add_argument("--until", metavar="DATE", help="up to this day, or before this time")
        parser.add_argument(
            "--with-trace", action="store_true", help="the record's own files, not the mails as they came"
        )
        parser.add_argument(
            "--answer", action="store_true", help="with --contact: a zip for the person who asks (GDPR)"
        )
        parser.add_argument("--without-notes", action="store_true", help="with --answer: leave internal notes out")

    def run(self, options: dict[str, Any]) -> int:
        tally = Tally(progress=self.progress)
        selection = selected(options)
        try:
            if options["answer"]:
                write(options["path"], answer(_person(selection, options), tally))
            else:
                _write(options, selection, tally)
        except (Taken, OSError) as error:
            raise CommandError(str(error)) from error
        return self.tell(options["path"], tally)

    def tell(self, path: Path, tally: Tally) -> int:
        """Say what was written, and name what could not be."""
        self.say(f"{tally.written} mails are in {path}.")
        if tally.erased:
            self.say(
                f"{tally.erased} were erased: nothing of them is left but their numbers. --with-trace shows those."
            )
        for line in tally.missing:
            self.say(f"Not there: {line}")
        return 1 if tally.missing else 0


def _write(options: dict[str, Any], selection: Selection, tally: Tally) -> None:
    path: Path = options["path"]
    kind = options["format"] or {".mbox": "mbox", ".zip": "zip"}.get(path.suffix.lower(), "maildir")
    found = mails(selection, tally, options["with_trace"])
    if kind == "maildir":
        write_maildir(path, found)
    else:
        write(path, STREAMED[kind](found))


def _person(selection: Selection, options: dict[str, Any]) -> Person:
    if selection.contact is None or selection.ticket or selection.since or selection.until:
        raise CommandError("--answer is about one person and whole: give it --contact, and no other choice.")
    return Person(selection.contact, with_notes=not options["without_notes"])


def selected(options: dict[str, Any]) -> Selection:
    """Return what the options choose. Raises CommandError for what does not exist."""
    return Selection(
        ticket=_ticket(options["ticket"]) if options["ticket"] is not None else None,
        contact=contact(options["contact"]) if options["contact"] else None,
        since=begin_of(options["since"]),
        until=end_of(options["until"]),
    )


def _ticket(number: int) -> Ticket:
    found = Ticket.objects.filter(number=number).select_related("merged_into").first()
    if found is None:
        raise CommandError(f"There is no ticket {number}.")
    return found.merged_into or found


def contact(named: str) -> Contact:
    """Return a contact by public id or address. Raises CommandError."""
    of_address = Address.objects.filter(address__iexact=named).values("contact")
    found = Contact.objects.filter(Q(public_id=named) | Q(pk__in=of_address)).first()
    if found is None:
        raise CommandError(f"There is no contact {named}.")
    return found


def begin_of(text: str | None) -> datetime | None:
    """Return the time, or the beginning of the day, that `text` names. Raises CommandError."""
    return _time(text, timedelta())


def end_of(text: str | None) -> datetime | None:
    """Return the time, or the end of the day, that `text` names. Raises CommandError."""
    return _time(text, timedelta(days=1))


def _time(text: str | None, more: timedelta) -> datetime | None:
    if not text:
        return None
    try:
        if day := parse_date(text):
            return timezone.make_aware(datetime(day.year, day.month, day.day)) + more
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"{text!r} is neither a day such as 2026-11-22 nor a time such as 2026-11-22T12:00:00+00:00."
        )
    return moment if moment.tzinfo else timezone.make_aware(moment)
