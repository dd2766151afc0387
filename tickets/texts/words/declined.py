"""What the chat hears when somebody wants to name no address."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="declined",
    label=gettext_noop("No address is wanted"),
    help=gettext_noop("Said once in the chat when somebody answers the question with no. They are not asked again."),
    places=(),
    where=(CONVERSATION,),
    templates={
        "en": "All right, we go on here and do not ask again.",
        "de": "In Ordnung, wir machen hier weiter und fragen nicht wieder.",
        "es": "De acuerdo, seguimos aquí y no volvemos a preguntar.",
        "fr": "D’accord, nous continuons ici et ne demanderons plus.",
        "uk": "Добре, продовжуємо тут і більше не питаємо.",
        "ru": "Хорошо, продолжаем здесь и больше не спрашиваем.",
        "pt": "Está bem, continuamos aqui e não voltamos a perguntar.",
    },
)
