"""A person as an erasure looks for them: their addresses, names, words and files, wherever others repeat them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tickets.mime.build import File, build
from tickets.mime.parse import Mail, Mailbox
from tickets.models import Address, Contact, Entry
from tickets.record.erase import SENDER

SHORTEST_LINE = 12  # letters of a line that is somebody's own: "Yes, thanks." may be anybody's
SHORTEST_NAME = 3
SHORTEST_SUBJECT = 8
GONE = "(erased)"
_QUOTE_MARKS = re.compile(r"^[>\s|]+")
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Person:
    """What gives a person away in the words of others."""

    contacts: set[str] = field(default_factory=set)  # public ids: of one person, joined contacts among them
    addresses: set[str] = field(default_factory=set)  # lower case
    names: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)  # of what they wrote, as `normal` writes them
    files: set[str] = field(default_factory=set)  # sha256 of what they sent
    subjects: set[str] = field(default_factory=set)

    def learn(self, mail: Mail) -> None:
        """Take in what a mail of theirs says."""
        self.learn_lines(mail.reply)
        self.files.update(file.sha256 for file in mail.attachments)
        if mail.from_ and mail.from_.name:
            self.names.add(mail.from_.name)

    def learn_lines(self, text: str) -> None:
        """Take in what was said by or to them: it goes with them, wherever it is quoted."""
        self.lines.update(line for line in map(normal, text.splitlines()) if len(line) >= SHORTEST_LINE)

    def is_quoted_in(self, mail: Mail) -> bool:
        """Whether a mail repeats their words or carries their files."""
        return any(file.sha256 in self.files for file in mail.attachments) or any(
            normal(line) in self.lines for line in mail.text.splitlines()
        )

    def is_named_in(self, text: str) -> bool:
        """Whether a text holds one of their addresses or names."""
        return bool(self._pattern() and re.search(self._pattern(), text, re.IGNORECASE))

    def _pattern(self) -> str:
        """Names and addresses count as whole words: Max is not in maximum, 42 not in 1042."""
        needles = self.addresses | {name for name in self.names if len(name) >= SHORTEST_NAME}
        return "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(needles, key=len, reverse=True))

    def without(self, text: str) -> str:
        """Return `text` with their addresses and names taken out."""
        return re.sub(self._pattern(), GONE, text, flags=re.IGNORECASE) if self._pattern() else text

    def scrub(self, value: Any) -> Any:
        """Return a decision about others with this person's addresses and names taken out of its texts."""
        if isinstance(value, dict):
            return {name: self.scrub(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.scrub(inner) for inner in value]
        return self.without(value) if isinstance(value, str) else value

    def cut(self, mail: Mail) -> bytes:
        """Return the mail of somebody else without this person's words, files, names and subject; text alone."""
        kept = [line for line in mail.text.splitlines() if not self._is_own(normal(line))]
        sender = mail.from_ or Mailbox("", SENDER)
        return build(
            from_=Mailbox(self.without(sender.name), sender.address),
            to=self._others(mail.to),
            cc=self._others(mail.cc),
            subject=self._subject(mail.subject or ""),
            text=self.without("\n".join(kept)) + "\n",
            message_id=mail.message_id or "",
            date=mail.date,  # type: ignore[arg-type] # cut() is called with a dated mail
            in_reply_to=mail.in_reply_to,
            references=mail.references,
            files=[
                File(self.without(file.filename or "file"), file.content_type, file.content)
                for file in mail.attachments
                if file.sha256 not in self.files
            ],
        )

    def _is_own(self, line: str) -> bool:
        """Whether a line is one of theirs, or tells a subject of theirs, as above forwarded mail."""
        label, _, value = line.partition(": ")
        told = any(own in line for own in self.subjects if len(own) >= SHORTEST_SUBJECT)
        return line in self.lines or told or (" " not in label and value in self.subjects)

    def _others(self, boxes: Iterable[Mailbox]) -> list[Mailbox]:
        return [box for box in boxes if box.address.lower() not in self.addresses]

    def _subject(self, subject: str) -> str:
        said = normal(subject)
        return GONE if any(own and own in said for own in self.subjects) else self.without(subject)


def normal(text: str) -> str:
    """Return a line as it is compared: without quote marks, spaces folded, lower case."""
    return _SPACES.sub(" ", _QUOTE_MARKS.sub("", text)).strip().lower()


def person_of(contact: Contact) -> Person:
    """Return what the rows of a contact, and of those joined into it, say of them."""
    selves = list(contact.selves)
    rows = list(Address.objects.filter(contact__in=selves))
    edits = Entry.objects.filter(contact_events__contact__in=selves, contact_events__kind="edited")
    former = {entry.fields.get("before", {}).get("name", "") for entry in edits.defer("body")}
    # What a channel calls them where their address is an id: a number, which others write with or without its plus.
    called = {way for row in rows if row.shown != row.address for way in (row.shown, row.shown.removeprefix("+"))}
    names = ({one.name for one in selves} | former | called) - {""}
    return Person({one.public_id for one in selves}, {row.address.lower() for row in rows}, names)
