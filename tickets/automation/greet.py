"""In a conversation: a greeting at first contact, and a word when nobody is there. Once a burst, capped, never to history."""

from datetime import datetime
from string import Template

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from tickets.actions.reply import tell
from tickets.automation.acknowledge import capped, is_young
from tickets.channels import channel_classes
from tickets.hours import closed_since, is_open, next_opening
from tickets.models import Delivery, Entry, Health, Message
from tickets.models.conversations import Rules, rules_of

GREETING = """Hello $name,

thank you for writing to us. We have your message and answer here as soon as we can."""
AWAY = """Nobody is here just now; we are back $opens. We have your message and answer here then."""
AWAY_WITHOUT_END = """Nobody is here just now. We have your message and answer here as soon as we are back."""


def consider(entry: Entry) -> str:
    """Greet the writer of a received entry, or say that nobody is there; return why not, or ""."""
    rules = rules_of(entry.account) if entry.account else None
    if rules is None or not (rules.greets or rules.tells_hours):
        return "the account says nothing by itself"
    message = (
        Message.objects.select_related("ticket__mailbox", "account__mailbox", "contact").filter(entry=entry).first()
    )
    if message is None:
        return "no message"
    hindrance = _hindrance(entry, message)
    if hindrance:
        return hindrance
    parts = [*_greeting(message, entry, rules), *_away(message, rules)]
    if not parts:
        return "nothing to say"
    tell(message, "\n\n".join(parts))
    return ""


def _hindrance(entry: Entry, message: Message) -> str:
    channel = channel_classes().get(message.channel)
    if channel is None or not channel.conversational or message.kind != "message" or message.direction != "in":
        return "no line of a conversation"
    if message.ticket.spam:
        return "it is spam"
    if "burst" in entry.fields:
        return "it goes on a burst that was answered or needed no answer"
    if message.history or entry.fields.get("history") or not is_young(message):
        return "history"
    if message.account.removed_at or message.account.paused_at or message.account.health == Health.CUT_OFF:
        return "nothing can be sent there"
    return capped(message.account, message.from_address)


def _greeting(message: Message, entry: Entry, rules: Rules) -> list[str]:
    if not rules.greets or "new_contact" not in entry.fields:
        return []
    return [_words(message, rules.greeting or GREETING, {})]


def _away(message: Message, rules: Rules) -> list[str]:
    """Once for each stretch without anybody: who reads it twice learns nothing."""
    if not rules.tells_hours or is_open(rules.hours, message.at) or _was_told(message, rules):
        return []
    opens = next_opening(rules.hours, message.at)
    default = AWAY if opens else AWAY_WITHOUT_END
    with override(_language(message)):
        when = _moment(opens.astimezone(rules.hours.zone)) if opens else ""
    return [_words(message, rules.away or default, {"opens": when})]


def _was_told(message: Message, rules: Rules) -> bool:
    closed = closed_since(rules.hours, message.at)
    told = Delivery.objects.filter(
        account=message.account, recipient=message.from_address, message__automatic=True, message__kind="message"
    )
    return bool(closed) and told.filter(at__gte=closed).exists()


def _moment(at: datetime) -> str:
    """A day of this week by its name and the time; later days by their date. In the account's own time zone."""
    is_near = (at - timezone.now()).days < 6
    return date_format(at, "l H:i" if is_near else "j F Y H:i")


def _words(message: Message, template: str, more: dict[str, str]) -> str:
    """A text in the mailbox's language, or the account's own text, with its places filled in."""
    with override(_language(message)):
        text = _(template) if template in (GREETING, AWAY, AWAY_WITHOUT_END) else template
    name = message.from_name or message.from_address
    filled = {"name": name, "number": message.ticket.number, "mailbox": message.account.home.name, **more}
    return Template(text).safe_substitute(filled).strip()


def _language(message: Message) -> str:
    return message.account.home.language or settings.LANGUAGE_CODE
