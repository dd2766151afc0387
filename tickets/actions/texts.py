"""Words of an account's own: set, and taken back. Configuration, logged as any change of an account."""

from django.db import transaction

from tickets.actions.accounts import change_account
from tickets.actions.configuration import Author
from tickets.models import Account
from tickets.texts import own


def set_text(account: Account, name: str, language: str, template: str, by: Author | None) -> Account:
    """Let an account say a text in words of its own; an empty template is the default. What others change meanwhile stays."""
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        return change_account(locked, by, texts=own.with_words(locked.texts, name, language, template))
