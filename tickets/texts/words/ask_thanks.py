"""What the chat hears when somebody names an address: the same whoever it belongs to."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="ask-thanks",
    label=gettext_noop("Thanks for an address"),
    help=gettext_noop(
        "Says that a code is on its way. It says the same for every address, so that nobody learns who is a customer."
    ),
    places=("address", "mailbox"),
    needs=("address",),
    where=(CONVERSATION,),
    templates={
        "en": "Thank you. If {address} is yours, a mail from us is on its way to you there: type its code here, and we can reach you if this app fails.",
        "de": "Danke. Wenn {address} Ihre Adresse ist, ist eine E-Mail von uns dorthin unterwegs: Geben Sie den Code daraus hier ein, dann erreichen wir Sie, falls diese App ausfällt.",
        "es": "Gracias. Si {address} es suya, va en camino un correo nuestro: escriba aquí su código y podremos localizarle si falla esta aplicación.",
        "fr": "Merci. Si {address} est à vous, un e-mail de notre part y est en route : écrivez ici son code, et nous pourrons vous joindre si cette application tombe en panne.",
        "uk": "Дякуємо. Якщо {address} – Ваша адреса, туди вже йде наш лист: введіть код із нього тут, і ми зможемо відповісти Вам, якщо цей застосунок відмовить.",
        "ru": "Спасибо. Если {address} – Ваш адрес, туда уже идёт наше письмо: введите код из него здесь, и мы сможем ответить Вам, если это приложение откажет.",
        "pt": "Obrigado. Se {address} for seu, vai a caminho um e-mail nosso: escreva aqui o código e poderemos contactá-lo se esta aplicação falhar.",
    },
)
