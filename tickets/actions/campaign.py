"""Campaign: many are asked where else to answer them, paced, each once, in the chat that they wrote in lately.

Only who has been answered by a person, may be written to just now, has no other proven way, and was not asked within 90 days.
It ends by itself: when nobody is left, at the first refusal that is about more than one person, and when its account fails.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import channels
from tickets.actions import compose
from tickets.actions.ask import DECLINED, TEXT, ask, heard_lately, is_untimely, label_of, last_line, may_write_to
from tickets.actions.change import NotAllowed
from tickets.actions.delivered import kind_of
from tickets.actions.language import language_for
from tickets.actions.say import ASKED
from tickets.channels import Limit
from tickets.hours import is_open
from tickets.models import (
    Account,
    Agent,
    Campaign,
    Contact,
    ContactEvent,
    Delivery,
    DeliveryState,
    Entry,
    Health,
    Message,
    Ticket,
    new_id,
)
from tickets.models.conversations import rules_of
from tickets.outbox import pace
from tickets.outbox.reachable import OPEN, lost_with, written_by
from tickets.record.write import entry_of
from tickets.texts import own
from tickets.wake import wake

STARTED, ENDED = "started", "ended"
RECENT = timedelta(days=30)  # of a conversation that is over
PACE = Limit("campaign", 3.0, 1)  # one in three seconds
A_ROUND = 20  # who are considered in one go
CLOSED_FOR = timedelta(minutes=10)  # nobody is asked at night: looked again after so long
OF_ONE_PERSON = frozenset({channels.CONTACT_BLOCKED, channels.CONTACT_GONE})  # refusals that say nothing of the others
MOST_BLOCKED = 3  # people who refuse for themselves, until it is a sign
A_SAMPLE = 200  # people whose language a preview looks at


# --- Who is asked -----------------------------------------------------------------------------------------------------


def candidates(account: Account, at: datetime) -> QuerySet[Ticket]:
    """Return the conversations of who may be asked by `account`, but for its vendor's window; one person may have several."""
    lately = Q(state__in=OPEN) | Q(last_message_at__gte=at - RECENT)
    alone = lost_with(account, _theirs(account).filter(lately).exclude(first_answer_at=None))
    return alone.filter(~Exists(_asked(at))).order_by("pk")


def _theirs(account: Account) -> QuerySet[Ticket]:
    rows = Ticket.objects.filter(merged_into=None, spam_at=None, history=False, contact__removed_at=None)
    return rows.filter(written_by(account), channel=account.channel)


def _asked(at: datetime) -> QuerySet[ContactEvent]:
    theirs = Q(contact=OuterRef("contact")) | Q(contact__joined_into=OuterRef("contact"))
    events = ContactEvent.objects.filter(theirs)
    return events.filter(Q(kind=DECLINED) | Q(pk__in=heard_lately(ContactEvent.objects.all(), at).values("pk")))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a campaign would do if it began now."""

    people: int  # who would be asked, if the vendor's window lets us
    lately: int  # all who wrote there lately
    reachable: int  # of these: have another proven way
    unanswered: int  # no person has answered them yet
    asked: int  # were asked within 90 days, or said no
    texts: list[tuple[str, int, str]]  # language, people of a sample, the words


def preview(account: Account, at: datetime | None = None) -> Preview:
    """Return who would be asked what. A fixed number of queries for the counts; the languages are those of a sample."""
    when = at or timezone.now()
    lately = _theirs(account).filter(Q(state__in=OPEN) | Q(last_message_at__gte=when - RECENT))
    alone = lost_with(account, lately)
    answered = alone.exclude(first_answer_at=None)
    everybody, without, spoken_to = _people(lately), _people(alone), _people(answered)
    asked = _people(candidates(account, when))
    return Preview(asked, everybody, everybody - without, without - spoken_to, spoken_to - asked, _texts(account, when))


def _people(tickets: QuerySet[Ticket]) -> int:
    return tickets.order_by().values("contact").distinct().count()


def _texts(account: Account, when: datetime) -> list[tuple[str, int, str]]:
    tickets = candidates(account, when).select_related("contact")[:A_SAMPLE]
    found = Counter(language_for(one.contact, account, one.snippet, one.subject).language for one in tickets)
    values = {"mailbox": account.home.name, "channel": label_of(account)}
    return [(name, count, own.words(account, TEXT, name, values)) for name, count in found.most_common()]


# --- Starting and ending ----------------------------------------------------------------------------------------------


def start(account: Account, by: Agent, at: datetime | None = None) -> Campaign:
    """Begin to ask. Raises NotAllowed while one is under way, and when nothing can be sent there."""
    when = at or timezone.now()
    with transaction.atomic():
        account = (
            Account.objects.select_for_update(of=("self",), no_key=True).select_related("mailbox").get(pk=account.pk)
        )
        if words := _fault(account):
            raise NotAllowed(words)
        if Campaign.objects.filter(account=account, ended_at=None).exists():
            raise NotAllowed(_("%(name)s asks already.") % {"name": account.name})
        entry = _entry(account, STARTED, new_id(), by, "", when)
        entry.save()
        apply_campaign(entry)
        wake("append")
    wake("look_after")
    return Campaign.objects.get(entry=entry)


def stop(campaign: Campaign, by: Agent, at: datetime | None = None) -> None:
    """End it; who was asked may still answer. Raises NotAllowed when it is over."""
    if not _end(campaign, by, _("Somebody stopped it."), at or timezone.now()):
        raise NotAllowed(_("It is over already: %(why)s") % {"why": campaign.ended_why})


def _end(campaign: Campaign, by: Agent | None, why: str, when: datetime) -> bool:
    with transaction.atomic():
        campaign = (
            Campaign.objects.select_for_update(of=("self",)).select_related("account__mailbox").get(pk=campaign.pk)
        )
        if campaign.ended_at:
            return False
        entry = _entry(campaign.account, ENDED, campaign.public_id, by, why, when)
        entry.save()
        apply_campaign(entry)
        wake("append")
    return True


def _entry(account: Account, event: str, public_id: str, by: Agent | None, why: str, when: datetime) -> Entry:
    words = {
        STARTED: _("%(name)s asks its customers where else to answer them"),
        ENDED: _("%(name)s asks nobody any more where else to answer them"),
    }[event] % {"name": account.name}
    fields = {
        "campaign": public_id,
        "event": event,
        "of": account.public_id,
        "by": by.public_id if by else None,
        "reason": why[:2000],
    }
    original = compose.done_here(account.home, by.name if by else account.home.name, when, words, f"{words}\n\n{why}\n")
    return entry_of("campaign", at=when, fields=fields, original=original, account=account)


def apply_campaign(entry: Entry) -> None:
    """Make what an entry of kind "campaign" says."""
    fields = entry.fields
    by = Agent.objects.named(fields["by"])
    if fields["event"] == STARTED:
        account = Account.objects.get(public_id=fields["of"])
        begun = {"entry": entry, "started_at": entry.at, "next_at": entry.at}
        Campaign.objects.create(public_id=fields["campaign"], account=account, by=by, **begun)
        return
    ended = {"ended_at": entry.at, "ended_by": by, "ended_why": fields["reason"], "next_at": None}
    Campaign.objects.filter(public_id=fields["campaign"]).update(**ended)


# --- Carrying on ------------------------------------------------------------------------------------------------------


def due() -> Q:
    """Return the condition of campaigns for which something is to be done now."""
    return Q(ended_at=None, next_at__lte=Now())


def carry_on(at: datetime | None = None) -> bool:
    """Ask who is next in each campaign; True while there is more to be done at once."""
    is_busy = False
    for campaign in Campaign.objects.filter(due()).select_related("account__mailbox")[:20]:
        is_busy |= _carry_on(campaign, at or timezone.now())
    return is_busy


def _carry_on(campaign: Campaign, when: datetime) -> bool:
    account = campaign.account
    if words := _fault(account) or _refused(campaign):
        _end(campaign, None, words, when)
        return False
    if not is_open(rules_of(account).hours, when):
        return _rest(campaign, CLOSED_FOR)
    found = list(candidates(account, when).filter(pk__gt=campaign.looked_at)[:A_ROUND])
    for ticket in found:
        message = last_line(ticket.pk)
        if message is None or is_untimely(message, when) or not may_write_to(message, when):
            campaign.looked_at = ticket.pk
            continue
        if wait := pace.take(account, [PACE]):
            return _rest(campaign, timedelta(seconds=wait))
        _ask(campaign, message, when)
    if not found:
        _end(campaign, None, _("Everybody who may be asked was asked."), when)
        return False
    Campaign.objects.filter(pk=campaign.pk).update(looked_at=campaign.looked_at)
    return True


def _rest(campaign: Campaign, pause: timedelta) -> bool:
    Campaign.objects.filter(pk=campaign.pk).update(looked_at=campaign.looked_at, next_at=Now() + pause)
    return False


def _ask(campaign: Campaign, message: Message, when: datetime) -> None:
    """Ask one; the campaign's row is locked, so that what was stopped asks nobody more, and no two workers ask at once."""
    with transaction.atomic():
        rows = Campaign.objects.select_for_update(of=("self",)).filter(pk=campaign.pk, ended_at=None)
        if (row := rows.first()) is None or row.looked_at >= message.ticket_id:
            campaign.looked_at = max(campaign.looked_at, message.ticket_id)
            return
        ask(message, _("Many are asked: no other way to them is known."), when, campaign=campaign.public_id)
        rows.update(looked_at=message.ticket_id)
    campaign.looked_at = message.ticket_id


def _fault(account: Account) -> str:
    """Why nothing can be sent by an account just now; "" when it can."""
    if account.removed_at or account.paused_at or account.stopped_at or account.health == Health.CUT_OFF:
        return _("Nothing is sent by %(name)s just now. %(reason)s") % {
            "name": account.name,
            "reason": account.health_reason,
        }
    return ""


def deliveries(campaign: Campaign) -> QuerySet[Delivery]:
    """Return the deliveries of what a campaign said."""
    since = Delivery.objects.filter(
        account=campaign.account, message__automatic=True, message__at__gte=campaign.started_at
    )
    return since.filter(message__entry__fields__campaign=campaign.public_id)


def _refused(campaign: Campaign) -> str:
    """The vendor's words that end a campaign; "" where there are none."""
    failed = deliveries(campaign).filter(state=DeliveryState.FAILED).select_related("outcome").order_by("pk")
    blocked = 0
    for delivery in failed[:MOST_BLOCKED]:
        if kind_of(delivery) not in OF_ONE_PERSON:
            return _("It was refused: %(reason)s") % {"reason": delivery.reason}
        blocked += 1
    return _("%(count)d people have blocked us.") % {"count": blocked} if blocked >= MOST_BLOCKED else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is."""

    asked: int
    proved: int  # of these: have another proven way now
    declined: int
    failed: int


def progress_of(campaign: Campaign) -> Progress:
    """Return what came of a campaign. A fixed number of queries."""
    until = Q(at__lte=campaign.ended_at) if campaign.ended_at else Q()
    events = ContactEvent.objects.filter(until, kind=ASKED, at__gte=campaign.started_at)
    asked = events.filter(entry__fields__campaign=campaign.public_id).values("contact")
    people = Contact.objects.filter(Q(pk__in=asked) | Q(joined__in=asked)).distinct()
    proved = people.filter(addresses__proven=True).exclude(addresses__channel=campaign.account.channel)
    declined = ContactEvent.objects.filter(contact__in=asked, kind=DECLINED, at__gte=campaign.started_at)
    failed = deliveries(campaign).filter(state=DeliveryState.FAILED)
    return Progress(asked.count(), proved.count(), declined.values("contact").distinct().count(), failed.count())
