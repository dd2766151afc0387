"""The subject of a mail in a conversation that has none: it began on a messenger."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="subject",
    label=gettext_noop("Subject of a conversation without one"),
    help=gettext_noop("Stands over a mail in a conversation that began elsewhere."),
    places=("mailbox",),
    where=(MAIL,),
    is_editable=False,
    templates={
        "en": "Your conversation[ with {mailbox}]",
        "de": "Ihr Gespräch[ mit {mailbox}]",
        "es": "Su conversación[ con {mailbox}]",
        "fr": "Votre conversation[ avec {mailbox}]",
        "uk": "Ваша розмова[ з {mailbox}]",
        "ru": "Ваш разговор[ с {mailbox}]",
        "pt": "A sua conversa[ com {mailbox}]",
    },
)
