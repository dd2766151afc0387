"""The line above the quoted message in a mail. tickets/mime/attributions.py knows it again in answers."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="quoted",
    label=gettext_noop("Line above a quoted message"),
    help=gettext_noop("Stands above the message that a mail answers."),
    places=("when", "writer"),
    where=(MAIL,),
    is_editable=False,
    templates={
        "en": "On {when}, [{writer}|somebody] wrote:",
        "de": "Am {when} schrieb [{writer}|jemand]:",
        "es": "El {when}, [{writer}|alguien] escribió:",
        "fr": "Le {when}, [{writer}|quelqu’un] a écrit :",
        "uk": "{when} [{writer}|хтось] пише:",
        "ru": "{when} [{writer}|кто-то] пишет:",
        "pt": "Em {when}, [{writer}|alguém] escreveu:",
    },
)
