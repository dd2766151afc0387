"""Signs that a vendor may have closed an account without a word: they warn, and open nothing. A person may press the button.

Asked every few seconds of each account, so that every question looks at a few rows.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.channels import CONTACT_BLOCKED, CONTACT_GONE
from tickets.models import Account, Delivery, DeliveryState, Direction, Message

REFUSING = 5  # different people who refuse at once
AT_ONCE = timedelta(minutes=10)
SHORTEST_SILENCE = timedelta(hours=2)
WEEKS, MOST_QUIET_WEEKS = 4, 1  # the same hours of so many weeks before, of which so many may have been quiet too
A_FEW = 3  # messages in such hours that make silence unusual


def suspicion(account: Account, at: datetime | None = None) -> str:
    """Say in words why a person should look at an account although it works; "" for nothing. Mail has its own watchmen."""
    if account.channel == settings.LAST_RESORT:
        return ""
    when = at or timezone.now()
    return _many_refuse(account, when) or _is_silent(account, when)


def _many_refuse(account: Account, when: datetime) -> str:
    since = when - AT_ONCE
    failed = Delivery.objects.filter(account=account, at__gte=since, state=DeliveryState.FAILED)
    rows = failed.select_related("outcome").order_by("-at")[: REFUSING * 10]
    people = {one.recipient for one in rows if _refused(one)}
    if len(people) < REFUSING:
        return ""
    words = _(
        "%(count)d people refused within %(minutes)d minutes. Perhaps the vendor closed the account without a word: look there."
    )
    return words % {"count": len(people), "minutes": AT_ONCE // timedelta(minutes=1)}


def _refused(delivery: Delivery) -> bool:
    decided = delivery.outcome.fields["outcomes"] if delivery.outcome else []
    return any(
        one["delivery"] == delivery.public_id and one.get("kind") in (CONTACT_BLOCKED, CONTACT_GONE) for one in decided
    )


def _is_silent(account: Account, when: datetime) -> str:
    """Nobody has written for long, though in the same hours of the weeks before people did."""
    last = account.last_in_at
    if last is None or when - last < SHORTEST_SILENCE:
        return ""
    silence = min(when - last, timedelta(days=7))
    busy = [_is_busy(account, when - timedelta(weeks=week), silence) for week in range(1, WEEKS + 1)]
    if sum(busy) < WEEKS - MOST_QUIET_WEEKS:
        return ""
    words = _(
        "Nobody has written since %(time)s, and at this time of the week people usually do. Look whether the account still receives."
    )
    return words % {"time": timezone.localtime(last).strftime("%Y-%m-%d %H:%M")}


def _is_busy(account: Account, end: datetime, length: timedelta) -> bool:
    there = Message.objects.filter(direction=Direction.IN, at__gt=end - length, at__lte=end, account=account)
    return there.order_by()[:A_FEW].count() >= A_FEW
