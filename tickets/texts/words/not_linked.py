"""What the chat hears when somebody says that it is not them."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="not-linked",
    label=gettext_noop("A chat was not linked"),
    help=gettext_noop("Said in the chat when somebody answered no."),
    places=(),
    where=(CONVERSATION,),
    templates={
        "en": "All right, nothing was linked. Just write here what you need.",
        "de": "In Ordnung, nichts wurde verbunden. Schreiben Sie einfach hier, was Sie brauchen.",
        "es": "De acuerdo, no se vinculó nada. Escriba aquí lo que necesite.",
        "fr": "D’accord, rien n’a été relié. Écrivez simplement ici ce qu’il vous faut.",
        "uk": "Добре, нічого не пов’язано. Просто напишіть тут, що Вам потрібно.",
        "ru": "Хорошо, ничего не связано. Просто напишите здесь, что Вам нужно.",
        "pt": "Está bem, nada foi ligado. Escreva aqui simplesmente o que precisa.",
    },
)
