"""Detour: the same words go another way, because one way has certainly not delivered them. Each is one entry (ADR 18).

A delivery gets one detour at most: its row says whose place it takes, and no two may say the same. Who decided stands in the
entry: an agent, or nobody, which is this file's rules.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import channels
from tickets.actions import compose
from tickets.actions.change import NotAllowed
from tickets.actions.delivered import Outcome, kind_of, settle
from tickets.actions.participants import save_participants
from tickets.actions.say import accounts_of, deliveries_of
from tickets.models import (
    Account,
    Act,
    Agent,
    Delivery,
    DeliveryState,
    Direction,
    Entry,
    Event,
    Message,
    Ticket,
    new_id,
)
from tickets.models.conversations import ASK, rules_of
from tickets.models.many import insert_many
from tickets.outbox import queue
from tickets.outbox.reachable import second_ways
from tickets.outbox.route import Way, ways
from tickets.record.write import entry_of
from tickets.wake import wake

# A refusal of these kinds is certain: the words have not arrived, and never will by this attempt.
CERTAIN = frozenset(
    {
        channels.CONTACT_BLOCKED,
        channels.CONTACT_GONE,
        channels.WINDOW,
        channels.CUT_OFF,
        channels.RATE,
        channels.TEMPORARY,
        channels.UNSEEN,
    }
)
ANSWERS_WITHIN = timedelta(days=14)  # a person who blocked us is answered elsewhere only about what they wrote lately
WITHDRAWN = "withdrawn: %s"


class Undecided(NotAllowed):
    """Only a person can decide whether these words go another way; the text says why."""


def detour(
    delivery: Delivery, reason: str, at: datetime | None = None, by: Agent | None = None, way: Way | None = None
) -> Delivery | None:
    """Send the words of `delivery`, which certainly did not get through, by the contact's next proven way; return what does.

    None where there is no such way, or it went another way already. `by`: who decided it; nobody: the rules did.
    `way`: which one was chosen. Raises Undecided where only a person can decide, NotAllowed for what must not be sent again.
    """
    when = at or timezone.now()
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=delivery.message.ticket_id)
        delivery = _fresh(delivery)
        if delivery.detours.exists():
            return None
        _check(delivery, by)
        chosen = way or next_way(delivery)
        if chosen is None:
            return None
        if by is None:
            _check_unasked(delivery, when)
        entry = _entry(delivery, chosen, reason, when, by)
        entry.save()
        apply_detour(entry)
        wake("append")
        wake("deliver")
    return Delivery.objects.get(instead_of=delivery)


def _fresh(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_related("message__ticket__mailbox", "message__ticket__contact", "account", "outcome")
    return rows.get(pk=delivery.pk)


def _check(delivery: Delivery, by: Agent | None) -> None:
    if delivery.act != Act.SEND or delivery.message.direction != Direction.OUT:
        raise NotAllowed(_("Only what was to be sent can go another way."))
    allowed = (DeliveryState.FAILED,) if by is None else (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    if delivery.state not in allowed:
        raise NotAllowed(_("It has not failed: it may still arrive, and would come twice."))
    if delivery.remote_ids or delivery.parts_sent:
        raise Undecided(_("A part of it has arrived. Write the rest anew, or send it again as it is."))


def next_way(delivery: Delivery) -> Way | None:
    """Return the first usable way to the contact that this message has not been refused on; None where there is none."""
    tried = set(delivery.message.deliveries.values_list("channel", "recipient"))
    ticket = delivery.message.ticket
    return next((way for way in ways(ticket) if not way.hindrance and (way.channel, way.recipient) not in tried), None)


def _check_unasked(delivery: Delivery, when: datetime) -> None:
    """Whether the rules alone may decide. Raises Undecided."""
    if rules_of(delivery.account).answers == ASK:
        raise Undecided(_("%s asks before anything goes another way.") % delivery.account.name)
    if kind_of(delivery) == channels.CONTACT_BLOCKED:
        _check_blocked(delivery, when)


def _check_blocked(delivery: Delivery, when: datetime) -> None:
    """A person who blocked us gets one detour at most, and only as an answer to what they wrote lately. Raises Undecided."""
    ticket = delivery.message.ticket
    wrote = Message.objects.filter(
        ticket=ticket, direction=Direction.IN, channel=delivery.channel, at__gte=when - ANSWERS_WITHIN
    )
    if not wrote.exists():
        raise Undecided(
            _("They blocked us, and have written nothing for 14 days. Decide yourself whether to write to them.")
        )
    before = Delivery.objects.filter(
        message__ticket__contact=ticket.contact, channel=delivery.channel, recipient=delivery.recipient
    )
    if before.filter(detours__isnull=False).exists():
        raise Undecided(_("They blocked us, and were answered another way once already. Decide yourself."))


def _entry(delivery: Delivery, way: Way, reason: str, when: datetime, by: Agent | None) -> Entry:
    ticket = delivery.message.ticket
    decided = {
        "delivery": new_id(),
        "account": way.account.public_id,
        "channel": way.channel,
        "recipient": way.recipient,
        "reason": reason[:2000],
    }
    fields = {
        "ticket": ticket.number,
        "message": delivery.message.public_id,
        "instead_of": delivery.public_id,
        "by": by.public_id if by else None,
        "deliveries": [decided],
        "reason": reason[:2000],
    }
    words = _("sent it another way, to %(address)s") % {"address": way.recipient}
    original = compose.done(ticket, by, when, words, reason)
    return entry_of("detour", at=when, fields=fields, original=original, account=way.account, ticket=ticket.number)


def apply_detour(entry: Entry) -> None:
    """Make what an entry of kind "detour" says: a delivery in the place of another one, and an event."""
    fields = entry.fields
    message = Message.objects.get(public_id=fields["message"])
    made = deliveries_of(entry, message, accounts_of([fields]))
    for one in made:
        one.instead_of = Delivery.objects.get(public_id=fields["instead_of"])
    insert_many(made)
    by = Agent.objects.named(fields["by"])
    decided = fields["deliveries"][0]
    who = decided["recipient"].lower()
    data = {"recipient": decided["recipient"], "channel": decided["channel"], "participant": who}
    save_participants([(message.ticket_id, who)] if who else [])  # their answer belongs here
    Event.objects.create(
        ticket_id=message.ticket_id, entry=entry, kind="detour", at=entry.at, by=by, reason=fields["reason"], data=data
    )


# --- What waits too long ----------------------------------------------------------------------------------------------


def withdraw(delivery: Delivery, reason: str, kind: str, at: datetime | None = None) -> bool:
    """Take back an attempt that certainly has not gone: it failed, "withdrawn: …". False when it is on its way, or settled."""
    with transaction.atomic():
        if not queue.withdraw(delivery):
            return False
        last = WITHDRAWN % (reason or delivery.reason or _("it was not sent in time"))
        settle([Outcome(delivery, DeliveryState.FAILED, last, kind=kind)], at)
    return True


def withdraw_late(most: int = 50, at: datetime | None = None) -> int:
    """Take back replies that their account has not delivered for longer than it lays down; return how many.

    They go another way as any other refusal does. Where there is none they are left waiting.
    """
    when = at or timezone.now()
    taken = 0
    for account in _holding_back(when):
        for delivery in _late(account, when)[: most * 4]:
            if taken == most:
                return taken
            if next_way(delivery) is not None:
                taken += withdraw(delivery, delivery.reason, channels.TEMPORARY, when)
    return taken


def _waiting(when: datetime) -> QuerySet[Delivery]:
    oldest = when - timedelta(minutes=1)
    return Delivery.objects.filter(
        state=DeliveryState.QUEUED, act=Act.SEND, at__lt=oldest, message__automatic=False, message__history=False
    ).exclude(channel=settings.LAST_RESORT)


def _holding_back(when: datetime) -> QuerySet[Account]:
    """The accounts with replies that wait. Where nothing is sent by decision, what waits is the breaker's."""
    return Account.objects.filter(stopped_at=None, pk__in=_waiting(when).values("account")).order_by("pk")


def _late(account: Account, when: datetime) -> QuerySet[Delivery]:
    """The replies that wait for longer than their account lays down, to people who have a second way; the oldest first.

    Where an account asks before anything goes another way, its replies wait there until somebody says so.
    """
    rules = rules_of(account)
    if rules.answers == ASK:
        return Delivery.objects.none()
    second = second_ways(account).filter(contact=OuterRef("message__ticket__contact"))
    rows = _waiting(when).filter(Exists(second), account=account, at__lt=when - rules.detour_after)
    named = rows.select_related("message__ticket__mailbox", "message__ticket__contact", "account")
    return named.defer("message__text", "message__html").order_by("pk")
