"""The question to whoever opened a chat by a link that was mailed."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="is-it-you",
    label=gettext_noop("Question whether it is them"),
    help=gettext_noop("Asked in the chat that a mailed link opened. Nothing is linked before they say yes."),
    places=("address",),
    needs=("address",),
    where=(CONVERSATION,),
    templates={
        "en": "This link was mailed to {address}. Is that you? Answer yes or no.",
        "de": "Dieser Link ging per E-Mail an {address}. Sind Sie das? Antworten Sie mit ja oder nein.",
        "es": "Este enlace se envió por correo a {address}. ¿Es usted? Responda sí o no.",
        "fr": "Ce lien a été envoyé par e-mail à {address}. Est-ce vous ? Répondez oui ou non.",
        "uk": "Це посилання надіслали поштою на {address}. Це Ви? Дайте відповідь: так чи ні.",
        "ru": "Эта ссылка была отправлена по почте на {address}. Это Вы? Ответьте: да или нет.",
        "pt": "Esta ligação foi enviada por e-mail para {address}. É o senhor ou a senhora? Responda sim ou não.",
    },
)
