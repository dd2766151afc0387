"""The footer below what agents send. There is none until the account has one."""

from django.utils.translation import gettext_noop

from tickets.texts.languages import LANGUAGES
from tickets.texts.text import Text

TEXT = Text(
    name="footer",
    label=gettext_noop("Footer"),
    help=gettext_noop(
        "Stands below everything that is sent from this account. Without words for a language the account's own footer is taken. "
        "{chat} is a standing link to your messenger; it says nothing of who opens it."
    ),
    places=("mailbox", "number", "chat"),
    templates=dict.fromkeys(LANGUAGES, ""),
)
