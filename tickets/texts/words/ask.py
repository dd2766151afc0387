"""The one question by which a customer can be reached when their messenger fails."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="ask",
    label=gettext_noop("Question where else to answer"),
    help=gettext_noop(
        "Asked once after the first answer of a person, or when nobody is there. Never a condition for help."
    ),
    places=("mailbox", "channel"),
    needs=("channel",),
    where=(CONVERSATION,),
    templates={
        "en": "If {channel} ever fails us, where may we answer you? Write an email address here: it is used only for this conversation. Or just go on writing here.",
        "de": "Falls {channel} uns einmal im Stich lässt: Wo dürfen wir Ihnen antworten? Schreiben Sie eine E-Mail-Adresse hierher; sie wird nur für dieses Gespräch benutzt. Oder schreiben Sie einfach hier weiter.",
        "es": "Si {channel} nos falla alguna vez, ¿dónde podemos responderle? Escriba aquí una dirección de correo: se usa solo para esta conversación. O siga escribiendo aquí sin más.",
        "fr": "Si {channel} nous fait un jour défaut, où pouvons-nous vous répondre ? Écrivez ici une adresse e-mail : elle ne sert qu’à cette conversation. Ou continuez simplement à écrire ici.",
        "uk": "Якщо {channel} колись нас підведе, куди ми можемо Вам відповісти? Напишіть тут адресу електронної пошти: вона потрібна лише для цієї розмови. Або просто пишіть далі тут.",
        "ru": "Если {channel} нас когда-нибудь подведёт, куда мы можем Вам ответить? Напишите здесь адрес электронной почты: он нужен только для этого разговора. Или просто пишите дальше здесь.",
        "pt": "Se {channel} nos falhar um dia, para onde lhe podemos responder? Escreva aqui um endereço de e-mail: é usado só para esta conversa. Ou continue simplesmente a escrever aqui.",
    },
)
