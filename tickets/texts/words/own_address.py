"""The line below the first answer on a messenger that names the address which outlives it."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="own-address",
    label=gettext_noop("Address of the conversation"),
    help=gettext_noop(
        "Stands below the first answer of a person on a messenger, where the mailbox takes answers at addresses of its own."
    ),
    places=("address",),
    needs=("address",),
    where=(CONVERSATION,),
    templates={
        "en": "If this app ever fails, this conversation has an address of its own: {address}",
        "de": "Falls diese App einmal ausfällt, hat dieses Gespräch eine eigene Adresse: {address}",
        "es": "Si esta aplicación falla alguna vez, esta conversación tiene una dirección propia: {address}",
        "fr": "Si cette application tombe un jour en panne, cette conversation a sa propre adresse : {address}",
        "uk": "Якщо цей застосунок колись відмовить, ця розмова має власну адресу: {address}",
        "ru": "Если это приложение когда-нибудь откажет, у этого разговора есть свой адрес: {address}",
        "pt": "Se esta aplicação falhar um dia, esta conversa tem um endereço próprio: {address}",
    },
)
