"""From the neutral message in the record to the mail that is really sent.

The same message always gives the same bytes, for every recipient: nothing here asks a clock or for randomness, no Bcc is
written, and no address of this server stands in it but the link to a request.
"""

import html
from collections.abc import Iterable

from tickets.actions.delivered import holds_secrets
from tickets.channels import Outgoing, footer_of, spoken_in
from tickets.mail import confirming, detoured, quoting, request_line
from tickets.mime import identifiers
from tickets.mime.addresses import Mailbox
from tickets.mime.build import File, build
from tickets.mime.html import from_text
from tickets.mime.parse import Mail, parse
from tickets.models import Account, Delivery, Message
from tickets.models.keys import KEY_ID, signing_key, signing_keys
from tickets.models.own_address import reply_pattern
from tickets.texts import own

# Fields of the neutral message that travel with it: they say that a machine wrote it (RFC 3834, channels.md §7.2), or how
# to leave a list.
KEPT = (
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "X-Loop",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)


def render(outgoing: Outgoing) -> bytes:
    """Return the mail to send for `outgoing`, CRLF."""
    message, account = outgoing.message, outgoing.account
    neutral = parse(outgoing.original)
    to, cc = recipients(message, outgoing.deliveries)
    text, page = bodies(outgoing, neutral)
    address = reply_address(account, message)
    return build(
        from_=Mailbox(account.name, account.address),
        to=to,
        cc=cc,
        reply_to=[Mailbox(account.name, address)] if address else [],
        subject=subject_of(outgoing, neutral, tagged=not address),
        text=text,
        html=page,
        message_id=message.message_id or neutral.message_id or "",
        date=message.date or message.at,
        in_reply_to=neutral.in_reply_to,
        references=neutral.references,
        files=files_of(neutral),
        headers={name: value for name in KEPT if (value := neutral.headers.get(name))} | detoured.headers(outgoing),
    )


def recipients(message: Message, deliveries: Iterable[Delivery]) -> tuple[list[Mailbox], list[Mailbox]]:
    """Return To and Cc: those of the message that are email addresses, and whoever else the mail goes to openly.

    A detour from a messenger has no email address among its recipients; its delivery has.
    """
    to, cc = _boxes(message.to), _boxes(message.cc)
    hidden = {box["address"].lower() for box in message.bcc}
    shown = {box.address.lower() for box in [*to, *cc]} | hidden
    if not to and not cc:
        to = [Mailbox("", d.recipient) for d in deliveries if d.recipient.lower() not in shown]
    return to, cc


def _boxes(people: Iterable[dict[str, str]]) -> list[Mailbox]:
    return [Mailbox(one.get("name", ""), one["address"]) for one in people if is_email(one["address"])]


def is_email(address: str) -> bool:
    """Whether mail can go there: the addresses of messengers have no @, or end in .invalid."""
    return "@" in address and not address.lower().endswith(".invalid")


def reply_address(account: Account, message: Message) -> str:
    """Return the signed address that answers to `message` come back to; "" where the mailbox takes none."""
    pattern = reply_pattern(account)
    if not pattern:
        return ""
    token = identifiers.reply_token(signing_key(), KEY_ID, message.public_id)
    address = identifiers.reply_address(account.address, token, pattern)
    return "" if address == account.address else address


def return_path(account: Account, delivery: Delivery) -> str:
    """Return the signed envelope sender that a bounce comes back to; the mailbox's own address where it takes none."""
    pattern = reply_pattern(account)
    if not pattern:
        return account.address
    return identifiers.bounce_address(signing_key(), KEY_ID, account.address, delivery.public_id, pattern)


def subject_of(outgoing: Outgoing, neutral: Mail, tagged: bool) -> str:
    """Return the subject; with the ticket's signed tag where the reply address cannot carry it."""
    message, account = outgoing.message, outgoing.account
    subject = detoured.subject(outgoing) or message.subject or neutral.subject or _named(account, message)
    number = message.ticket.number
    if not tagged or identifiers.read_subject_tag(signing_keys(), subject) == number:
        return subject
    return f"{subject} {identifiers.subject_tag(signing_key(), number)}"


def _named(account: Account, message: Message) -> str:
    return own.words(account, "subject", spoken_in(message, account), {"mailbox": account.name})


def bodies(outgoing: Outgoing, neutral: Mail) -> tuple[str, str]:
    """Return the text and the HTML part: the words, signature, footer and link, the message that is answered."""
    message, account = outgoing.message, outgoing.account
    words = (message.text or neutral.text).rstrip()
    page = neutral.html if neutral.html is not None else from_text(words)
    text = words
    if account.signature.strip() and not message.automatic:
        signature = signed(account, neutral)
        text += f"\n\n-- \n{signature}"
        page += f'\n<div class="signature">-- <br>{_lines(signature)}</div>'
    if footer := footer_of(message, account):
        text += f"\n\n{footer}"
        page += f'\n<div class="footer"><br>{_lines(footer)}</div>'
    if holds_secrets(outgoing.message):
        text, page = confirming.with_secrets((text, page), outgoing)
    else:
        text, page = request_line.with_link(detoured.with_line((text, page), outgoing), outgoing)
    parent = quoting.answered(message, neutral.in_reply_to)
    if parent:
        language = spoken_in(message, account)
        text += "\n\n" + quoting.quoted_text(parent, account, language)
        page += "\n<br>\n" + quoting.quoted_html(parent, account, language)
    return text, f'<html><head><meta charset="utf-8"></head><body>\n{page}\n</body></html>'


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def signed(account: Account, neutral: Mail) -> str:
    """Return the mailbox's signature with {agent} and {mailbox} filled in; the agent's name as it was when it was written."""
    name = neutral.from_.name if neutral.from_ else ""
    return account.signature.strip().replace("{agent}", name or account.name).replace("{mailbox}", account.name)


def files_of(neutral: Mail) -> list[File]:
    """Return the files of the neutral message, pictures in their places."""
    return [
        File(file.filename or "", file.content_type, file.content, file.content_id, file.inline)
        for file in neutral.attachments
    ]
