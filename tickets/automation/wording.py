"""The words of an automatic answer to a message: in the language they write, with the values of the conversation."""

from datetime import datetime

from django.utils import timezone

from tickets import hours
from tickets.actions.language import language_for
from tickets.models import Account, Message
from tickets.texts import own
from tickets.texts.moments import moment
from tickets.texts.wording import Wording


def wording(message: Message, account: Account, names: list[str], why: str = "") -> Wording:
    """Return the texts `names` of `account` as an answer to `message`; `why`: what else led to these texts."""
    choice = language_for(message.ticket.contact, account, message.reply or message.text, message.subject)
    values = {
        "name": message.from_name,
        "number": message.ticket.number,
        "subject": message.ticket.subject,
        "mailbox": account.home.name,
        "opens": opens(account, timezone.now(), choice.language),
    }
    text = "\n\n".join(filter(None, (own.words(account, name, choice.language, values) for name in names)))
    return Wording(text, tuple(names), choice.language, " ".join(filter(None, [why, choice.reason])))


def opens(account: Account, now: datetime, language: str) -> str:
    """Return when somebody is there again, as a sentence has it, in the account's zone; "" when somebody is, or not within a year."""
    laid_down = account.opening_hours
    coming = hours.next_opening(laid_down, now)
    if coming is None or coming <= now:
        return ""
    return moment(coming.astimezone(laid_down.zone), now.astimezone(laid_down.zone), language)
