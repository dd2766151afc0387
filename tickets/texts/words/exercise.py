"""What a test contact reads when a firm tries out for real how its customers are answered if a messenger fails."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="exercise",
    label=gettext_noop("An exercise, to test contacts"),
    help=gettext_noop("Goes only to the test contacts that an administrator chose for an exercise."),
    places=("mailbox", "channel"),
    needs=("mailbox",),
    where=(MAIL,),
    templates={
        "en": "This is an exercise: {mailbox} tries out how you are answered if {channel} fails. Nothing has happened, and there is nothing to do.",
        "de": "Dies ist eine Übung: {mailbox} probiert aus, wie wir Ihnen antworten, wenn {channel} ausfällt. Es ist nichts geschehen, und Sie müssen nichts tun.",
        "es": "Esto es un simulacro: {mailbox} prueba cómo le respondemos si {channel} falla. No ha pasado nada y no tiene que hacer nada.",
        "fr": "Ceci est un exercice : {mailbox} essaie comment vous répondre si {channel} est en panne. Rien ne s’est passé et vous n’avez rien à faire.",
        "uk": "Це навчання: {mailbox} перевіряє, як відповісти Вам, якщо {channel} не працюватиме. Нічого не сталося, і робити нічого не потрібно.",
        "ru": "Это учения: {mailbox} проверяет, как ответить Вам, если {channel} не будет работать. Ничего не случилось, и делать ничего не нужно.",
        "pt": "Isto é um exercício: {mailbox} experimenta como lhe responder se o {channel} falhar. Nada aconteceu e não tem de fazer nada.",
    },
)
