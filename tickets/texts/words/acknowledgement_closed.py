"""The acknowledgement of a new ticket that came by mail, while nobody is there."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="acknowledgement-closed",
    label=gettext_noop("Acknowledgement out of hours"),
    help=gettext_noop(
        "Answers the first mail of a conversation at once, when it comes outside of the account's hours."
    ),
    places=("name", "number", "subject", "mailbox", "opens"),
    needs=("opens",),
    where=(MAIL,),
    templates={
        "en": """Hello[ {name}],

thank you for your message. We have received it[ as number {number}]. Nobody is here just now; [we are back {opens} and will answer you then|we will answer you as soon as we are back].

To add something, just reply to this mail.

{mailbox}""",
        "de": """Guten Tag[ {name}],

vielen Dank für Ihre Nachricht. Sie ist[ unter der Nummer {number}] bei uns eingegangen. Zurzeit ist niemand da; [wir sind {opens} wieder für Sie da und antworten Ihnen dann|wir antworten Ihnen, sobald wir wieder da sind].

Wenn Sie etwas ergänzen möchten, antworten Sie einfach auf diese E-Mail.

{mailbox}""",
        "es": """Hola[, {name}]:

Gracias por su mensaje. Lo hemos recibido[ con el número {number}]. En este momento no hay nadie; [volvemos {opens} y entonces le responderemos|le responderemos en cuanto volvamos].

Si desea añadir algo, basta con responder a este correo.

{mailbox}""",
        "fr": """Bonjour[ {name}],

Merci pour votre message. Nous l’avons bien reçu[ sous le numéro {number}]. Nous sommes absents en ce moment ; [nous serons de retour {opens} et nous vous répondrons alors|nous vous répondrons dès notre retour].

Si vous souhaitez ajouter quelque chose, il vous suffit de répondre à cet e-mail.

{mailbox}""",
        "uk": """Добрий день[, {name}].

Дякуємо за Ваше повідомлення. Ми його отримали[ (номер {number})]. Зараз нікого немає на місці; [ми повернемося {opens} і тоді відповімо|ми відповімо, щойно повернемося].

Якщо хочете щось додати, просто дайте відповідь на цей лист.

{mailbox}""",
        "ru": """Здравствуйте[, {name}].

Спасибо за Ваше сообщение. Мы его получили[ (номер {number})]. Сейчас никого нет на месте; [мы вернёмся {opens} и тогда ответим|мы ответим, как только вернёмся].

Если хотите что-то добавить, просто ответьте на это письмо.

{mailbox}""",
        "pt": """Olá[ {name}],

Agradecemos a sua mensagem. Foi recebida[ com o número {number}]. Neste momento não há ninguém; [voltamos {opens} e responderemos então|responderemos assim que voltarmos].

Se quiser acrescentar algo, basta responder a este e-mail.

{mailbox}""",
    },
)
