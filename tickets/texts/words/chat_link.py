"""The mail that leads one person into a chat."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="chat-link",
    label=gettext_noop("Mail with a link into a chat"),
    help=gettext_noop(
        "Sent to one person when an agent invites them into a chat. The link is for them alone, works once and for three days."
    ),
    places=("name", "channel", "open", "mailbox"),
    needs=("open",),
    where=(MAIL,),
    templates={
        "en": """Hello[ {name}],

you can also write to {mailbox} on {channel}. This link is for you alone, works once and for three days:
{open}

You are asked there whether it is you. Mail goes on working as before.""",
        "de": """Guten Tag[ {name}],

Sie können {mailbox} auch über {channel} schreiben. Dieser Link ist nur für Sie, gilt einmal und drei Tage lang:
{open}

Dort werden Sie gefragt, ob Sie es sind. E-Mail geht weiter wie bisher.""",
        "es": """Hola[, {name}]:

También puede escribir a {mailbox} por {channel}. Este enlace es solo para usted, vale una vez y durante tres días:
{open}

Allí se le pregunta si es usted. El correo sigue funcionando como siempre.""",
        "fr": """Bonjour[ {name}],

Vous pouvez aussi écrire à {mailbox} sur {channel}. Ce lien est pour vous seul, marche une fois et pendant trois jours :
{open}

On vous y demande si c’est bien vous. L’e-mail continue de marcher comme avant.""",
        "uk": """Добрий день[, {name}].

Ви можете писати до {mailbox} і в {channel}. Це посилання лише для Вас, діє один раз і три дні:
{open}

Там запитають, чи це Ви. Пошта працює, як і раніше.""",
        "ru": """Здравствуйте[, {name}].

Вы можете писать в {mailbox} и в {channel}. Эта ссылка только для Вас, действует один раз и три дня:
{open}

Там спросят, Вы ли это. Почта работает, как и раньше.""",
        "pt": """Olá[ {name}],

Também pode escrever a {mailbox} pelo {channel}. Esta ligação é só para si, funciona uma vez e durante três dias:
{open}

Lá perguntam-lhe se é mesmo quem é. O e-mail continua a funcionar como antes.""",
    },
    subjects={
        "en": "{mailbox} on {channel}",
        "de": "{mailbox} über {channel}",
        "es": "{mailbox} por {channel}",
        "fr": "{mailbox} sur {channel}",
        "uk": "{mailbox} у {channel}",
        "ru": "{mailbox} в {channel}",
        "pt": "{mailbox} pelo {channel}",
    },
)
