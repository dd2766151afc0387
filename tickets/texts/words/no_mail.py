"""The way out that every detour has."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="no-mail",
    label=gettext_noop("“Do not answer me by email”"),
    help=gettext_noop("Stands in every answer that comes by mail because a messenger failed."),
    places=("link",),
    needs=("link",),
    where=(MAIL,),
    is_editable=False,
    templates={
        "en": "Do not answer me by email: {link}",
        "de": "Antworten Sie mir nicht per E-Mail: {link}",
        "es": "No me respondan por correo: {link}",
        "fr": "Ne me répondez pas par e-mail : {link}",
        "uk": "Не відповідайте мені поштою: {link}",
        "ru": "Не отвечайте мне по почте: {link}",
        "pt": "Não me respondam por e-mail: {link}",
    },
)
