"""Ask: once, where else somebody may be answered. What was asked, declined or held back are events of the contact.

Asking is never a condition for help, comes after a person has answered, and not twice within 90 days.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.contact import Decided, write
from tickets.actions.language import language_for
from tickets.actions.reply import tell
from tickets.actions.say import ASKED
from tickets.channels import NotConnected, channel_classes, open_channel
from tickets.models import (
    Account,
    Agent,
    Contact,
    ContactEvent,
    Delivery,
    DeliveryState,
    Direction,
    Entry,
    Health,
    Message,
    Ticket,
)
from tickets.models.conversations import AFTER_ANSWER, NEVER, rules_of
from tickets.outbox.route import said_at
from tickets.texts import own
from tickets.texts.wording import Wording

DECLINED, HELD_BACK, LET = "declined", "ask-held-back", "ask-let"
TEXT = "ask"
NOT_AGAIN_WITHIN = timedelta(days=90)
HEARD_WITHIN = timedelta(days=14)  # a bare "no" or an address answers a question so old


def hindrance(ticket: Ticket, account: Account, at: datetime) -> str:
    """Say why the customer of a ticket is not asked in the chats of `account`; "" when they may be."""
    channel = channel_classes().get(account.channel)
    if channel is None or not channel.conversational:
        return "no conversation"
    if account.removed_at or account.paused_at or account.stopped_at or account.health == Health.CUT_OFF:
        return "nothing can be sent there"
    if ticket.spam or ticket.history:
        return "spam, or history"
    return _hindrance_of(ticket.contact, at)


def _hindrance_of(contact: Contact, at: datetime) -> str:
    if contact.removed_at or contact.addresses.filter(channel=settings.LAST_RESORT, proven=True).exists():
        return "they can be reached otherwise already"
    events = ContactEvent.objects.filter(contact__in=contact.selves)
    found = events.filter(kind__in=(DECLINED, HELD_BACK, LET)).order_by("-pk")[:50]
    last = {event.kind: event for event in reversed(found)}
    if DECLINED in last:
        return "they said no"
    if HELD_BACK in last and (LET not in last or last[LET].pk < last[HELD_BACK].pk):
        return "it is held back"
    if heard_lately(events, at).exists():
        return "they were asked lately"
    return ""


def heard_lately(events: QuerySet[ContactEvent], at: datetime) -> QuerySet[ContactEvent]:
    """Return those of `events` by which somebody was asked within 90 days; a question that was refused nobody has heard."""
    refused = Delivery.objects.filter(message__entry=OuterRef("entry"), state=DeliveryState.FAILED)
    return events.filter(~Exists(refused), kind=ASKED, at__gt=at - NOT_AGAIN_WITHIN)


def is_held_back(contact: Contact) -> bool:
    """Whether an agent holds the question back."""
    events = ContactEvent.objects.filter(contact__in=contact.selves, kind__in=(HELD_BACK, LET))
    return events.order_by("-pk").values_list("kind", flat=True).first() == HELD_BACK


def ask(message: Message, why: str, at: datetime | None = None, **more: object) -> Message | None:
    """Ask the writer of `message`, in its chat; None when the vendor lets us write nothing there, or they were asked meanwhile.

    `more`: what else the entry says of it. Raises OSError.
    """
    when = at or timezone.now()
    if not may_write_to(message, when):
        return None
    with transaction.atomic():
        Contact.objects.select_for_update().get(pk=message.ticket.contact_id)
        if hindrance(message.ticket, message.account, when):
            return None
        return tell(message, _wording(message, why), when, asks=True, **more)


def may_write_to(message: Message, at: datetime) -> bool:
    """Whether the vendor lets us write to whoever wrote `message`."""
    try:
        until = open_channel(message.account).closes(said_at(message))
    except NotConnected:
        return False
    return until is None or until > at


def ask_for_way(ticket: Ticket, at: datetime | None = None) -> Message | None:
    """Ask the customer of a ticket whose answer waits, because no other way to them is known; None when they are not to be asked.

    Where an account only receives, this is all that is ever said there. Raises OSError.
    """
    when = at or timezone.now()
    last = last_line(ticket.pk)
    if last is None or rules_of(last.account).asks == NEVER or is_untimely(last, when):
        return None
    return ask(last, _("An answer waits for a way to them."), when)


def _wording(message: Message, why: str) -> Wording:
    account = message.account
    choice = language_for(message.ticket.contact, account, message.reply or message.text, message.subject)
    text = own.words(account, TEXT, choice.language, {"mailbox": account.home.name, "channel": label_of(account)})
    return Wording(text, (TEXT,), choice.language, " ".join([why, choice.reason]))


def label_of(account: Account) -> str:
    """Return what people call the channel of an account."""
    known = channel_classes().get(account.channel)
    return str(known.label) if known else account.channel


def was_asked(contact: Contact, at: datetime) -> bool:
    """Whether they were asked lately, so that a bare word answers it."""
    asked = ContactEvent.objects.filter(contact__in=contact.selves, kind=ASKED, at__gt=at - HEARD_WITHIN)
    return asked.exists()


def decline(contact: Contact, at: datetime | None = None) -> None:
    """They want to name no address: they are not asked again."""
    words = _("does not want to name another address")
    write(contact, Decided(DECLINED, None, at or timezone.now(), words), apply_asking)


def hold_back(ticket: Ticket, by: Agent, at: datetime | None = None) -> None:
    """Do not ask this customer. Raises NotAllowed when it is held back already."""
    if is_held_back(ticket.contact):
        raise NotAllowed(_("The question is held back already."))
    words = _("holds the question back where else to answer")
    write(ticket.contact, Decided(HELD_BACK, by, at or timezone.now(), words), apply_asking)


def let_ask(ticket: Ticket, by: Agent, at: datetime | None = None) -> None:
    """Let this customer be asked after all."""
    words = _("lets the question be asked where else to answer")
    write(ticket.contact, Decided(LET, by, at or timezone.now(), words), apply_asking)


def apply_asking(entry: Entry) -> None:
    """What was decided about asking stands in its entry; the event leads to it."""


def is_due_after(reply: Message, at: datetime) -> Message | None:
    """Return the customer's newest message if they may be asked now that `reply` has answered them; else None."""
    last = last_line(reply.ticket_id)
    if last is None or rules_of(last.account).asks != AFTER_ANSWER or is_untimely(last, at):
        return None
    return last


def last_line(ticket: int) -> Message | None:
    """Return the customer's newest line in a ticket, by the ticket's primary key; what strangers wrote there is none."""
    theirs = Message.objects.filter(ticket=ticket, direction=Direction.IN, kind="message", via=False)
    rows = theirs.select_related("account__mailbox", "ticket__mailbox", "ticket__contact", "entry")
    return rows.order_by("-at", "-pk").first()


def is_untimely(last: Message, at: datetime) -> bool:
    """Whether something speaks against asking whoever wrote `last` just now: a group, a burst, what was asked or said before."""
    if last.entry.fields.get("is_group") or not is_of_customer(last):
        return True
    return at - last.at < rules_of(last.account).burst or bool(hindrance(last.ticket, last.account, at))


def is_of_customer(message: Message) -> bool:
    """Whether the ticket's customer wrote it, and nobody whose ticket was merged into theirs."""
    return message.ticket.contact.selves.filter(pk=message.contact_id or 0).exists()
