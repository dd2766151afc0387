"""Prove: an address that somebody named in a chat is theirs when what was mailed there comes back in that chat.

Nobody else gets anything by it: a code or link counts only in the chat that asked for it, once, and for a day. Until then the
address shows no history and receives nothing but the confirmation, twice a day at most, whoever asks.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import tokens
from tickets.actions.ask import label_of
from tickets.actions.contact import Decided, enter, lock_accounts
from tickets.actions.join import join
from tickets.actions.language import language_for
from tickets.actions.objection import has_objected
from tickets.actions.reply import AUTOMATIC_HEADERS, tell
from tickets.actions.say import Words, say
from tickets.channels import NotConnected, open_channel
from tickets.mime.own_address import codes_in
from tickets.models import Account, Address, Against, Contact, Direction, Entry, Message, Purpose, Ticket, Token
from tickets.models.press_links import NOT_ME
from tickets.models.secrets import wrapped
from tickets.outbox.route import Route
from tickets.texts import own
from tickets.texts.wording import Wording

MOST_A_DAY = 2  # mails to one address, whoever asks
MOST_BY_ONE = 5  # mails a day that one contact can have us send, whatever addresses they name
PROVED = "proved"
CODE_MASK = "••••••"
LINK_MASK = "left-out"


def offer(message: Message, address: str, at: datetime | None = None) -> bool:
    """Mail a code to an address that somebody named in a chat; whether it went. The chat hears the same in any case. Raises OSError."""
    when = at or timezone.now()
    with transaction.atomic():
        Contact.objects.select_for_update().get(pk=message.ticket.contact_id)
        held = _hindrance(message.ticket.contact, address, when)
        if not held:
            say(_confirmation(message, address, when))
        why = (
            _("They named an address, and nothing is mailed to it: %(held)s.") if held else _("They named an address.")
        )
        tell_in_chat(message, "ask-thanks", {"address": address}, when, why % {"held": held})
    return not held


def _hindrance(contact: Contact, address: str, when: datetime) -> str:
    """Why nothing is mailed to an address; "" when something is. Agents read it; the chat hears the same in any case."""
    if has_objected(address, Against.CONFIRMATIONS):
        return _("whoever reads it does not want to be asked")
    if is_ours(address):
        return _("it is ours")
    mailed = Token.objects.filter(purpose=Purpose.CODE, made_at__gt=when - timedelta(days=1))
    if mailed.filter(address=address)[:MOST_A_DAY].count() >= MOST_A_DAY:
        return _("it had its mails for this day")
    if mailed.filter(contact=contact)[:MOST_BY_ONE].count() >= MOST_BY_ONE:
        return _("they had us mail enough strangers for this day")
    known = contact.addresses.filter(channel=settings.LAST_RESORT, address=address, proven=True)
    return _("it is proven already") if known.exists() else ""


def is_ours(address: str) -> bool:
    """Whether mail to an address comes to us: a mailbox, one of its further addresses, or that of a conversation."""
    local, _at, domain = address.rpartition("@")
    mailboxes = Account.objects.filter(channel=settings.LAST_RESORT, removed_at=None)
    if mailboxes.filter(address__in=[address, f"{local.partition('+')[0]}@{domain}"]).exists():
        return True
    return Ticket.objects.filter(own_code__in=codes_in(address)).exists()


def _confirmation(message: Message, address: str, when: datetime) -> Words:
    """The mail, with places where rendering puts code and links: they are not to stand in the record."""
    ticket, account = message.ticket, message.account
    mailbox = ticket.mailbox
    made = [_issue(purpose, account, ticket.contact, address, when) for purpose in (Purpose.CODE, Purpose.OPEN)]
    language = language_for(ticket.contact, account, message.reply or message.text, message.subject).language
    values = {
        "mailbox": mailbox.name,
        "channel": label_of(account),
        "code": CODE_MASK,
        "open": link_to(account, LINK_MASK),
        "not_me": f"{settings.SITE_URL}/{NOT_ME}/{LINK_MASK}/",
    }
    return Words(
        ticket=ticket,
        text=own.words(mailbox, "confirm", language, values),
        by=None,
        at=when,
        direction=Direction.OUT,
        subject=own.subject("confirm", language, values),
        to=[{"name": "", "address": address}],
        routes=[Route(mailbox, mailbox.channel, address, "")],
        automatic=True,
        headers={**AUTOMATIC_HEADERS, "X-Loop": mailbox.address},
        is_alone=True,
        extra={
            "confirms": {"tokens": made, "account": account.public_id},
            "texts": ["confirm"],
            "language": language,
            "reason": _("They named this address in the chat: it is asked whether it is theirs."),
        },
    )


def _issue(purpose: Purpose, account: Account, contact: Contact, address: str, when: datetime) -> str:
    """A token whose secret is kept, encrypted, until it has been used; return its digest, which names it."""
    secret = tokens.issue(purpose, account, contact, address, when)
    if purpose != Purpose.CODE:
        return keep_secret(purpose, secret)
    token = Token.objects.filter(purpose=purpose, account=account, contact=contact, address=address).latest("pk")
    Token.objects.filter(pk=token.pk).update(data={"secret": wrapped(secret)})
    return token.digest


def keep_secret(purpose: Purpose, secret: str) -> str:
    """Keep a token's secret, encrypted, until the mail that carries it is rendered; return the digest that names it."""
    token = tokens.find(purpose, secret)
    if token is None:
        raise LookupError("This token was not issued.")
    Token.objects.filter(pk=token.pk).update(data=token.data | {"secret": wrapped(secret)})
    return token.digest


def link_to(account: Account, payload: str) -> str:
    """Return the address that opens the chat with a payload; "" where the channel has none."""
    try:
        return open_channel(account).deep_link(payload)
    except NotConnected:
        return ""


def answer_code(message: Message, typed: str, at: datetime | None = None) -> bool:
    """Take what somebody typed as the code that they were mailed; whether they were waiting for one. Raises OSError."""
    when, account, contact = at or timezone.now(), message.account, message.ticket.contact
    waiting = tokens.awaits_code(account, contact, when)
    if waiting is None:
        return False
    if not tokens.is_good(waiting, when) or waiting.tries >= tokens.MOST_TRIES:
        if waiting.tries <= tokens.MOST_TRIES:  # said once: whoever goes on guessing hears nothing more
            Token.objects.filter(pk=waiting.pk).update(tries=tokens.MOST_TRIES + 1)
            tell_in_chat(message, "expired-link", {}, when, _("Their code is not valid any more."))
        return True
    token = tokens.try_code(account, contact, typed, when)
    if token is None:
        tell_in_chat(message, "wrong-code", {}, when, _("It is not the code that they were mailed."))
    else:
        prove(token, message, _("The code that was mailed to %(address)s was typed into the chat."), when)
    return True


def answer_link(message: Message, payload: str, at: datetime | None = None) -> bool:
    """Take what opened a chat as the link that was mailed; whether it is ours. In another chat it proves nothing. Raises OSError."""
    when = at or timezone.now()
    token = tokens.find(Purpose.OPEN, payload)
    if token is None:
        return False
    is_theirs = token.account_id == message.account_id and token.contact_id == message.ticket.contact_id
    if is_theirs and tokens.is_good(token, when):
        prove(token, message, _("The link that was mailed to %(address)s opened the chat."), when)
    else:
        tell_in_chat(message, "expired-link", {}, when, _("The link does not count in this chat, or not any more."))
    return True


def prove(token: Token, message: Message, how: str, at: datetime) -> bool:
    """Make the address of a token that came back part of the contact who brought it; False when it was used meanwhile. Raises OSError."""
    proof = how % {"address": token.address}
    with transaction.atomic():
        lock_accounts()
        if not tokens.use(token, at):
            return False
        tokens.drop_others(token, at)
        contact = Contact.objects.select_for_update().get(pk=message.ticket.contact_id)
        known = (
            Address.objects.filter(channel=settings.LAST_RESORT, address=token.address)
            .select_related("contact")
            .first()
        )
        if known and known.contact_id != contact.pk and _is_all_theirs(known):
            contact = join(known.contact, contact, None, _("Proven by what was mailed."), proof, at)
        words = _("proved an address: %(address)s") % {"address": token.address}
        more = {"channel": settings.LAST_RESORT, "address": token.address, "proof": proof}
        enter(contact, Decided(PROVED, None, at, words, proof, more), apply_proved)
    tell_in_chat(message, "confirmed", {"address": token.address}, at, proof)
    return True


def _is_all_theirs(known: Address) -> bool:
    """Whether whoever reads an address is the contact who has it: not where somebody only added it to what is shown elsewhere."""
    return known.proven or known.contact.addresses.count() == 1


def apply_proved(entry: Entry) -> None:
    """Make what an entry says of an address that was proven, whoever had it without a proof; an erased one has none."""
    fields = entry.fields
    contact = Contact.objects.get(public_id=fields["contact"])
    if fields["address"]:
        shown = {"proven": True, "proof": fields["proof"]}
        known = {"channel": fields["channel"], "address": fields["address"]}
        Address.objects.filter(**known).exclude(contact=contact).update(contact=contact, origin=None)
        if not Address.objects.filter(**known).update(**shown):
            contact.addresses.create(**known, **shown)


def tell_declined(message: Message, at: datetime) -> None:
    """Say that nobody asks again. Raises OSError."""
    tell_in_chat(message, "declined", {}, at, _("They do not want to name another address."))


def tell_in_chat(message: Message, name: str, values: dict[str, str], at: datetime, why: str) -> None:
    """Say one of our texts in the chat, in the customer's language."""
    account = message.account
    choice = language_for(message.ticket.contact, account, message.reply or message.text, message.subject)
    text = own.words(account, name, choice.language, {"mailbox": account.home.name, **values})
    tell(message, Wording(text, (name,), choice.language, " ".join([why, choice.reason])), at)
