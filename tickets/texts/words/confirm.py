"""The mail that proves an address. It holds no name and no word of the chat."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="confirm",
    label=gettext_noop("Mail that proves an address"),
    help=gettext_noop(
        "Goes to the address that somebody named in a chat, twice a day at most. No name and no word of the chat stand in it."
    ),
    places=("channel", "code", "open", "mailbox", "not_me"),
    needs=("code", "not_me"),
    where=(MAIL,),
    is_editable=False,
    templates={
        "en": """Somebody who writes to {mailbox} on {channel} gave this address as theirs.

If that was you: type the code {code} into the chat[, or open this link on the device with the chat: {open}].
Then we can answer you here if {channel} ever fails. Nothing else changes, and the address is used for nothing else.

If it was not you, do nothing: without the code nothing happens. So that we never ask again: {not_me}""",
        "de": """Jemand, der {mailbox} über {channel} schreibt, hat diese Adresse als eigene genannt.

Wenn Sie das waren: Geben Sie den Code {code} im Chat ein[, oder öffnen Sie diesen Link auf dem Gerät mit dem Chat: {open}].
Dann können wir Ihnen hier antworten, falls {channel} einmal ausfällt. Sonst ändert sich nichts, und die Adresse wird für nichts anderes benutzt.

Wenn Sie es nicht waren, tun Sie nichts: Ohne den Code geschieht nichts. Damit wir nie wieder fragen: {not_me}""",
        "es": """Alguien que escribe a {mailbox} por {channel} dio esta dirección como suya.

Si fue usted: escriba el código {code} en el chat[, o abra este enlace en el dispositivo con el chat: {open}].
Así podremos responderle aquí si {channel} falla alguna vez. Nada más cambia y la dirección no se usa para nada más.

Si no fue usted, no haga nada: sin el código no pasa nada. Para que no volvamos a preguntar: {not_me}""",
        "fr": """Quelqu’un qui écrit à {mailbox} sur {channel} a donné cette adresse comme la sienne.

Si c’était vous : écrivez le code {code} dans la discussion[, ou ouvrez ce lien sur l’appareil où elle se trouve : {open}].
Nous pourrons alors vous répondre ici si {channel} tombe un jour en panne. Rien d’autre ne change, et l’adresse ne sert à rien d’autre.

Si ce n’était pas vous, ne faites rien : sans le code, il ne se passe rien. Pour que nous ne demandions plus jamais : {not_me}""",
        "uk": """Хтось, хто пише до {mailbox} у {channel}, назвав цю адресу своєю.

Якщо це були Ви: введіть код {code} у чаті[ або відкрийте це посилання на пристрої з чатом: {open}].
Тоді ми зможемо відповісти Вам сюди, якщо {channel} колись відмовить. Більше нічого не змінюється, і адреса не потрібна ні для чого іншого.

Якщо це були не Ви, нічого не робіть: без коду нічого не станеться. Щоб ми більше не питали: {not_me}""",
        "ru": """Кто-то, кто пишет в {mailbox} в {channel}, назвал этот адрес своим.

Если это были Вы: введите код {code} в чате[ или откройте эту ссылку на устройстве с чатом: {open}].
Тогда мы сможем ответить Вам сюда, если {channel} когда-нибудь откажет. Больше ничего не меняется, и адрес не нужен ни для чего другого.

Если это были не Вы, ничего не делайте: без кода ничего не произойдёт. Чтобы мы больше не спрашивали: {not_me}""",
        "pt": """Alguém que escreve a {mailbox} pelo {channel} deu este endereço como seu.

Se foi o senhor ou a senhora: escreva o código {code} na conversa[, ou abra esta ligação no dispositivo onde ela está: {open}].
Assim podemos responder-lhe aqui se {channel} falhar um dia. Nada mais muda e o endereço não é usado para mais nada.

Se não foi, não faça nada: sem o código nada acontece. Para não voltarmos a perguntar: {not_me}""",
    },
    subjects={
        "en": "{mailbox}: is this your address?",
        "de": "{mailbox}: Ist das Ihre Adresse?",
        "es": "{mailbox}: ¿es esta su dirección?",
        "fr": "{mailbox} : est-ce votre adresse ?",
        "uk": "{mailbox}: це Ваша адреса?",
        "ru": "{mailbox}: это Ваш адрес?",
        "pt": "{mailbox}: este endereço é seu?",
    },
)
