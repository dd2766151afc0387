"""In a conversation: a greeting at first contact, and a word when nobody is there. Once a burst, capped, never to history."""

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.reply import tell
from tickets.automation.acknowledge import capped, is_young
from tickets.automation.wording import wording
from tickets.channels import channel_classes
from tickets.hours import closed_since, is_open
from tickets.models import Delivery, Entry, Health, Message
from tickets.models.conversations import BY_MAIL, Rules, rules_of


def consider(entry: Entry) -> str:
    """Greet the writer of a received entry, or say that nobody is there; return why not, or ""."""
    rules = rules_of(entry.account) if entry.account else None
    if rules is None or not (rules.greets or rules.tells_hours):
        return "the account says nothing by itself"
    message = (
        Message.objects.select_related("ticket__mailbox", "ticket__contact", "account__mailbox")
        .filter(entry=entry)
        .first()
    )
    if message is None:
        return "no message"
    hindrance = _hindrance(entry, message)
    if hindrance:
        return hindrance
    why = {**_greeting(entry, rules), **_away(message, rules)}
    if not why:
        return "nothing to say"
    said = wording(message, message.account, [*why], " ".join(why.values()))
    if not said.text:
        return "the text has no words"
    tell(message, said)
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
    account = message.account
    if account.removed_at or account.paused_at or account.stopped_at or account.health == Health.CUT_OFF:
        return "nothing can be sent there"
    if rules_of(account).answers == BY_MAIL:
        return "the account only receives"
    return capped(message.account, message.from_address)


def _greeting(entry: Entry, rules: Rules) -> dict[str, str]:
    is_due = rules.greets and "new_contact" in entry.fields
    return {"greeting": _("They write for the first time.")} if is_due else {}


def _away(message: Message, rules: Rules) -> dict[str, str]:
    """Once for each stretch without anybody: who reads it twice learns nothing."""
    if not rules.tells_hours or is_open(rules.hours, timezone.now()) or _was_told(message, rules):
        return {}
    return {"away": _("Nobody is here just now.")}


def _was_told(message: Message, rules: Rules) -> bool:
    closed = closed_since(rules.hours, timezone.now())
    told = Delivery.objects.filter(
        account=message.account, recipient=message.from_address, message__automatic=True, message__kind="message"
    )
    return bool(closed) and told.filter(at__gte=closed).exists()
