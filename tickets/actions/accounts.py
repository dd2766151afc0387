"""Accounts are connected, changed and removed. Configuration, kept in the record's config file."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tickets.models import Account, Agent
from tickets.record.config import write_config


def add_account(
    channel: str,
    name: str,
    address: str,
    config: dict[str, Any] | None = None,
    secrets: dict[str, Any] | None = None,
    by: Agent | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Account:
    """Connect a mailbox, bot or number; one that is no mailbox names the mailbox that answers for it, the first if none is given.

    Raises IntegrityError when its address is connected already.
    """
    when = at or timezone.now()
    fields.setdefault("since", when)
    if channel != settings.LAST_RESORT:
        fields.setdefault("mailbox", first_mailbox())
    with transaction.atomic():
        account = Account.objects.create(
            channel=channel,
            name=name,
            address=address.strip().lower(),
            config=config or {},
            secrets=secrets or {},
            created_at=when,
            **fields,
        )
        transaction.on_commit(write_config)
    return account


def first_mailbox() -> Account | None:
    """Return the mailbox that was connected first."""
    return Account.objects.filter(channel=settings.LAST_RESORT, removed_at=None).order_by("pk").first()


def change_account(account: Account, by: Agent | None, **fields: Any) -> Account:
    """Change settings or credentials; nothing is lost or repeated."""
    for name, value in fields.items():
        setattr(account, name, value)
    with transaction.atomic():
        account.save(update_fields=list(fields))
        transaction.on_commit(write_config)
    return account


def remove_account(account: Account, by: Agent | None, at: datetime | None = None) -> Account:
    """Disconnect an account; its tickets stay."""
    return change_account(account, by, removed_at=at or timezone.now())


def report_health(account: Account, health: str, reason: str = "") -> None:
    """Note how an account does; the reason in words. Not configuration: nothing is written to the record."""
    if (account.health, account.health_reason) != (health, reason):
        account.health, account.health_reason = health, reason[:2000]
        Account.objects.filter(pk=account.pk).update(health=health, health_reason=account.health_reason)
