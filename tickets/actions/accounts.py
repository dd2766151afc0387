"""Accounts are connected, changed and removed. Configuration, kept in the record's config file; each change leaves an entry.

Where no author is named nothing is logged: the helpdesk set itself up, for the demo or a benchmark.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tickets.actions.configuration import ACCOUNT, Author, changes_of, log_entry
from tickets.actions.people import assignees_in, give_back
from tickets.models import Account, Agent, Entry
from tickets.record.config import write_config
from tickets.wake import wake


def add_account(
    channel: str,
    name: str,
    address: str,
    config: dict[str, Any] | None = None,
    secrets: dict[str, Any] | None = None,
    by: Author | None = None,
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
        if by is not None:
            _leave(log_entry("added", ACCOUNT, account.public_id, account.name, (), by, when, account))
        transaction.on_commit(write_config)
    return account


def _leave(entry: Entry) -> None:
    entry.save()
    wake("append")


def first_mailbox() -> Account | None:
    """Return the mailbox that was connected first."""
    return Account.objects.filter(channel=settings.LAST_RESORT, removed_at=None).order_by("pk").first()


def change_account(
    account: Account, by: Author | None, at: datetime | None = None, done: str = "changed", **fields: Any
) -> Account:
    """Change settings or credentials; nothing is lost or repeated."""
    when = at or timezone.now()
    changes = changes_of(account, fields) if by is not None else []
    entry = None
    if by is not None and changes:
        entry = log_entry(done, ACCOUNT, account.public_id, account.name, changes, by, when, account)
    for name, value in fields.items():
        setattr(account, name, value)
    with transaction.atomic():
        account.save(update_fields=list(fields))
        if entry:
            _leave(entry)
        transaction.on_commit(write_config)
    if "team" in fields:  # who had tickets there may not see them any more
        give_back(assignees_in([account]), by if isinstance(by, Agent) else None)
    return account


def remove_account(account: Account, by: Author | None, at: datetime | None = None) -> Account:
    """Disconnect an account; its tickets stay."""
    when = at or timezone.now()
    return change_account(account, by, when, "removed", removed_at=when)


def report_health(account: Account, health: str, reason: str = "") -> None:
    """Note how an account does; the reason in words. Not configuration: nothing is written to the record."""
    account.note_health(health, reason)
