"""Writes an incoming step of the script as a mail (RFC 5322), the way a customer's mail program would. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from tickets.demo import papers
from tickets.demo.clients import (
    AUTOMATIC_SUBJECT,
    CLIENTS,
    REPLY_PREFIX,
    Client,
    attribution,
    message_id,
    outlook_header,
)
from tickets.demo.script import MAILBOXES, Conversation, Person, Step

SHOP_HOST = "mx.harbourlane.example"  # settings.AUTHSERV_ID in a demo


@dataclass(frozen=True)
class Previous:
    """The mail that another answers. Ids are written with brackets; `reply_to` is where its answers should go."""

    message_id: str
    references: tuple[str, ...]
    sender: Person
    at: datetime
    subject: str
    text: str
    reply_to: str = ""


def write(conversation: Conversation, step: Step, at: datetime, previous: Previous | None = None) -> bytes:
    """The bytes of this mail, lines ended by CRLF, as the shop's server received them at `at` (aware)."""
    client = CLIENTS[step.client or conversation.client]
    fields = (*_trace(conversation, step, at), *_fields(conversation, step, client, at, previous))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    body = EmailMessage(policy=SMTP)
    WRITERS[step.kind](body, conversation, step, client, previous)
    return head.encode("ascii") + body.as_bytes()


def previous(raw_id: str, conversation: Conversation, step: Step, at: datetime, before: Previous | None) -> Previous:
    """What answers this incoming step have to know of it, when it was written with the Message-ID `raw_id`."""
    sender = step.sender or conversation.customer
    return Previous(raw_id, _references(before), sender, at, conversation.subject, step.body)


def identifier(conversation: Conversation, step: Step) -> str:
    """The Message-ID that this step's mail carries; the same in every run."""
    sender = step.sender or conversation.customer
    domain = SHOP_HOST if step.kind == "bounce" else sender.address.rpartition("@")[2]
    seed = f"{conversation.subject}\0{conversation.customer.address}\0{step.at}\0{step.body}"
    return message_id(CLIENTS[step.client or conversation.client], seed, domain)


def envelope_sender(conversation: Conversation, step: Step) -> str:
    """The address given in MAIL FROM; empty for bounces and automatic replies (RFC 3834 §3.3)."""
    return "" if step.kind in ("bounce", "vacation") else (step.sender or conversation.customer).address


def _trace(conversation: Conversation, step: Step, at: datetime) -> Iterator[tuple[str, str]]:
    """What the shop's own server put in front."""
    sender = (step.sender or conversation.customer).address
    domain = sender.rpartition("@")[2]
    mark = hashlib.sha256(f"{sender}{at.isoformat()}".encode()).hexdigest()
    host, number = f"mail.{domain}", 1 + int(mark[:2], 16) % 250
    yield "Return-Path", f"<{envelope_sender(conversation, step)}>"
    yield "Authentication-Results", f"{SHOP_HOST};\r\n\tdmarc={conversation.checks} header.from={domain}"
    yield (
        "Received",
        (
            f"from {host} ({host} [192.0.2.{number}])\r\n\tby {SHOP_HOST} with ESMTPS id {mark[:12]};"
            f"\r\n\t{format_datetime(at)}"
        ),
    )


def _fields(
    conversation: Conversation, step: Step, client: Client, at: datetime, before: Previous | None
) -> Iterator[tuple[str, str]]:
    charset = conversation.charset
    to = before.reply_to if before and before.reply_to else ""
    yield "From", _address(step.sender or conversation.customer, charset)
    yield "To", to or _address(MAILBOXES[conversation.mailbox], charset)
    if step.cc:
        yield "Cc", ",\r\n ".join(_address(person, charset) for person in step.cc)
    yield "Subject", _words(_subject(conversation, step, client, before), charset)
    yield "Date", format_datetime(at - timedelta(seconds=4))
    yield "Message-ID", identifier(conversation, step)
    if before:
        yield "In-Reply-To", before.message_id
        yield "References", "\r\n ".join(_references(before))
    if client.mailer:
        yield client.mailer


def _references(before: Previous | None) -> tuple[str, ...]:
    """RFC 5322 §3.6.4: what the answered mail refers to, and its own id; at most the first and the last nine."""
    if before is None:
        return ()
    chain = (*before.references, before.message_id)
    return chain if len(chain) <= 10 else (chain[0], *chain[-9:])


def _address(person: Person, charset: str) -> str:
    if not person.name:
        return person.address
    name = f'"{person.name}"' if person.name.isascii() else _words(person.name, charset)
    return f"{name} <{person.address}>"


def _words(text: str, charset: str) -> str:
    """Text for a header field: as it is, or as encoded words (RFC 2047) in the writer's charset."""
    if text.isascii():
        return text
    try:
        encoded = Header(text, charset, maxlinelen=68)
    except UnicodeEncodeError:
        encoded = Header(text, "utf-8", maxlinelen=68)
    return encoded.encode(linesep="\r\n")


def _subject(conversation: Conversation, step: Step, client: Client, before: Previous | None) -> str:
    subject = before.subject if before else conversation.subject
    if step.kind == "vacation":
        return AUTOMATIC_SUBJECT[conversation.language] + subject
    if step.kind == "bounce":
        return "Undelivered Mail Returned to Sender"
    if before is None or subject.casefold().startswith("re:"):
        return subject
    local = client.quoting == "outlook"
    return (REPLY_PREFIX.get(conversation.language, "RE: ") if local else "Re: ") + subject


def _ordinary(
    mail: EmailMessage, conversation: Conversation, step: Step, client: Client, before: Previous | None
) -> None:
    language = conversation.language
    quoted = _quoted_text(client, language, before, conversation) if before else ""
    mail.set_content(step.body + quoted, charset=conversation.charset, cte=_transfer(client, conversation.charset))
    if client.html or step.html or step.inline:
        words = step.html or _paragraphs(step.body, client, language)
        words += "".join(f'<p><img src="cid:{_cid(name)}" alt="{name}"></p>' for name in step.inline)
        words += _quoted_html(client, language, before, conversation) if before else ""
        mail.add_alternative(_page(words, language), subtype="html", cte="quoted-printable")
        _pictures(mail, step.inline)
    _attach(mail, step.files)
    if (step.client or conversation.client) == "mailing":
        mail["List-Unsubscribe"] = f"<mailto:leave@{conversation.customer.address.rpartition('@')[2]}>"
        mail["Precedence"] = "bulk"


def _transfer(client: Client, charset: str) -> str:
    return "7bit" if charset == "iso-2022-jp" else client.transfer


def _page(words: str, language: str) -> str:
    direction = ' dir="rtl"' if language == "ar" else ""
    return f'<html><head><meta charset="utf-8"></head><body{direction}>\r\n{words}\r\n</body></html>\r\n'


def _paragraphs(text: str, client: Client, language: str) -> str:
    direction = ' dir="rtl"' if language == "ar" else ""
    shape = '<p class="MsoNormal"{0}>{1}</p>' if client.quoting == "outlook" else "<div{0}>{1}</div><div><br></div>"
    return "\r\n".join(
        shape.format(direction, escape(paragraph).replace("\n", "<br>\r\n")) for paragraph in text.split("\n\n")
    )


def _cid(name: str) -> str:
    return f"{hashlib.sha256(name.encode()).hexdigest()[:12]}@picture"


def _pictures(mail: EmailMessage, names: Sequence[str]) -> None:
    page = list(mail.iter_parts())[-1]
    assert isinstance(page, MIMEPart)
    for name in names:
        data, kind = papers.content(name)
        page.add_related(data, *kind.split("/"), cid=f"<{_cid(name)}>", filename=name, disposition="inline")


def _attach(mail: EmailMessage, names: Sequence[str]) -> None:
    for name in names:
        data, kind = papers.content(name)
        mail.add_attachment(data, *kind.split("/"), filename=name)


def _quoted_text(client: Client, language: str, before: Previous, conversation: Conversation) -> str:
    if client.quoting == "outlook":
        fields = _outlook_fields(language, before, conversation)
        header = "\n".join(f"{name}: {value}" for name, value in fields)
        return f"\n\n________________________________\n{header}\n\n{before.text}\n"
    quoted = "\n".join(f"> {line}".rstrip() for line in before.text.splitlines())
    return f"\n\n{attribution(client, language, before.sender, before.at)}\n\n{quoted}\n"


def _quoted_html(client: Client, language: str, before: Previous, conversation: Conversation) -> str:
    words = escape(before.text).replace("\n", "<br>\r\n")
    if client.quoting == "outlook":
        fields = _outlook_fields(language, before, conversation)
        header = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in fields)
        border = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
        return f'<div id="divRplyFwdMsg" style="{border}"><p class="MsoNormal">{header}</p></div>\r\n<div>{words}</div>'
    line = escape(attribution(client, language, before.sender, before.at))
    if client.quoting == "gmail":
        return (
            f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{line}<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">'
            f"{words}</blockquote></div>"
        )
    return f'<br><blockquote type="cite"><div>{line}</div><br><div>{words}</div></blockquote>'


def _outlook_fields(language: str, before: Previous, conversation: Conversation) -> tuple[tuple[str, str], ...]:
    to = conversation.customer
    return outlook_header(language, before.sender, before.at, f"{to.name} <{to.address}>", before.subject)


def _vacation(
    mail: EmailMessage, conversation: Conversation, step: Step, client: Client, before: Previous | None
) -> None:
    """An automatic answer (RFC 3834): it says so, and has no envelope sender."""
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(step.body, charset=conversation.charset, cte=_transfer(client, conversation.charset))


def _bounce(
    mail: EmailMessage, conversation: Conversation, step: Step, client: Client, before: Previous | None
) -> None:
    """A delivery status notification (RFC 3464) about our mail `before`; the step's text: the other server's words."""
    assert before is not None, "a bounce returns a mail of ours"
    mail["Auto-Submitted"] = "auto-replied"
    recipient, code = conversation.customer.address, step.body.split()[1]
    words = (
        f"This is the mail system at host {SHOP_HOST}.\n\nYour message could not be delivered to one or more"
        f" recipients. It is returned below.\n\n<{recipient}>: {step.body}\n"
    )
    mail.set_content(words)
    mail.make_mixed()
    mail.attach(_report(recipient, code, step.body, before.at))
    mail.attach(_returned(before, conversation.customer))
    mail.set_type("multipart/report")
    mail.set_param("report-type", "delivery-status")


def _report(recipient: str, status: str, words: str, at: datetime) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/delivery-status"
    message, address = MIMEPart(policy=SMTP), MIMEPart(policy=SMTP)
    message["Reporting-MTA"] = f"dns; {SHOP_HOST}"
    message["Arrival-Date"] = format_datetime(at)
    address["Final-Recipient"] = f"rfc822; {recipient}"
    address["Action"] = "failed"
    address["Status"] = status
    address["Diagnostic-Code"] = f"smtp; {words}"
    part.set_payload([message, address])
    return part


def _returned(before: Previous, to: Person) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    original = EmailMessage(policy=SMTP)
    original["From"], original["To"] = _address(before.sender, "utf-8"), _address(to, "utf-8")
    original["Subject"], original["Date"] = before.subject, format_datetime(before.at)
    original["Message-ID"] = before.message_id
    original.set_content(before.text)
    part.set_content(original)
    return part


WRITERS = {"in": _ordinary, "vacation": _vacation, "bounce": _bounce}
