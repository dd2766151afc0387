"""The acknowledgement of a new ticket that came by mail, while somebody is there."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="acknowledgement",
    label=gettext_noop("Acknowledgement"),
    help=gettext_noop("Answers the first mail of a conversation at once."),
    places=("name", "number", "subject", "mailbox"),
    where=(MAIL,),
    templates={
        "en": """Hello[ {name}],

thank you for your message. We have received it[ as number {number}] and will answer as soon as we can.

To add something, just reply to this mail.

{mailbox}""",
        "de": """Guten Tag[ {name}],

vielen Dank für Ihre Nachricht. Sie ist[ unter der Nummer {number}] bei uns eingegangen, und wir antworten Ihnen so bald wie möglich.

Wenn Sie etwas ergänzen möchten, antworten Sie einfach auf diese E-Mail.

{mailbox}""",
        "es": """Hola[, {name}]:

Gracias por su mensaje. Lo hemos recibido[ con el número {number}] y le responderemos lo antes posible.

Si desea añadir algo, basta con responder a este correo.

{mailbox}""",
        "fr": """Bonjour[ {name}],

Merci pour votre message. Nous l’avons bien reçu[ sous le numéro {number}] et nous vous répondrons dès que possible.

Si vous souhaitez ajouter quelque chose, il vous suffit de répondre à cet e-mail.

{mailbox}""",
        "uk": """Добрий день[, {name}].

Дякуємо за Ваше повідомлення. Ми його отримали[ (номер {number})] і відповімо, щойно зможемо.

Якщо хочете щось додати, просто дайте відповідь на цей лист.

{mailbox}""",
        "ru": """Здравствуйте[, {name}].

Спасибо за Ваше сообщение. Мы его получили[ (номер {number})] и ответим, как только сможем.

Если хотите что-то добавить, просто ответьте на это письмо.

{mailbox}""",
        "pt": """Olá[ {name}],

Agradecemos a sua mensagem. Foi recebida[ com o número {number}] e responderemos assim que possível.

Se quiser acrescentar algo, basta responder a este e-mail.

{mailbox}""",
    },
)
