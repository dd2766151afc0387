"""All texts that customers get by the system's own act. To add one: a file here, and a line in TEXTS."""

from tickets.texts.text import Text
from tickets.texts.words import (
    acknowledgement,
    acknowledgement_closed,
    ask,
    ask_thanks,
    away,
    confirm,
    confirmed,
    declined,
    detour,
    expired_link,
    footer,
    greeting,
    no_mail,
    quoted,
    request_link,
    request_new_link,
    subject,
    wrong_code,
)

TEXTS: tuple[Text, ...] = (
    acknowledgement.TEXT,
    acknowledgement_closed.TEXT,
    greeting.TEXT,
    away.TEXT,
    footer.TEXT,
    request_link.TEXT,
    request_new_link.TEXT,
    ask.TEXT,
    ask_thanks.TEXT,
    confirm.TEXT,
    confirmed.TEXT,
    wrong_code.TEXT,
    expired_link.TEXT,
    declined.TEXT,
    detour.TEXT,
    no_mail.TEXT,
    quoted.TEXT,
    subject.TEXT,
)
BY_NAME = {text.name: text for text in TEXTS}
