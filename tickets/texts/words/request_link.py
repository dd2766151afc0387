"""The line that leads a customer to the page of their request."""

from django.utils.translation import gettext_noop

from tickets.texts.text import MAIL, Text

TEXT = Text(
    name="request-link",
    label=gettext_noop("Link to “your request”"),
    help=gettext_noop("Stands in mail to customers, if this server has a public address."),
    places=("link", "until"),
    needs=("link",),
    where=(MAIL,),
    templates={
        "en": "Read this conversation and answer here[ (until {until})]: {link}",
        "de": "Dieses Gespräch lesen und antworten[ (bis zum {until})]: {link}",
        "es": "Leer esta conversación y responder[ (hasta el {until})]: {link}",
        "fr": "Lire cette conversation et répondre[ (jusqu’au {until})] : {link}",
        "uk": "Прочитати цю розмову та відповісти[ (до {until})]: {link}",
        "ru": "Прочитать этот разговор и ответить[ (до {until})]: {link}",
        "pt": "Ler esta conversa e responder[ (até {until})]: {link}",
    },
)
