"""Reply, forward, start: what agents say to customers; and the acknowledgement, which nobody types."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.language import language_for
from tickets.actions.say import Box, Words, say
from tickets.mime.build import File
from tickets.mime.identifiers import read_reply_address
from tickets.mime.own_address import new_code
from tickets.mime.parse import parse
from tickets.models import Account, Address, Agent, Contact, Direction, Message, State, Ticket, new_id
from tickets.models.keys import signing_keys
from tickets.models.numbers import Numbers
from tickets.models.own_address import own_address
from tickets.models.text import LONGEST_SUBJECT, storable
from tickets.outbox.route import NoRoute, Route, newest_in, routes, way_to
from tickets.record import read
from tickets.texts.choose import language_of
from tickets.texts.wording import Wording

AUTOMATIC_HEADERS = {  # RFC 3834 §5, and what Microsoft's and older programs look for
    "Auto-Submitted": "auto-replied",
    "X-Auto-Response-Suppress": "All",
    "Precedence": "bulk",
}


def recipients(ticket: Ticket, everybody: bool = False) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return (to, cc) of an answer: the writer of the newest message, and with `everybody` all others it went to."""
    last = (
        ticket.messages.filter(direction=Direction.IN, kind="message")
        .exclude(via=True, channel=ticket.mailbox.channel if ticket.channel != ticket.mailbox.channel else "")
        .defer("html", "text", "reply")
        .order_by("-at", "-pk")
        .first()
    )
    if last is None:
        last = (
            ticket.messages.filter(direction=Direction.OUT)
            .defer("html", "text", "reply")
            .order_by("-at", "-pk")
            .first()
        )
        return (list(last.to), list(last.cc)) if last else ([], [])
    if last.channel != ticket.mailbox.channel:
        return [], []
    to = list(last.reply_to) or [{"name": last.from_name, "address": last.from_address}]
    if not to[0]["address"]:  # whoever wrote this was erased
        return [], []
    ours = {ticket.mailbox.address.lower(), *(box["address"].lower() for box in to)}
    cc = [box for box in [*last.to, *last.cc] if not _is_ours(box["address"], ours)] if everybody else []
    return to, cc


def _is_ours(address: str, ours: set[str]) -> bool:
    """Whether an address is the mailbox's, one of its signed reply addresses, or addressed already."""
    return address.lower() in ours or read_reply_address(signing_keys(), address) is not None


def reply(ticket: Ticket, text: str, by: Agent | None, **more: Any) -> Message:
    """Answer the customer; `more` as `reply_words` takes it. Raises NotAllowed, NoRoute, OSError."""
    return say(reply_words(ticket, text, by, **more))


def reply_words(
    ticket: Ticket,
    text: str,
    by: Agent | None,
    *,
    to: Sequence[Box] = (),
    cc: Sequence[Box] = (),
    bcc: Sequence[Box] = (),
    files: Sequence[File] = (),
    subject: str | None = None,
    at: datetime | None = None,
    then_state: str | None = State.WAITING,
    last: Message | None = None,
    way: str = "",
) -> Words:
    """Return the answer to a customer, without recipients by the best route. Raises NotAllowed, NoRoute.

    `last`: the newest message that came in, where it is known already. `way`: "account recipient", the one that was chosen.
    """
    _check(text, files)
    last = last or newest_in([ticket]).get(ticket.pk)
    extra = _spoken(ticket, last) | ({"bcc": list(bcc)} if bcc else {})
    if way:
        account, _space, recipient = way.partition(" ")
        chosen = way_to(ticket, account, recipient, last).route(_chosen_words(by))
        to, cc, bcc = [], [], []
    going = [chosen] if way else routes(ticket, _addresses(to, cc, bcc), last)
    return Words(
        ticket=ticket,
        text=text,
        by=by,
        at=at or timezone.now(),
        direction=Direction.OUT,
        subject=subject or f"Re: {ticket.subject}",
        to=to,
        cc=cc,
        bcc=bcc,
        files=files,
        routes=going,
        parent=last if last and last.kind == "message" and last.message_id else None,
        then_state=str(then_state) if then_state else None,
        extra=extra | _own_code(ticket, by, going),
    )


def _own_code(ticket: Ticket, by: Agent | None, going: Sequence[Route]) -> dict[str, str]:
    """The first answer of a person on a messenger names the conversation's own address, where its mailbox takes mail there."""
    if by is None or ticket.own_code or all(route.channel == settings.LAST_RESORT for route in going):
        return {}
    code = new_code()
    return {"own_code": code} if own_address(ticket.mailbox, code) else {}


def _chosen_words(by: Agent | None) -> str:
    return _("%(name)s chose this way.") % {"name": by.name if by else _("Somebody")}


def _spoken(ticket: Ticket, last: Message | None) -> dict[str, str]:
    """The language of what is added to an answer, a footer and the line above the quote, and why it is this one."""
    if last is None:
        return {"language": language_of(ticket.mailbox)}
    beginning = getattr(last, "beginning", "")  # of what newest_in found
    choice = language_for(ticket.contact, ticket.mailbox, beginning, last.subject)
    return {"language": choice.language, "reason": _("What is added to these words: %s") % choice.reason}


def forward(
    ticket: Ticket,
    message: Message,
    text: str,
    by: Agent | None,
    *,
    to: Sequence[Box],
    cc: Sequence[Box] = (),
    bcc: Sequence[Box] = (),
    files: Sequence[File] = (),
    at: datetime | None = None,
) -> Message:
    """Pass a message on to somebody else, its files with it. The ticket's state stays. Raises NotAllowed, OSError."""
    _check(text or message.text, files)
    if not to:
        raise NotAllowed(_("Say to whom this is to be forwarded."))
    words = Words(
        ticket=ticket,
        text=f"{text}\n\n{forwarded(message)}".strip(),
        by=by,
        at=at or timezone.now(),
        direction=Direction.OUT,
        subject=f"Fwd: {message.subject or ticket.subject}",
        to=to,
        cc=cc,
        bcc=bcc,
        files=[*files, *files_of(message)],
        routes=routes(ticket, _addresses(to, cc, bcc)),
        extra={"forwards": message.public_id} | ({"bcc": list(bcc)} if bcc else {}),
    )
    return say(words)


def files_of(message: Message) -> list[File]:
    """Return the files of a recorded message, pictures among them, as attachments. Raises read.Missing."""
    if not message.attachments.exists():
        return []
    found = parse(read.original(message.entry)).attachments
    return [File(file.filename or f"part-{file.part}", file.content_type, file.content) for file in found]


def forwarded(message: Message) -> str:
    """Return a message as it stands below a forwarding agent's words."""
    to = ", ".join(box["address"] for box in message.to)
    date = (message.date or message.at).strftime("%Y-%m-%d %H:%M %z")
    sender = f"{message.from_name} <{message.from_address}>".strip()
    head = [
        "---------- Forwarded message ----------",
        f"From: {sender}",
        f"Date: {date}",
        f"Subject: {message.subject}",
        f"To: {to}",
    ]
    return "\n".join([*head, "", message.text])


def start(
    mailbox: Account,
    subject: str,
    text: str,
    by: Agent | None,
    *,
    to: Sequence[Box],
    cc: Sequence[Box] = (),
    bcc: Sequence[Box] = (),
    files: Sequence[File] = (),
    at: datetime | None = None,
) -> Message:
    """Write to somebody first: a new outgoing ticket. Raises NotAllowed, OSError."""
    _check(text, files)
    if not to:
        raise NotAllowed(_("Say to whom this is to be sent."))
    when = at or timezone.now()
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=mailbox.pk)
        contact, new_contact = _contact_of(mailbox, to[0])
        numbers = Numbers()
        number = numbers.take()
        numbers.keep()
        clean = storable(" ".join(subject.split()), LONGEST_SUBJECT) or _("(no subject)")
        ticket = Ticket(number=number, subject=clean, mailbox=mailbox, contact=contact, channel=mailbox.channel)
        extra = {"new_ticket": {"subject": clean, "mailbox": mailbox.public_id}} | new_contact
        words = Words(
            ticket=ticket,
            text=text,
            by=by,
            at=when,
            direction=Direction.OUT,
            subject=clean,
            to=to,
            cc=cc,
            bcc=bcc,
            files=files,
            routes=[Route(mailbox, mailbox.channel, address, "") for address in _addresses(to, cc, bcc)],
            then_state=str(State.WAITING),
            extra=extra | ({"bcc": list(bcc)} if bcc else {}),
        )
        return say(words)


def _contact_of(mailbox: Account, box: Box) -> tuple[Contact, dict[str, object]]:
    """The contact with this address, or a new, unsaved one and what the entry has to say of it."""
    address = box["address"].strip().lower()
    known = Address.objects.filter(channel=mailbox.channel, address=address).select_related("contact").first()
    if known:
        return known.contact, {}
    name = storable(box.get("name", ""), 200)
    new = {"name": name, "channel": mailbox.channel, "address": address}
    return Contact(public_id=new_id(), name=name), {"new_contact": new}


def acknowledge(message: Message, wording: Wording, recipient: str, at: datetime | None = None) -> Message:
    """Send the automatic acknowledgement of `message` to the envelope's sender (RFC 3834 §4). Raises OSError."""
    ticket = message.ticket
    words = _automatic(message, wording, Route(ticket.mailbox, ticket.mailbox.channel, recipient, ""), at)
    words.subject = f"Re: {message.subject or ticket.subject}"
    words.to = [{"name": ticket.contact.name, "address": recipient}]
    words.extra["acknowledges"] = message.public_id
    return say(words)


def tell(message: Message, wording: Wording, at: datetime | None = None, **more: object) -> Message:
    """Say something automatic where `message` came from: a greeting, or that nobody is there. Raises OSError.

    `more`: what else the entry says of it.
    """
    words = _automatic(message, wording, Route(message.account, message.channel, message.from_address, ""), at)
    words.extra |= more
    return say(words)


def _automatic(message: Message, wording: Wording, route: Route, at: datetime | None) -> Words:
    """What every automatic answer has: the fields that say so, and why it says what it says."""
    ticket = message.ticket
    return Words(
        ticket=ticket,
        text=wording.text,
        by=None,
        at=at or timezone.now(),
        direction=Direction.OUT,
        subject=f"Re: {ticket.subject}",
        routes=[route],
        automatic=True,
        headers={**AUTOMATIC_HEADERS, "X-Loop": ticket.mailbox.address},
        speaks_of=message,
        extra={"speaks_of": message.public_id, **wording.fields()},
    )


def _addresses(*groups: Sequence[Box]) -> list[str]:
    return [box["address"].strip() for group in groups for box in group]


def _check(text: str, files: Sequence[File]) -> None:
    if not text.strip() and not files:
        raise NotAllowed(_("There is nothing to send yet: write some words or add a file."))


__all__ = ["NoRoute", "NotAllowed", "acknowledge", "forward", "forwarded", "recipients", "reply", "start", "tell"]
