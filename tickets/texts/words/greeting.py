"""The greeting of somebody who writes for the first time on a conversational channel."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="greeting",
    label=gettext_noop("Greeting"),
    help=gettext_noop("Answers who writes for the first time, if the account greets."),
    places=("name", "number", "mailbox"),
    where=(CONVERSATION,),
    templates={
        "en": """Hello[ {name}],

thank you for writing to us. We have your message and will answer here as soon as we can.""",
        "de": """Guten Tag[ {name}],

vielen Dank, dass Sie uns schreiben. Ihre Nachricht ist angekommen, und wir antworten Ihnen hier so bald wie möglich.""",
        "es": """Hola[, {name}]:

Gracias por escribirnos. Hemos recibido su mensaje y le responderemos aquí lo antes posible.""",
        "fr": """Bonjour[ {name}],

Merci de nous écrire. Nous avons bien reçu votre message et nous vous répondrons ici dès que possible.""",
        "uk": """Добрий день[, {name}].

Дякуємо, що написали нам. Ми отримали Ваше повідомлення і відповімо тут, щойно зможемо.""",
        "ru": """Здравствуйте[, {name}].

Спасибо, что написали нам. Мы получили Ваше сообщение и ответим здесь, как только сможем.""",
        "pt": """Olá[ {name}],

Agradecemos por nos escrever. Recebemos a sua mensagem e responderemos aqui assim que possível.""",
    },
)
