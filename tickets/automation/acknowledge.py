"""The acknowledgement: one automatic answer to a new ticket, never to a machine, and capped (RFC 3834)."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import hours
from tickets.actions.reply import acknowledge
from tickets.automation.wording import wording
from tickets.mime.automatic import may_answer
from tickets.mime.parse import parse
from tickets.models import Account, Address, Delivery, Entry, Message
from tickets.record import read
from tickets.texts.wording import Wording

YOUNGEST_HISTORY = timedelta(hours=24)  # an automatic mail only ever answers mail younger than this
PER_ADDRESS_AND_HOUR = 2
PER_ADDRESS_AND_DAY = 10
PER_MAILBOX_AND_HOUR = 200


def consider(entry: Entry) -> str:
    """Acknowledge the message of a received entry if it should be; return why not, or ""."""
    if "new_ticket" not in entry.fields:
        return "no new ticket"
    message = Message.objects.select_related("ticket__mailbox", "ticket__contact").filter(entry=entry).first()
    if message is None:
        return "no message"
    recipient = entry.fields["envelope"].get("from") or message.from_address
    hindrance = _hindrance(entry, message, recipient)
    if not hindrance:
        acknowledge(message, words(message), recipient)
    return hindrance


def _hindrance(entry: Entry, message: Message, recipient: str) -> str:
    mailbox = message.ticket.mailbox
    if message.ticket.spam:
        return "it is spam"
    if not mailbox.acknowledge:
        return "the mailbox does not acknowledge"
    if message.channel != settings.LAST_RESORT:
        return "it did not come by mail"
    if entry.fields.get("history") or "twin" in entry.fields:
        return "history, or acknowledged in another mailbox"
    if not is_young(message):
        return "the mail is older than 24 hours"
    if "@" not in recipient or recipient.lower() == mailbox.address.lower():
        return "there is nobody to answer"
    if reason := unwelcome(recipient):
        return reason
    may, why = may_answer(parse(read.original(entry)), entry.fields["envelope"].get("from", recipient))
    return capped(message.ticket.mailbox, recipient) if may else why


def unwelcome(recipient: str) -> str:
    """Why nothing automatic goes to an address, though its mail may be answered: it said so, or nothing arrives there."""
    rows = Address.objects.filter(channel=settings.LAST_RESORT, address=recipient.lower())
    address = rows.only("reachable", "complained_at").first()
    if address is not None and address.complained_at is not None:
        return "this address reported automatic mail of ours as unwanted"
    return "nothing could be delivered to this address" if address is not None and not address.reachable else ""


def is_young(message: Message) -> bool:
    """Return whether an automatic answer may answer it: younger than a day by its date and by its receipt."""
    oldest = timezone.now() - YOUNGEST_HISTORY
    return message.at > oldest and (message.date is None or message.date > oldest)


def capped(account: Account, recipient: str) -> str:
    """Return why no more automatic answers go there for now, or "": two helpdesks wired to each other stop after a few."""
    now = timezone.now()
    of_the_day = Delivery.objects.filter(account=account, at__gt=now - timedelta(days=1), message__automatic=True)
    sent = of_the_day.filter(at__gt=now - timedelta(hours=1))
    if sent.filter(recipient__iexact=recipient)[:PER_ADDRESS_AND_HOUR].count() >= PER_ADDRESS_AND_HOUR:
        return "this address had its automatic answers for this hour"
    if of_the_day.filter(recipient__iexact=recipient)[:PER_ADDRESS_AND_DAY].count() >= PER_ADDRESS_AND_DAY:
        return "this address had its automatic answers for this day"
    if sent[:PER_MAILBOX_AND_HOUR].count() >= PER_MAILBOX_AND_HOUR:
        return "the mailbox sent its automatic answers for this hour"
    return ""


def words(message: Message) -> Wording:
    """Return the acknowledgement in the language of the customer: out of hours another one, which says when somebody is back."""
    mailbox = message.ticket.mailbox
    if hours.is_open(mailbox.opening_hours, timezone.now()):
        return wording(message, mailbox, ["acknowledgement"])
    why = _("Nobody is here just now.")
    return wording(message, mailbox, ["acknowledgement-closed"], why)
