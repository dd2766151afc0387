"""Mail handed in on standard input, as Postfix or fetchmail do it; answered with sendmail's exit codes (sysexits.h)."""

import os
import sys
from collections.abc import Mapping
from typing import BinaryIO

from django.conf import settings

from tickets.inbox.accept import accept
from tickets.mail.heads import return_path_of
from tickets.mail.routes import Routes, first_mailbox, load
from tickets.mail.webhook import named_in
from tickets.models import Account

OK = 0
WRONG_DATA = 65  # EX_DATAERR
NO_USER = 67  # EX_NOUSER
TRY_AGAIN = 75  # EX_TEMPFAIL


def receive(stream: BinaryIO, mailbox: str | None, environ: Mapping[str, str] = os.environ) -> int:
    """Store the mail on `stream` and return OK, or say on standard error why not and return the exit code for it.

    Anything unforeseen raises: the caller answers TRY_AGAIN, so that the mail stays where it was.
    """
    raw = stream.read(settings.SMTP_MAX_BYTES + 1)
    if len(raw) > settings.SMTP_MAX_BYTES:
        return _refuse(WRONG_DATA, f"The mail is larger than {settings.SMTP_MAX_BYTES} bytes (SMTP_MAX_BYTES).")
    recipient = mailbox or environ.get("ORIGINAL_RECIPIENT") or environ.get("RECIPIENT")
    account = account_of(load(), recipient, raw)
    if account is None:
        return _refuse(
            NO_USER, f"There is no mailbox {recipient or 'that this mail names'} here. See `manage.py account list`."
        )
    sender = environ.get("SENDER") or return_path_of(raw)
    accept(account, raw, source="pipe", envelope={"from": sender, "to": [recipient] if recipient else []})
    return OK


def account_of(routes: Routes, recipient: str | None, raw: bytes) -> Account | None:
    """Return the mailbox for a mail: the one named, or one that the mail names, or the only one there is."""
    if routes.is_fresh_start:
        return routes.catch_all or first_mailbox()
    if recipient:
        return routes.find(recipient)
    named = next((account for address in named_in(raw) if (account := routes.find(address))), None)
    accounts = {account.pk: account for account in routes.exact.values() if account != routes.catch_all}
    return named or (next(iter(accounts.values())) if len(accounts) == 1 else None)


def _refuse(code: int, words: str) -> int:
    print(words, file=sys.stderr)  # noqa: T201 - the mail system that calls puts this into its bounce
    return code
