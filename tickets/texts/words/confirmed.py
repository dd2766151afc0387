"""What the chat hears when an address was proven."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="confirmed",
    label=gettext_noop("An address was proven"),
    help=gettext_noop("Said in the chat when the code or the link of the mail came back."),
    places=("address",),
    where=(CONVERSATION,),
    templates={
        "en": "Done: if this app ever fails, we answer you at {address}. Just go on writing here.",
        "de": "Erledigt: Falls diese App einmal ausfällt, antworten wir Ihnen an {address}. Schreiben Sie einfach hier weiter.",
        "es": "Listo: si esta aplicación falla alguna vez, le respondemos a {address}. Siga escribiendo aquí.",
        "fr": "C’est fait : si cette application tombe un jour en panne, nous vous répondrons à {address}. Continuez à écrire ici.",
        "uk": "Готово: якщо цей застосунок колись відмовить, ми відповімо Вам на {address}. Пишіть далі тут.",
        "ru": "Готово: если это приложение когда-нибудь откажет, мы ответим Вам на {address}. Пишите дальше здесь.",
        "pt": "Pronto: se esta aplicação falhar um dia, respondemos-lhe para {address}. Continue a escrever aqui.",
    },
)
