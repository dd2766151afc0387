"""The customers' side of the demo: what the shop's mail brought them, and mail that they write back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tickets.demo.mails import SHOP_HOST
from tickets.demo.script import Person, conversations
from tickets.inbox.accept import accept
from tickets.mail import maildir
from tickets.mime.addresses import Mailbox
from tickets.mime.build import File, build
from tickets.mime.parse import Mail, parse
from tickets.models import Account

EARLIEST = datetime.min.replace(tzinfo=UTC)
HEAD_BYTES = 8192  # the lines that name a mail's recipients stand at its beginning


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that a customer received; `name` tells it apart."""

    name: str
    account: Account
    mail: Mail

    @property
    def at(self) -> datetime | None:
        """When it was written."""
        return self.mail.date

    @property
    def reply_to(self) -> str:
        """Where an answer goes."""
        box = self.mail.reply_to[0] if self.mail.reply_to else self.mail.from_
        return box.address if box else self.account.address


def mailboxes() -> list[Account]:
    """The shop's mailboxes, to which customers write."""
    rows = Account.objects.filter(channel=settings.LAST_RESORT, mailbox__isnull=True, removed_at__isnull=True)
    return list(rows.order_by("address"))


# Who writes to the shop in another way too, and names this address there.
ELSEWHERE = (Person("Mia Brandt", "mia@brandt.example"),)


@lru_cache(maxsize=1)
def customers() -> tuple[Person, ...]:
    """Everybody who writes to the shop, by name; those who wrote several times once."""
    people = {person.address: person for person in ELSEWHERE}
    people |= {conversation.customer.address: conversation.customer for conversation in conversations()}
    return tuple(sorted(people.values(), key=lambda person: str(person).casefold()))


def received(address: str) -> list[Received]:
    """What came for this address, newest first."""
    found = [
        Received(path.name, account, _read(path))
        for account in mailboxes()
        for path in (maildir.folder_of(account) / "new").glob("*")
        if _is_for(path, address.lower())
    ]
    return sorted(found, key=lambda opened: (opened.at or EARLIEST, opened.name), reverse=True)


@lru_cache(maxsize=500)
def _read(path: Path) -> Mail:
    return parse(path.read_bytes())


@lru_cache(maxsize=5000)
def _recipients(path: Path) -> frozenset[str]:
    with path.open("rb") as file:
        lines = file.read(HEAD_BYTES).decode("utf-8", "replace").splitlines()
    named = (line.partition(":")[2].strip().lower() for line in lines if line.startswith("Delivered-To:"))
    return frozenset(named)


def _is_for(path: Path, address: str) -> bool:
    return address in _recipients(path)


@dataclass(frozen=True, slots=True)
class Writing:
    """A mail that a customer is about to send; `key` is made by the form, so that one press sends once."""

    key: str
    writer: Person
    account: Account
    subject: str
    text: str
    at: datetime
    answers: Received | None = None
    files: Sequence[File] = ()


def send(writing: Writing) -> bool:
    """Send the mail through the only way in; False when this form has sent it before. Raises OSError."""
    answered = writing.answers
    to = answered.reply_to if answered else writing.account.address
    references = [*answered.mail.references, answered.mail.message_id or ""] if answered else []
    raw = build(
        from_=Mailbox(writing.writer.name, writing.writer.address),
        to=[Mailbox(writing.account.name, to)],
        subject=writing.subject,
        text=writing.text + (_quoted(answered) if answered else ""),
        message_id=f"{writing.key}@{writing.writer.address.rpartition('@')[2]}",
        date=writing.at,
        in_reply_to=answered.mail.message_id if answered else None,
        references=[identity for identity in references if identity],
        files=writing.files,
    )
    envelope = {"from": writing.writer.address, "to": [to]}
    return accept(writing.account, _stamped(raw, writing), source="demo", key=writing.key, envelope=envelope)


def _quoted(opened: Received) -> str:
    sender = opened.mail.from_.name if opened.mail.from_ else opened.account.name
    when = f"{opened.at:%d %b %Y %H:%M}" if opened.at else ""
    lines = "\n".join(f"> {line}".rstrip() for line in opened.mail.text.splitlines())
    return f"\n\nOn {when}, {sender} <{opened.account.address}> wrote:\n\n{lines}\n"


def _stamped(raw: bytes, writing: Writing) -> bytes:
    """The mail below the trace line of the server that would have brought it."""
    received_at = formatdate(writing.at.timestamp())
    domain = writing.writer.address.rpartition("@")[2]
    checks = f"Authentication-Results: {SHOP_HOST}; dmarc=pass header.from={domain}\r\n"
    return f"{checks}Received: from mail.{domain} by {SHOP_HOST} with ESMTPS; {received_at}\r\n".encode() + raw
