"""What the chat hears when it was linked with an address."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="linked-here",
    label=gettext_noop("A chat was linked"),
    help=gettext_noop("Said in the chat when somebody answered yes."),
    places=("address",),
    where=(CONVERSATION,),
    templates={
        "en": "Thank you: this chat and {address} belong together now. {address} was told, and can undo it.",
        "de": "Danke: Dieser Chat und {address} gehören jetzt zusammen. {address} wurde benachrichtigt und kann es rückgängig machen.",
        "es": "Gracias: este chat y {address} van juntos ahora. Se avisó a {address}, que puede deshacerlo.",
        "fr": "Merci : cette discussion et {address} vont maintenant ensemble. {address} en a été informé et peut l’annuler.",
        "uk": "Дякуємо: цей чат і {address} тепер пов’язані. {address} отримав повідомлення і може це скасувати.",
        "ru": "Спасибо: этот чат и {address} теперь связаны. {address} получил сообщение и может это отменить.",
        "pt": "Obrigado: esta conversa e {address} estão agora ligados. {address} foi avisado e pode desfazê-lo.",
    },
)
