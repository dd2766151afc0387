"""The mail that tells an address at once that a chat was linked with it."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="linked",
    label=gettext_noop("Mail that a chat was linked"),
    help=gettext_noop("Goes at once to the address that a chat was linked with, with a link that undoes it."),
    places=("channel", "mailbox", "link"),
    needs=("link",),
    where=(MAIL,),
    templates={
        "en": """A {channel} account was linked with this address in your conversation with {mailbox}: answers may go there now.

Was this not you? Undo it: {link}

If it was you, there is nothing to do.""",
        "de": """Im Gespräch mit {mailbox} wurde ein Konto bei {channel} mit dieser Adresse verbunden: Antworten können jetzt dorthin gehen.

Waren Sie das nicht? Machen Sie es rückgängig: {link}

Wenn Sie es waren, ist nichts zu tun.""",
        "es": """En su conversación con {mailbox} se vinculó una cuenta de {channel} con esta dirección: las respuestas pueden ir ahora allí.

¿No fue usted? Deshágalo: {link}

Si fue usted, no hay nada que hacer.""",
        "fr": """Dans votre conversation avec {mailbox}, un compte {channel} a été relié à cette adresse : les réponses peuvent désormais y aller.

Ce n’était pas vous ? Annulez : {link}

Si c’était vous, il n’y a rien à faire.""",
        "uk": """У Вашій розмові з {mailbox} обліковий запис {channel} пов’язали з цією адресою: відповіді тепер можуть надходити туди.

Це були не Ви? Скасуйте: {link}

Якщо це були Ви, нічого робити не треба.""",
        "ru": """В Вашем разговоре с {mailbox} учётная запись {channel} была связана с этим адресом: ответы теперь могут приходить туда.

Это были не Вы? Отмените: {link}

Если это были Вы, ничего делать не нужно.""",
        "pt": """Na sua conversa com {mailbox}, uma conta de {channel} foi ligada a este endereço: as respostas podem agora ir para lá.

Não foi o senhor ou a senhora? Desfaça: {link}

Se foi, não há nada a fazer.""",
    },
    subjects={
        "en": "{mailbox}: a {channel} account was linked",
        "de": "{mailbox}: Ein Konto bei {channel} wurde verbunden",
        "es": "{mailbox}: se vinculó una cuenta de {channel}",
        "fr": "{mailbox} : un compte {channel} a été relié",
        "uk": "{mailbox}: пов’язано обліковий запис {channel}",
        "ru": "{mailbox}: связана учётная запись {channel}",
        "pt": "{mailbox}: foi ligada uma conta de {channel}",
    },
)
