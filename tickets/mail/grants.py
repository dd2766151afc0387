"""What authorization servers gave to accounts: kept, handed out, and renewed before it runs out, by one process at a time.

The refresh token is a secret of the account, as a password is, and comes back with a rebuild. The access token of an hour is not.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.configuration import Author
from tickets.actions.connect import check, renew
from tickets.mail import oauth
from tickets.models import Account, Grant, new_id
from tickets.record.config import write_config

REFRESH_TOKEN = "refresh_token"  # noqa: S105  # of Account.secrets
EARLY = timedelta(minutes=5)  # renewed so long before it runs out
LEASE = timedelta(seconds=30)
LOOKS_EVERY = 0.1  # seconds, while another process renews it
REFUSED_FOR = timedelta(minutes=1)  # a refusal is not asked about again sooner
WRITTEN_EVERY = timedelta(days=1)  # a refresh token that changes each time goes into the record's config file as often


class SignInLost(Exception):
    """Only a person can sign this account in again; the text says why and where."""


class NoToken(Exception):
    """No token can be had just now; the text says why."""


class Bearer:
    """Signs an account in by a token; tickets/mail/server.py hands it to whoever connects."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def token(self) -> str:
        """Return an access token that is in force. Raises SignInLost, NoToken."""
        return access_token(self.account)

    def refused(self) -> None:
        """A mail server did not take the token: the next one is a new one."""
        Grant.objects.filter(account=self.account).update(expires_at=None)


def keep(account: Account, sign_in: str, tokens: oauth.Tokens, by: Author) -> Account:
    """Put a sign-in in place, of a new account or instead of a password, and try it; its health says how it went."""
    left = {key: value for key, value in account.secrets.items() if key not in ("imap_password", "smtp_password")}
    Grant.objects.filter(account=account).delete()
    _store(account, tokens)
    config = account.config | {"sign_in": sign_in, "signed_in_at": timezone.now().isoformat(timespec="seconds")}
    renew(account, by, config=config, secrets=left | {REFRESH_TOKEN: tokens.refresh})
    check(account)
    return account


def access_token(account: Account) -> str:
    """Return an access token that is in force, renewing it when it soon is not. Raises SignInLost, NoToken."""
    over = time.monotonic() + LEASE.total_seconds()
    while time.monotonic() < over:
        grant, _made = Grant.objects.get_or_create(account=account)
        now = timezone.now()
        if grant.tokens and grant.expires_at and grant.expires_at - EARLY > now:
            return str(grant.tokens["access"])
        if grant.refused and grant.refused_at and now - grant.refused_at < REFUSED_FOR:
            raise SignInLost(grant.refused)
        if lease := _claim(grant):
            return _renew(account, lease)
        time.sleep(LOOKS_EVERY)
    raise NoToken(_("Another process has been renewing the sign-in for long."))


def _claim(grant: Grant) -> str:
    """Take the right to renew it; "" when another has it."""
    lease = new_id()
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    rows = Grant.objects.filter(free, pk=grant.pk, expires_at=grant.expires_at)
    return lease if rows.update(lease_by=lease, lease_until=Now() + LEASE) else ""


def _renew(account: Account, lease: str) -> str:
    """Ask for new tokens, outside of any transaction, and keep them."""
    mine = Grant.objects.filter(account=account, lease_by=lease)
    try:
        tokens = _ask(account)
    except (oauth.Refused, oauth.NoAnswer) as error:
        lost = isinstance(error, oauth.Refused) and error.is_lost
        words = _lost(account, str(error)) if lost else str(error)
        noted = {"refused": words, "refused_at": timezone.now()} if lost else {}
        mine.update(lease_until=None, **noted)
        raise (SignInLost if lost else NoToken)(words) from error
    if not mine.exists():  # somebody has signed in anew meanwhile: theirs stays
        return access_token(account)
    _store(account, tokens)
    if tokens.refresh:
        _rotate(account, tokens.refresh)
    return tokens.access


def _ask(account: Account) -> oauth.Tokens:
    kept = Account.objects.only("secrets", "config").get(pk=account.pk)
    key, refresh_token = str(kept.config.get("sign_in") or ""), str(kept.secrets.get(REFRESH_TOKEN) or "")
    if key not in settings.OAUTH or not refresh_token:
        raise oauth.Refused("invalid_grant", _("Nobody has signed this mailbox in yet."))
    return oauth.refresh(oauth.server(key), refresh_token)


def _lost(account: Account, why: str) -> str:
    words = _(
        "%(why)s Connect again: the button in the settings of %(name)s, or `manage.py account authorize %(address)s`."
    )
    return words % {"why": why, "name": account.name, "address": account.address}


def _store(account: Account, tokens: oauth.Tokens) -> None:
    runs_out = timezone.now() + timedelta(seconds=tokens.seconds)
    given = {"tokens": {"access": tokens.access}, "expires_at": runs_out, "refused": "", "refused_at": None}
    Grant.objects.update_or_create(account=account, defaults={**given, "lease_by": "", "lease_until": None})


def _rotate(account: Account, refresh_token: str) -> None:
    """Keep the refresh token that takes the place of the last one; no change of settings, so nothing is logged."""
    with transaction.atomic():
        row = Account.objects.select_for_update().only("secrets").get(pk=account.pk)
        if row.secrets.get(REFRESH_TOKEN) == refresh_token:
            return
        changed = {**row.secrets, REFRESH_TOKEN: refresh_token}
        Account.objects.filter(pk=row.pk).update(secrets=changed)
    long_ago = Q(written_at=None) | Q(written_at__lt=timezone.now() - WRITTEN_EVERY)
    if Grant.objects.filter(long_ago, account=account).update(written_at=timezone.now()):
        write_config()
