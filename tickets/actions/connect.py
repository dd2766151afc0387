"""Credentials are put in place: of a new account, or of one that is here already, which then goes on where it was.

Nothing is lost or repeated: the account, its conversations, how far it was read, and what waits to be sent stay as they are.
"""

from copy import copy
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tickets.actions.accounts import add_account, change_account, report_health
from tickets.actions.configuration import Author
from tickets.channels import Channel, NotConnected, channel_classes, open_channel
from tickets.models import Account, Delivery, DeliveryState, Health
from tickets.wake import wake


def known_account(
    channel: type[Channel], address: str, config: dict[str, Any], secrets: dict[str, Any]
) -> Account | None:
    """Return the account that these credentials are of, if it is connected; its vendor is asked. Raises NotConnected."""
    accounts = Account.objects.filter(channel=channel.name, removed_at=None)
    if channel.name == settings.LAST_RESORT:
        return accounts.filter(address=address.strip().lower()).first()
    known = {open_channel(account).identity: account for account in accounts}
    known.pop("", None)
    if not known:
        return None
    return known.get(channel(Account(channel=channel.name, config=config, secrets=secrets)).identify().key)


def connect_account(
    channel: type[Channel],
    name: str,
    address: str,
    config: dict[str, Any],
    secrets: dict[str, Any],
    by: Author,
    **fields: Any,
) -> tuple[Account, bool]:
    """Connect an account; one that is here already gets the new credentials and keeps all else. Return it, and whether it is new.

    What does not work yet stands in its health. Raises IntegrityError when another account has its address.
    """
    try:
        account = known_account(channel, address, config, secrets)
    except NotConnected:  # a wrong token of a new account, or nobody answers: its health will say so
        account = None
    if account is not None:
        return renew(account, by, config=account.config | config, secrets=account.secrets | secrets), False
    account = add_account(channel.name, name, address, config, secrets, by, **fields)
    begin(account)
    return account, True


def renew(account: Account, by: Author, **fields: Any) -> Account:
    """Change settings and credentials of an account, and let it go on with them.

    Raises NotConnected, before anything is changed, when new credentials are of another account or cannot be tried.
    """
    if fields.get("secrets", account.secrets) != account.secrets:
        _check_same(account, fields)
    change_account(account, by, **fields)
    begin(account)
    return account


def _check_same(account: Account, fields: dict[str, Any]) -> None:
    """Other credentials must be of the same bot, page or number, or its customers would hear from a stranger."""
    channel = open_channel(account)
    if not channel.identity:
        return
    tried = copy(account)
    tried.config, tried.secrets = fields.get("config", account.config), fields["secrets"]
    found = channel_classes()[account.channel](tried).identify()
    if found.key != channel.identity:
        words = _(
            "These credentials are of %(other)s, not of %(name)s. Nothing was changed: connect %(other)s as an account of its own."
        )
        raise NotConnected(words % {"other": found.name, "name": account.name})


def begin(account: Account) -> None:
    """Connect an account at its vendor, where there is something to be done; what goes wrong stands in its health."""
    try:
        open_channel(account).connect()
    except NotConnected as error:
        report_health(account, Health.DEGRADED, str(error))
        return
    account.refresh_from_db(fields=["health"])
    if account.health != Health.CUT_OFF:
        send_what_waits(account)


def check(account: Account) -> dict[str, str]:
    """Really ask the other servers whether an account works, keep its health, and return the fault of each way by its name.

    One that works again sends what waits. Raises NotConnected when nobody could be asked.
    """
    was_cut_off = account.health == Health.CUT_OFF
    found = open_channel(account).probe()
    report_health(account, found.health, found.reason)
    if was_cut_off and found.health != Health.CUT_OFF:
        send_what_waits(account)
    return dict(found.ways)


def send_what_waits(account: Account) -> None:
    """Let what was refused and waits to be tried again go out now; each delivery once, in its order."""
    waiting = Delivery.objects.filter(account=account, state=DeliveryState.QUEUED, due_at__gt=Now()).exclude(reason="")
    if waiting.update(due_at=Now()):
        wake("deliver")
