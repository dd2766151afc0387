"""The mail that brings a new link to a request, asked for on the page of one that has expired."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="request-new-link",
    label=gettext_noop("New link to “your request”"),
    help=gettext_noop(
        "Goes to the customer's proven address when they ask for it on the page of a link that has expired."
    ),
    places=("name", "number", "mailbox", "link", "until"),
    needs=("link",),
    where=(MAIL,),
    subjects={
        "en": "Your link to your request[ {number}]",
        "de": "Ihr Link zu Ihrer Anfrage[ {number}]",
        "es": "Su enlace a su solicitud[ {number}]",
        "fr": "Votre lien vers votre demande[ {number}]",
        "uk": "Посилання на Ваш запит[ {number}]",
        "ru": "Ссылка на Ваш запрос[ {number}]",
        "pt": "O link para o seu pedido[ {number}]",
    },
    templates={
        "en": """Hello[ {name}],

here is the new link to your request[ {number}]. It works [until {until}|for a limited time]:

{link}

If you did not ask for it, you need not do anything.

{mailbox}""",
        "de": """Guten Tag[ {name}],

hier ist der neue Link zu Ihrer Anfrage[ {number}]. Er gilt [bis zum {until}|für begrenzte Zeit]:

{link}

Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun.

{mailbox}""",
        "es": """Hola[, {name}]:

Aquí tiene el nuevo enlace a su solicitud[ {number}]. Funciona [hasta el {until}|durante un tiempo limitado]:

{link}

Si no lo ha pedido, no tiene que hacer nada.

{mailbox}""",
        "fr": """Bonjour[ {name}],

Voici le nouveau lien vers votre demande[ {number}]. Il est valable [jusqu’au {until}|pour une durée limitée] :

{link}

Si vous ne l’avez pas demandé, vous n’avez rien à faire.

{mailbox}""",
        "uk": """Добрий день[, {name}].

Ось нове посилання на Ваш запит[ {number}]. Воно діє [до {until}|обмежений час]:

{link}

Якщо Ви його не замовляли, нічого робити не потрібно.

{mailbox}""",
        "ru": """Здравствуйте[, {name}].

Вот новая ссылка на Ваш запрос[ {number}]. Она действует [до {until}|ограниченное время]:

{link}

Если Вы её не запрашивали, ничего делать не нужно.

{mailbox}""",
        "pt": """Olá[ {name}],

Aqui está o novo link para o seu pedido[ {number}]. Funciona [até {until}|por tempo limitado]:

{link}

Se não o pediu, não precisa de fazer nada.

{mailbox}""",
    },
)
