"""The grey line below an answer that a messenger could not deliver, and the subject of the mail that carries it."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="detour",
    label=gettext_noop("Line below an answer that comes by mail instead"),
    help=gettext_noop("Says why an answer comes by mail. It blames nobody and holds no word of the conversation."),
    places=("channel", "day", "mailbox"),
    needs=("channel",),
    where=(MAIL,),
    templates={
        "en": "You wrote to us on {channel}[ on {day}]; it could not deliver this, so it comes by mail. Answer here or there.",
        "de": "Sie haben uns[ am {day}] über {channel} geschrieben; dort ließ sich dies nicht zustellen, darum kommt es per E-Mail. "
        "Antworten Sie hier oder dort.",
        "es": "Nos escribió por {channel}[ el {day}]; por ahí no se pudo entregar esta respuesta y por eso llega por correo. "
        "Responda aquí o allí.",
        "fr": "Vous nous avez écrit sur {channel}[ le {day}] ; ce message n’a pas pu y être remis, il vous arrive donc par e-mail. "
        "Répondez ici ou là-bas.",
        "uk": "Ви писали нам у {channel}[ {day}]; доставити відповідь туди не вдалося, тож вона надходить поштою. "
        "Відповідайте тут або там.",
        "ru": "Вы писали нам в {channel}[ {day}]; доставить ответ туда не удалось, поэтому он приходит по почте. "
        "Отвечайте здесь или там.",
        "pt": "Escreveu-nos pelo {channel}[ em {day}]; não foi possível entregar isto por lá, por isso chega por e-mail. "
        "Responda aqui ou lá.",
    },
    subjects={
        "en": "{mailbox}: your message on {channel}[, {day}]",
        "de": "{mailbox}: Ihre Nachricht über {channel}[, {day}]",
        "es": "{mailbox}: su mensaje por {channel}[, {day}]",
        "fr": "{mailbox} : votre message sur {channel}[, {day}]",
        "uk": "{mailbox}: ваше повідомлення в {channel}[, {day}]",
        "ru": "{mailbox}: ваше сообщение в {channel}[, {day}]",
        "pt": "{mailbox}: a sua mensagem pelo {channel}[, {day}]",
    },
)
