"""The breaker: an account that its vendor closed sends nothing more, keeps receiving, and what waits there goes another way.

It opens by the account's health, which only a probe sets to cut off, or by a person. Every step is an entry: opened, halted,
continued, closed. Nobody waits for a bell here: the rows say what is due (`due`), and `look_after` does it.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import channels
from tickets.actions import compose
from tickets.actions.change import NotAllowed, set_status
from tickets.actions.connect import send_what_waits
from tickets.actions.detour import detour, next_way, withdraw
from tickets.actions.incident_words import closed_words, opened_words
from tickets.actions.note import note
from tickets.actions.say import Words, say
from tickets.channels import Limit
from tickets.models import (
    Account,
    Act,
    Agent,
    Contact,
    Delivery,
    DeliveryState,
    Direction,
    Entry,
    Health,
    Incident,
    State,
    Ticket,
    new_id,
)
from tickets.models.conversations import ASK, BY_ITSELF, rules_of
from tickets.models.numbers import Numbers
from tickets.outbox import pace
from tickets.record.write import entry_of
from tickets.wake import wake

OPENED, HALTED, CONTINUED, CLOSED = "opened", "halted", "continued", "closed"
A_ROUND = 50  # deliveries that are considered in one go
ROUND_EVERY = timedelta(seconds=60)  # whoever could not be reached may have another address by then


def due() -> Q:
    """Return the condition of incidents for which something is to be done now."""
    is_over = ~Q(account__health=Health.CUT_OFF) & Q(by=None)
    return Q(closed_at=None) & ~Q(next_at__gt=Now()) & (is_over | Q(reroutes_at__lte=Now()))


def cut_off_accounts() -> QuerySet[Account]:
    """Return the accounts that are cut off and have no incident yet. The last resort has none: nothing is left to go by."""
    known = Incident.objects.filter(account=OuterRef("pk"), closed_at=None)
    closed = Account.objects.filter(health=Health.CUT_OFF, removed_at=None).exclude(channel=settings.LAST_RESORT)
    return closed.filter(~Exists(known))


def look_after() -> bool:
    """Open, carry on and close incidents as the rows say; True while there is more to be done at once."""
    for account in cut_off_accounts()[:20]:
        open_breaker(account, account.health_reason)
    is_busy = False
    for incident in Incident.objects.filter(due()).select_related("account__mailbox", "ticket__mailbox")[:20]:
        if _is_over(incident):
            close(incident, None, _("The vendor lets it send again."))
        elif incident.reroutes_at and incident.reroutes_at <= timezone.now():
            is_busy |= reroute(incident)
        else:
            _rest(incident, ROUND_EVERY)  # the vendor lets it send again, and somebody here has to decide it
    return is_busy


def _is_over(incident: Incident) -> bool:
    """Whether the vendor lets an account send again that does so by itself then. What a person stopped, a person resumes."""
    recovered = incident.by_id is None and incident.account.health != Health.CUT_OFF
    return recovered and rules_of(incident.account).resumes == BY_ITSELF


# --- Opening and closing ----------------------------------------------------------------------------------------------


def open_breaker(account: Account, reason: str, by: Agent | None = None, at: datetime | None = None) -> Incident:
    """Stop sending by `account`, and open an incident with its ticket. What waits goes another way after the account's delay.

    `by`: who decided it, where no vendor did. An incident that is open already is returned as it is.
    """
    when = at or timezone.now()
    with transaction.atomic():
        # What says something meanwhile refers to the account's row, and may hold the row of numbers that is needed here.
        account = (
            Account.objects.select_for_update(of=("self",), no_key=True).select_related("mailbox").get(pk=account.pk)
        )
        if known := Incident.objects.filter(account=account, closed_at=None).first():
            return known
        number = _open_ticket(account, reason, by, when)
        rules = rules_of(account)
        starts = when + rules.reroute_after if by or rules.answers != ASK else None
        entry = _entry(account, OPENED, new_id(), number, reason, by, when, starts)
        entry.save()
        apply_incident(entry)
        wake("append")
    return Incident.objects.get(entry=entry)


def _open_ticket(account: Account, reason: str, by: Agent | None, when: datetime) -> int:
    """The ticket in which people here read what happened; no customer has part in it."""
    numbers = Numbers()
    number = numbers.take()
    numbers.keep()
    subject = _("%(name)s is closed: nothing is sent there") % {"name": account.name}
    before = Incident.objects.filter(account=account).exclude(ticket=None).order_by("-pk").first()
    contact = before.ticket.contact if before and before.ticket else Contact(public_id=new_id(), name=account.name)
    new = {"name": account.name, "channel": account.channel, "address": ""}
    extra = {"new_ticket": {"subject": subject, "mailbox": account.home.public_id}}
    say(
        Words(
            ticket=Ticket(
                number=number, subject=subject, mailbox=account.home, contact=contact, channel=account.home.channel
            ),
            text=opened_words(account, reason, by, when),
            by=by,
            at=when,
            direction=Direction.NOTE,
            subject=subject,
            extra=extra | ({} if contact.pk else {"new_contact": new}),
        )
    )
    return number


def _entry(
    account: Account,
    event: str,
    public_id: str,
    number: int,
    reason: str,
    by: Agent | None,
    when: datetime,
    starts: datetime | None,
) -> Entry:
    words = {
        OPENED: _("Nothing is sent by %(name)s any more"),
        HALTED: _("What waits at %(name)s stays there"),
        CONTINUED: _("What waits at %(name)s goes another way"),
        CLOSED: _("%(name)s sends again"),
    }[event] % {"name": account.name}
    fields = {
        "incident": public_id,
        "event": event,
        "of": account.public_id,
        "ticket": number,
        "by": by.public_id if by else None,
        "reason": reason[:2000],
        "reroutes_at": starts.isoformat() if starts else None,
    }
    who = by.name if by else account.home.name
    original = compose.done_here(account.home, who, when, words, f"{words}\n\n{reason}\n")
    return entry_of("incident", at=when, fields=fields, original=original, account=account, ticket=number)


def apply_incident(entry: Entry) -> None:
    """Make what an entry of kind "incident" says."""
    fields = entry.fields
    by = Agent.objects.named(fields["by"])
    starts = datetime.fromisoformat(fields["reroutes_at"]) if fields["reroutes_at"] else None
    rows = Incident.objects.filter(public_id=fields["incident"])
    account = Account.objects.filter(public_id=fields["of"])
    match fields["event"]:
        case "opened":
            Incident.objects.create(
                public_id=fields["incident"],
                account=account.get(),
                ticket=Ticket.objects.filter(number=fields["ticket"]).first(),
                entry=entry,
                reason=fields["reason"],
                opened_at=entry.at,
                by=by,
                reroutes_at=starts,
            )
            account.update(stopped_at=entry.at)
        case "closed":
            rows.update(closed_at=entry.at, reroutes_at=None)
            account.update(stopped_at=None)
        case _halted_or_continued:
            rows.update(reroutes_at=starts, decided_by=by, next_at=None, looked_at=0)


def halt(incident: Incident, by: Agent, at: datetime | None = None) -> None:
    """Let what waits stay where it is, until somebody says otherwise. Raises NotAllowed for what is over."""
    _decide(incident, HALTED, by, None, at or timezone.now())


def go_on(incident: Incident, by: Agent, at: datetime | None = None) -> None:
    """Let what waits go another way, now: a person's decision, also where the account asks before. Raises NotAllowed."""
    when = at or timezone.now()
    _decide(incident, CONTINUED, by, when, when)
    wake("look_after")


def _decide(incident: Incident, event: str, by: Agent, starts: datetime | None, when: datetime) -> None:
    if incident.closed_at:
        raise NotAllowed(_("This is over: %(name)s sends again.") % {"name": incident.account.name})
    number = incident.ticket.number if incident.ticket else 0
    entry = _entry(incident.account, event, incident.public_id, number, "", by, when, starts)
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)
        entry.save()
        apply_incident(entry)
        wake("append")


def close(incident: Incident, by: Agent | None, reason: str = "", at: datetime | None = None) -> None:
    """Send by the account again: what still waits goes out once, what went another way is not sent again. Raises NotAllowed."""
    when, account = at or timezone.now(), incident.account
    account.refresh_from_db(fields=["health", "health_reason"])
    if account.health == Health.CUT_OFF:
        raise NotAllowed(
            _("%(name)s is still cut off: %(reason)s") % {"name": account.name, "reason": account.health_reason}
        )
    number = incident.ticket.number if incident.ticket else 0
    drop_automatic(account)
    with transaction.atomic():
        if Incident.objects.select_for_update().get(pk=incident.pk).closed_at:
            return
        entry = _entry(account, CLOSED, incident.public_id, number, reason, by, when, None)
        entry.save()
        apply_incident(entry)
        wake("append")
    if incident.ticket:
        note(incident.ticket, closed_words(incident, by, reason, when), by)
        if incident.ticket.state not in (State.SOLVED, State.CLOSED):
            set_status(incident.ticket, State.SOLVED, by)
    send_what_waits(account)
    wake("deliver")


# --- What waits goes another way --------------------------------------------------------------------------------------


def waiting(account: Account) -> QuerySet[Delivery]:
    """Return what waits at an account and certainly has not gone; people's words only, the oldest first."""
    rows = Delivery.objects.filter(account=account, state=DeliveryState.QUEUED, act=Act.SEND, message__automatic=False)
    return rows.order_by("pk")


def reroute(incident: Incident) -> bool:
    """Let some of what waits go another way, at the account's pace; True while there is more to be done at once."""
    drop_automatic(incident.account)
    rules = rules_of(incident.account)
    limit = [Limit("reroute", 60 / rules.reroute_pace, max(1, rules.reroute_pace // 60))]
    rows = waiting(incident.account).filter(pk__gt=incident.looked_at)
    found = list(rows.select_related("message__ticket__mailbox", "message__ticket__contact", "account")[:A_ROUND])
    for delivery in found:
        if next_way(delivery) is not None:
            if wait := pace.take(incident.account, limit):
                _rest(incident, timedelta(seconds=wait))
                return False
            _move(incident, delivery)
        incident.looked_at = delivery.pk
    if len(found) == A_ROUND:
        Incident.objects.filter(pk=incident.pk).update(looked_at=incident.looked_at)
        return True
    incident.looked_at = 0
    _rest(incident, ROUND_EVERY)
    return False


def _rest(incident: Incident, pause: timedelta) -> None:
    Incident.objects.filter(pk=incident.pk).update(looked_at=incident.looked_at, next_at=Now() + pause)


def _move(incident: Incident, delivery: Delivery) -> None:
    """Take one back and send it another way, both or neither; whoever sends it just now keeps it."""
    with suppress(NotAllowed), transaction.atomic():
        if withdraw(delivery, incident.reason, channels.CUT_OFF):
            made = detour(delivery, incident.reason, by=incident.decided_by or incident.by)
            if made is None:
                raise NotAllowed(_("There is no other way any more."))


def drop_automatic(account: Account) -> None:
    """Take back what no person wrote and waits at an account that sends nothing: late, it would only puzzle."""
    waiting = Delivery.objects.filter(account=account, state=DeliveryState.QUEUED, message__automatic=True)
    rows = waiting.select_related("message__ticket__mailbox", "account").order_by("pk")
    after = 0
    while page := list(rows.filter(pk__gt=after)[:A_ROUND]):
        for delivery in page:
            withdraw(delivery, _("%s sent nothing, and this would come too late.") % account.name, channels.CUT_OFF)
        after = page[-1].pk
