"""What a conversational channel says when nobody is there."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="away",
    label=gettext_noop("Out of hours"),
    help=gettext_noop("Answers who writes outside of the account's hours, once for each time nobody is there."),
    places=("name", "number", "mailbox", "opens"),
    needs=("opens",),
    where=(CONVERSATION,),
    templates={
        "en": "[Nobody is here just now; we are back {opens}. We have your message and will answer here then."
        "|Nobody is here just now. We have your message and will answer here as soon as we are back.]",
        "de": "[Zurzeit ist niemand da; wir sind {opens} wieder für Sie da. Ihre Nachricht ist angekommen, und wir "
        "antworten Ihnen dann hier.|Zurzeit ist niemand da. Ihre Nachricht ist angekommen, und wir antworten Ihnen hier, "
        "sobald wir wieder da sind.]",
        "es": "[En este momento no hay nadie; volvemos {opens}. Hemos recibido su mensaje y entonces le responderemos aquí."
        "|En este momento no hay nadie. Hemos recibido su mensaje y le responderemos aquí en cuanto volvamos.]",
        "fr": "[Nous sommes absents en ce moment ; nous serons de retour {opens}. Nous avons bien reçu votre message et nous "
        "vous répondrons ici à ce moment-là.|Nous sommes absents en ce moment. Nous avons bien reçu votre message et nous "
        "vous répondrons ici dès notre retour.]",
        "uk": "[Зараз нікого немає на місці; ми повернемося {opens}. Ваше повідомлення ми отримали і тоді відповімо тут."
        "|Зараз нікого немає на місці. Ваше повідомлення ми отримали і відповімо тут, щойно повернемося.]",
        "ru": "[Сейчас никого нет на месте; мы вернёмся {opens}. Ваше сообщение мы получили и тогда ответим здесь."
        "|Сейчас никого нет на месте. Ваше сообщение мы получили и ответим здесь, как только вернёмся.]",
        "pt": "[Neste momento não há ninguém; voltamos {opens}. Recebemos a sua mensagem e responderemos aqui nessa altura."
        "|Neste momento não há ninguém. Recebemos a sua mensagem e responderemos aqui assim que voltarmos.]",
    },
)
