"""The mails that the verbs leave in the record: what was said, and one small mail for each thing that was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from django.utils.translation import ngettext

from tickets.mime import identifiers
from tickets.mime.build import File, build
from tickets.mime.html import from_text
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Direction, Message, Ticket, new_id

KEPT_REFERENCES = 20


def domain_of(account: Account) -> str:
    """Return the domain that Message-IDs made for this mailbox carry."""
    return account.home.address.rpartition("@")[2] or "helpdesk.invalid"


def new_message_id(ticket_number: int, account: Account) -> str:
    """Return a new Message-ID without brackets."""
    return identifiers.message_id(ticket_number, new_id(), domain_of(account))


def person(by: Agent | None, account: Account) -> Mailbox:
    """Return who did it, as a mail's From names them: an agent at the mailbox, or the mailbox itself."""
    return Mailbox(by.name if by else account.home.name, account.home.address)


def parent_of(ticket: Ticket) -> Message | None:
    """Return the message that an answer answers: the newest public one with an id, incoming ones first."""
    public = ticket.messages.exclude(direction=Direction.NOTE).exclude(message_id="").only("message_id", "references")
    return (
        public.filter(direction=Direction.IN, kind="message").order_by("-at", "-pk").first()
        or public.order_by("-at", "-pk").first()
    )


def root_id(ticket: Ticket) -> str | None:
    """Return the Message-ID of a ticket's first message."""
    return ticket.messages.exclude(message_id="").order_by("at", "pk").values_list("message_id", flat=True).first()


def _roots(ticket: Ticket, besides: Ticket | None) -> list[str | None]:
    together = sorted([ticket, besides], key=lambda one: one.created_at) if besides else [ticket]
    return [root_id(one) for one in together]


def said(
    *,
    number: int,
    account: Account,
    by: Agent | None,
    at: datetime,
    subject: str,
    text: str,
    to: Sequence[Mailbox],
    cc: Sequence[Mailbox] = (),
    bcc: Sequence[Mailbox] = (),
    parent: Message | None = None,
    files: Sequence[File] = (),
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the neutral message: words, files and Message-ID, without reply address, signature or quoted history."""
    references: list[str] = []
    if parent and parent.message_id:
        references = identifiers.references_of(parent.references, None, parent.message_id)
    return build(
        from_=person(by, account),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        text=text,
        html=pictured(from_text(text), files),
        message_id=new_message_id(number, account),
        date=at,
        in_reply_to=parent.message_id if parent and parent.message_id else None,
        references=references,
        files=files,
        headers=headers or {},
    )


def pictured(html: str, files: Sequence[File]) -> str:
    """Return `html` with each inline picture where its name stands in brackets."""
    for file in files:
        if file.inline and file.content_id:
            name = escape(file.filename)
            html = html.replace(f"[{name}]", f'<img src="cid:{file.content_id}" alt="{name}">')
    return html


def done(
    ticket: Ticket, by: Agent | None, at: datetime, words: str, reason: str = "", besides: Ticket | None = None
) -> bytes:
    """Return the small mail that tells an event: its subject says who did what, its thread is the ticket's.

    `besides`: a ticket that is joined with it. Naming both first messages, the older one first, makes the two threads one.
    """
    roots = [root for root in _roots(ticket, besides) if root]
    account = ticket.mailbox
    who = by.name if by else account.name
    return build(
        from_=person(by, account),
        to=[Mailbox(account.name, account.address)],
        subject=f"{who}: {words} – {ticket.subject}",
        text=f"{who}: {words}\n" + (f"\n{reason}\n" if reason else ""),
        message_id=new_message_id(ticket.number, account),
        date=at,
        in_reply_to=roots[-1] if roots else None,
        references=roots,
        headers={"Auto-Submitted": "auto-generated"},
    )


def done_to_many(account: Account, by: Agent | None, at: datetime, words: str, numbers: Sequence[int]) -> bytes:
    """Return the small mail that tells what was done to many tickets. It names them by number alone: no customer's words."""
    who = by.name if by else account.name
    named = ", ".join(f"#{number}" for number in numbers)
    counted = ngettext("%(count)d ticket", "%(count)d tickets", len(numbers)) % {"count": len(numbers)}
    return build(
        from_=person(by, account),
        to=[Mailbox(account.name, account.address)],
        subject=f"{who}: {words} ({counted})",
        text=f"{who}: {words}\n\n{named}\n",
        message_id=new_message_id(0, account),
        date=at,
        headers={"Auto-Submitted": "auto-generated"},
    )


def done_here(
    mailbox: Account | None, who: str, at: datetime, subject: str, text: str, files: Sequence[File] = ()
) -> bytes:
    """Return the small mail that tells what was done to no ticket; `mailbox` is None where none is connected."""
    home = mailbox.address if mailbox else "helpdesk@helpdesk.invalid"
    return build(
        from_=Mailbox(who, home),
        to=[Mailbox("", home)],
        subject=subject,
        text=text,
        message_id=new_message_id(0, mailbox) if mailbox else f"{new_id()}@helpdesk.invalid",
        date=at,
        files=files,
        headers={"Auto-Submitted": "auto-generated"},
    )
