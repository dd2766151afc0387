"""The grey line below an answer that goes by mail although its customer wrote in a messenger: it was never tried there."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="by-mail",
    label=gettext_noop("Line below an answer by mail to somebody who wrote in a messenger"),
    help=gettext_noop(
        "Says why an answer comes by mail where the messenger only receives, is closed, or an agent chose so."
    ),
    places=("channel", "day", "mailbox"),
    needs=("channel",),
    where=(MAIL,),
    templates={
        "en": "You wrote to us on {channel}[ on {day}]; this time we answer by email. Answer here or there.",
        "de": "Sie haben uns[ am {day}] über {channel} geschrieben; diesmal antworten wir per E-Mail. Antworten Sie hier oder dort.",
        "es": "Nos escribió por {channel}[ el {day}]; esta vez respondemos por correo. Responda aquí o allí.",
        "fr": "Vous nous avez écrit sur {channel}[ le {day}] ; cette fois, nous répondons par e-mail. Répondez ici ou là-bas.",
        "uk": "Ви писали нам у {channel}[ {day}]; цього разу відповідаємо поштою. Відповідайте тут або там.",
        "ru": "Вы писали нам в {channel}[ {day}]; на этот раз отвечаем по почте. Отвечайте здесь или там.",
        "pt": "Escreveu-nos pelo {channel}[ em {day}]; desta vez respondemos por e-mail. Responda aqui ou lá.",
    },
)
