"""What the chat hears when a code is not the one."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="wrong-code",
    label=gettext_noop("A code was wrong"),
    help=gettext_noop("Said in the chat when what was typed is not the code of the mail."),
    places=(),
    where=(CONVERSATION,),
    templates={
        "en": "That is not the code of our last mail. Look again, or write the address once more for a new one.",
        "de": "Das ist nicht der Code aus unserer letzten E-Mail. Sehen Sie noch einmal nach, oder schreiben Sie die Adresse noch einmal, dann kommt ein neuer.",
        "es": "Ese no es el código de nuestro último correo. Mírelo de nuevo, o escriba otra vez la dirección para recibir uno nuevo.",
        "fr": "Ce n’est pas le code de notre dernier e-mail. Regardez encore, ou écrivez l’adresse une nouvelle fois pour en recevoir un autre.",
        "uk": "Це не код із нашого останнього листа. Погляньте ще раз або напишіть адресу знову, щоб отримати новий.",
        "ru": "Это не код из нашего последнего письма. Посмотрите ещё раз или напишите адрес снова, чтобы получить новый.",
        "pt": "Esse não é o código do nosso último e-mail. Veja outra vez, ou escreva de novo o endereço para receber outro.",
    },
)
