"""The footer below what agents send. There is none until the account has one."""

from django.utils.translation import gettext_noop

from tickets.texts.languages import LANGUAGES
from tickets.texts.text import Text

TEXT = Text(
    name="footer",
    label=gettext_noop("Footer"),
    help=gettext_noop(
        "Stands below everything that is sent from this account. Without words for a language the account's own footer is taken."
    ),
    places=("mailbox", "number"),
    templates=dict.fromkeys(LANGUAGES, ""),
)
