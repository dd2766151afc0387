"""Invite: a link in a mail to one person opens a chat, where they are asked whether it is them. Only their yes links both.

The link is single-use and good for three days. Whoever it is forwarded to sees the question and nothing else; the old address is
told at once when a chat was linked with it, and undoes it with one press.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import tokens
from tickets.actions.ask import label_of
from tickets.actions.change import NotAllowed
from tickets.actions.contact import lock_accounts
from tickets.actions.join import join, unjoin
from tickets.actions.language import language_for
from tickets.actions.note import note
from tickets.actions.prove import LINK_MASK, keep_secret, link_to, tell_in_chat
from tickets.actions.reply import AUTOMATIC_HEADERS
from tickets.actions.say import Words, say
from tickets.models import Account, Address, Agent, Contact, Direction, Message, Purpose, Ticket, Token
from tickets.models.press_links import UNLINK
from tickets.outbox.route import Route
from tickets.texts import own


def invite(ticket: Ticket, address: Address, account: Account, by: Agent, at: datetime | None = None) -> Message:
    """Mail a link into a chat of `account` to a proven address of a ticket's contact. Raises NotAllowed, OSError."""
    when, contact = at or timezone.now(), ticket.contact
    if address.contact_id != contact.pk or not address.proven or address.channel != settings.LAST_RESORT:
        raise NotAllowed(_("A link goes only to an address that is proven to be theirs."))
    if not link_to(account, ""):
        raise NotAllowed(_("%(name)s has no links that open a chat.") % {"name": account.name})
    secret = tokens.issue(Purpose.LINK, account, contact, address.address, when)
    digest = keep_secret(Purpose.LINK, secret)
    language = language_for(contact, ticket.mailbox, ticket.snippet).language
    values = {
        "name": contact.name,
        "mailbox": ticket.mailbox.name,
        "channel": label_of(account),
        "open": link_to(account, LINK_MASK),
    }
    return say(
        _mail(
            ticket,
            address.address,
            "chat-link",
            language,
            values,
            when,
            by,
            {"confirms": {"tokens": [digest], "account": account.public_id}},
        )
    )


def _mail(
    ticket: Ticket,
    address: str,
    text: str,
    language: str,
    values: dict[str, str],
    when: datetime,
    by: Agent | None,
    extra: dict[str, object],
) -> Words:
    """A mail of its own to one address; its links are put in when it is rendered."""
    mailbox = ticket.mailbox
    return Words(
        ticket=ticket,
        text=own.words(mailbox, text, language, values),
        by=by,
        at=when,
        direction=Direction.OUT,
        subject=own.subject(text, language, values),
        to=[{"name": ticket.contact.name, "address": address}],
        routes=[Route(mailbox, mailbox.channel, address, "")],
        automatic=True,
        headers={**AUTOMATIC_HEADERS, "X-Loop": mailbox.address},
        is_alone=True,
        extra={"texts": [text], "language": language, "reason": ""} | extra,
    )


def opened(message: Message, payload: str, at: datetime | None = None) -> bool:
    """Ask whoever opened a chat by a mailed link whether it is them; whether it was one of ours. Raises OSError."""
    when, account, contact = at or timezone.now(), message.account, message.ticket.contact
    token = tokens.find(Purpose.LINK, payload)
    if token is None:
        return False
    if token.account_id != account.pk or not tokens.use(token, when):
        tell_in_chat(message, "expired-link", {}, when, _("The link does not count here, or not any more."))
    elif token.contact_id == contact.pk:
        tell_in_chat(message, "confirmed", {"address": token.address}, when, _("They are linked already."))
    else:
        Token.objects.filter(purpose=Purpose.ANSWER, account=account, contact=contact, used_at=None).update(
            expires_at=when
        )
        tokens.issue(Purpose.ANSWER, account, contact, token.address, when, {"with": token.contact.public_id})
        tell_in_chat(
            message, "is-it-you", {"address": masked(token.address)}, when, _("They opened a link that was mailed.")
        )
    return True


def masked(address: str) -> str:
    """Enough of an address for its owner to know it: a…@example.org."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def awaits_answer(message: Message, at: datetime) -> Token | None:
    """Return the question whether they are somebody, if it is open in this chat."""
    ours = Message.objects.filter(ticket=message.ticket_id, pk__lt=message.pk, direction=Direction.OUT)
    last = ours.filter(kind="message", channel=message.channel).select_related("entry").order_by("-pk").first()
    if last is None or "is-it-you" not in last.entry.fields.get("texts", []):
        return None  # a yes answers what was said last
    asked = Token.objects.filter(purpose=Purpose.ANSWER, account=message.account, contact=message.ticket.contact)
    return asked.filter(used_at=None, expires_at__gt=at).order_by("-pk").first()


def answered(message: Message, question: Token, is_yes: bool, at: datetime | None = None) -> None:
    """Link the chat with the person who was mailed, or leave it. The old address is told at once. Raises OSError."""
    when = at or timezone.now()
    if not is_yes:
        if tokens.use(question, when):
            tell_in_chat(message, "not-linked", {}, when, _("They say that it is not them."))
        return
    proof = _("The link that was mailed to %(address)s opened the chat, and they said that it is them.")
    shown = proof % {"address": question.address}
    with transaction.atomic():
        lock_accounts()
        if not tokens.use(question, when):
            return
        chat = Contact.objects.get(pk=message.ticket.contact_id)
        known = Contact.objects.filter(public_id=question.data["with"]).first()
        mailed = (known.joined_into or known) if known else None
        if mailed is None or mailed.removed_at or mailed.pk == chat.pk or not _reads(mailed, question.address):
            tell_in_chat(message, "expired-link", {}, when, _("Whom they were to be linked with is not here any more."))
            return
        join(chat, mailed, None, _("Linked by a mailed link."), shown, when)
    message.ticket.refresh_from_db()
    tell_in_chat(message, "linked-here", {"address": masked(question.address)}, when, shown)
    _tell_address(message, question.address, chat, when)


def _reads(contact: Contact, address: str) -> bool:
    """Whether an address that was mailed is (still) proven to be theirs."""
    return contact.addresses.filter(channel=settings.LAST_RESORT, address=address, proven=True).exists()


def _tell_address(message: Message, address: str, joined: Contact, when: datetime) -> None:
    ticket, account = message.ticket, message.account
    language = language_for(ticket.contact, ticket.mailbox, message.reply or message.text).language
    values = {
        "mailbox": ticket.mailbox.name,
        "channel": label_of(account),
        "link": f"{settings.SITE_URL}/{UNLINK}/{LINK_MASK}/",
    }
    say(_mail(ticket, address, "linked", language, values, when, None, {"undoes": joined.public_id}))


def undo_link(joined: Contact, address: str, at: datetime | None = None) -> bool:
    """Take a chat and the person it was linked with apart again: whoever reads the address says so. False when that was done."""
    try:
        unjoin(joined, None, _("Undone by whoever reads %(address)s.") % {"address": address}, at)
    except NotAllowed:
        return False
    for ticket in Ticket.objects.filter(contact=joined, merged_into=None).order_by("-pk")[:1]:
        words = _(
            "Whoever reads %(address)s says that this chat is not theirs. They were taken apart again; do not write of one to the other."
        )
        note(ticket, words % {"address": address}, None)
    return True
