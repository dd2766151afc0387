"""The mail with a conversation that its customer asked for; below it stand the lines of the conversation themselves."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="transcript",
    label=gettext_noop("Mail with the conversation"),
    help=gettext_noop("Goes to the proven address of a customer who asks for it in the chat, once an hour at most."),
    places=("mailbox", "channel"),
    where=(MAIL,),
    templates={
        "en": "Here is your conversation with {mailbox} on {channel}, as you asked for it.",
        "de": "Hier ist Ihr Gespräch mit {mailbox} über {channel}, um das Sie gebeten haben.",
        "es": "Aquí está su conversación con {mailbox} por {channel}, tal como la pidió.",
        "fr": "Voici votre conversation avec {mailbox} sur {channel}, comme vous l’avez demandée.",
        "uk": "Ось Ваша розмова з {mailbox} у {channel}, про яку Ви просили.",
        "ru": "Вот Ваш разговор с {mailbox} в {channel}, о котором Вы просили.",
        "pt": "Aqui está a sua conversa com {mailbox} por {channel}, como pediu.",
    },
    subjects={
        "en": "Your conversation with {mailbox}",
        "de": "Ihr Gespräch mit {mailbox}",
        "es": "Su conversación con {mailbox}",
        "fr": "Votre conversation avec {mailbox}",
        "uk": "Ваша розмова з {mailbox}",
        "ru": "Ваш разговор с {mailbox}",
        "pt": "A sua conversa com {mailbox}",
    },
)
