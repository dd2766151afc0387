"""A helpdesk in one process for the flows: mail comes in, work is done, and the record is compared with its rebuild."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.services.smtp import Sink
from tickets import search
from tickets.actions.deliver import deliver_due
from tickets.automation.run import run
from tickets.inbox.accept import Arrival, accept, accept_many
from tickets.inbox.process import process_all
from tickets.inbox.rebuild import rebuild
from tickets.mime.build import File, build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Message, Ticket
from tickets.record.append import append_all
from tickets.record.compare import differences, snapshot
from tickets.record.config import write_config
from tickets.record.erase import carry_out

_ids = count(1)
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def mailbox(address: str = "support@desk.example", **fields: Any) -> Account:
    """A mailbox that sends into a Maildir, because nothing else is set up."""
    name = address.split("@")[0].title()
    account = Account.objects.create(channel="email", name=name, address=address, created_at=NOW, **fields)
    write_config()
    return account


def send_by(account: Account, sink: Sink) -> Account:
    """Let a mailbox send into a real SMTP server, where what it sent can be looked at."""
    account.config = {"smtp_host": sink.host, "smtp_port": str(sink.port), "smtp_security": "none"}
    account.save()
    return account


def mail(
    text: str = "It does not work.",
    *,
    sender: str = "zoe@customer.example",
    name: str = "Zoe Customer",
    to: str = "support@desk.example",
    cc: str = "",
    subject: str = "Printer",
    answers: str | None = None,
    message_id: str | None = None,
    date: datetime | None = None,
    files: tuple[File, ...] = (),
    headers: dict[str, str] | None = None,
) -> bytes:
    """A mail as a customer writes it."""
    return build(
        from_=Mailbox(name, sender),
        to=[Mailbox("", to)],
        cc=[Mailbox("", cc)] if cc else [],
        subject=subject,
        text=text,
        message_id=message_id or f"{next(_ids)}@customer.example",
        date=date or timezone.now() - timedelta(minutes=1),
        in_reply_to=answers,
        references=[answers] if answers else [],
        files=files,
        headers=headers or {},
    )


def arrive(account: Account, raw: bytes, **more: Any) -> Message | None:
    """Take a mail in and file it; the message made of it, or None."""
    accept(account, raw, source="smtp", **more)
    process_all()
    last = Message.objects.order_by("-pk").first()
    return last if last and last.entry.kind == "received" else None


def arrive_together(account: Account, raws: Sequence[bytes]) -> None:
    """Take many mails in at once, so that they are filed in one batch."""
    accept_many([Arrival(account, raw, "smtp", f"together-{next(_ids)}") for raw in raws])
    process_all()


def report(message: Message, kind: str) -> bytes:
    """What a machine says of a message: failed, delayed, read, or a complaint."""
    recipient = next(iter(message.deliveries.values_list("recipient", flat=True)), "zoe@customer.example")
    part, said = {
        "failed": ("delivery-status", "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 nobody"),
        "delayed": ("delivery-status", "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 later"),
        "read": ("disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed"),
        "complaint": ("feedback-report", f"Feedback-Type: abuse\nOriginal-Rcpt-To: <{recipient}>"),
    }[kind]
    head = "Reporting-MTA: dns; mx.example\n\n" if part == "delivery-status" else ""
    return f"""From: <MAILER-DAEMON@mx.example>
To: support@desk.example
Subject: Report
Message-ID: <{next(_ids)}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type={part}; boundary=b

--b
Content-Type: text/plain

This is a report.
--b
Content-Type: message/{part}

{head}Final-Recipient: rfc822; {recipient}
{said}
--b
Content-Type: message/rfc822

Message-ID: <{message.message_id}>
Subject: returned

--b--
""".encode()


def settle() -> None:
    """Let appender, automation and sender do all they can."""
    while append_all() or run() or deliver_due():
        pass
    carry_out()


def new_record() -> None:
    """Begin an empty record in a folder of its own."""
    settings.RECORD_URL = f"file://{settings.DATA_DIR}/record-{next(_ids)}"


def wipe() -> None:
    """Empty every table of tickets/, as a lost database does."""
    search.forget_all()
    tables = [model._meta.db_table for model in apps.get_app_config("tickets").get_models(include_auto_created=True)]
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


def rebuilt_differences() -> list[str]:
    """Write the record out, lose the database, rebuild it, and say what is not the same."""
    settle()
    before = snapshot()
    wipe()
    rebuild()
    return differences(before, snapshot())


def only_ticket() -> Ticket:
    """The one ticket there is."""
    return Ticket.objects.get()
