"""How many people and open conversations depend on one account alone, now and day by day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tickets.models import Account, Address, Direction, Message, ReachDay
from tickets.outbox.reachable import conversations, lost_with, second_ways

KEPT_DAYS = 400


@dataclass(frozen=True, slots=True)
class Reach:
    """What depends on one account."""

    account: Account
    contacts: int
    contacts_alone: int  # no other proven way is known
    conversations: int  # open ones
    lost: int  # open ones that nobody could answer if it closed


def vendors() -> QuerySet[Account]:
    """Return the accounts that somebody else can close: all but those of the last resort."""
    accounts = Account.objects.filter(removed_at=None).exclude(channel=settings.LAST_RESORT)
    return accounts.select_related("mailbox").order_by("channel", "name", "pk")


def reach_of(account: Account) -> Reach:
    """Count what depends on an account now. Four queries, whatever there is."""
    there = people(account)
    open_ones = conversations(account)
    return Reach(
        account,
        contacts=there.count(),
        contacts_alone=there.filter(~Exists(second_ways(account).filter(contact=OuterRef("contact")))).count(),
        conversations=open_ones.count(),
        lost=lost_with(account, open_ones).count(),
    )


def people(account: Account) -> QuerySet[Address]:
    """Return the addresses of those who can be reached by an account."""
    there = Address.objects.filter(channel=account.channel, reachable=True, contact__removed_at=None)
    others = Account.objects.filter(channel=account.channel, removed_at=None).exclude(pk=account.pk)
    if not others.exists():
        return there
    written = Message.objects.filter(
        contact=OuterRef("contact"), account=account, from_address=OuterRef("address"), direction=Direction.IN
    )
    return there.filter(Exists(written))


def keep_day(at: datetime | None = None) -> int:
    """Keep today's counts of the accounts that have none yet; return how many. Old ones are forgotten."""
    today = timezone.localdate(at or timezone.now())
    known = ReachDay.objects.filter(account=OuterRef("pk"), day=today)
    kept = 0
    for account in vendors().filter(~Exists(known))[:50]:
        found = reach_of(account)
        counts = {name: getattr(found, name) for name in ("contacts", "contacts_alone", "conversations", "lost")}
        ReachDay.objects.get_or_create(account=account, day=today, defaults=counts)
        kept += 1
    if kept:
        ReachDay.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()
    return kept
