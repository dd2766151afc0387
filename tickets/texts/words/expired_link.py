"""What the chat hears when a code or a link does not work any more."""

from django.utils.translation import gettext_noop

from tickets.texts.text import CONVERSATION, Text

TEXT = Text(
    name="expired-link",
    label=gettext_noop("A code or link has expired"),
    help=gettext_noop(
        "Said in the chat when a code or link was used already, is too old, was tried too often, or is none of ours."
    ),
    places=(),
    where=(CONVERSATION,),
    templates={
        "en": "This code or link does not work any more; nothing was changed. Write your email address here for a new one.",
        "de": "Dieser Code oder Link gilt nicht mehr; nichts wurde geändert. Schreiben Sie Ihre E-Mail-Adresse hierher, dann kommt ein neuer.",
        "es": "Este código o enlace ya no vale; no se ha cambiado nada. Escriba aquí su dirección de correo para recibir uno nuevo.",
        "fr": "Ce code ou ce lien ne marche plus ; rien n’a été changé. Écrivez ici votre adresse e-mail pour en recevoir un nouveau.",
        "uk": "Цей код чи посилання вже не діє; нічого не змінено. Напишіть тут свою адресу пошти, щоб отримати новий.",
        "ru": "Этот код или ссылка уже не действует; ничего не изменено. Напишите здесь свой адрес почты, чтобы получить новый.",
        "pt": "Este código ou esta ligação já não funciona; nada foi alterado. Escreva aqui o seu endereço de e-mail para receber um novo.",
    },
)
