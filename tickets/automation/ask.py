"""Ask and prove: when a customer is asked where else to answer, and what is made of what they say then. Decided entry by entry."""

import re
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import ask, invite, prove
from tickets.channels import channel_classes
from tickets.hours import is_open
from tickets.models import Account, Direction, Entry, Message
from tickets.models.conversations import AFTER_ANSWER, WHEN_CLOSED, rules_of

OLDEST = timedelta(hours=24)  # of an entry: what automation reads later than that is past
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
AROUND = 40  # letters beside an address in a line that is mostly the address
CODE = re.compile(r"\D{0,20}?((?:\d[ \-]?){6})\D{0,20}")
NO = frozenset(
    "no|nope|no thanks|no thank you|nein|nö|nein danke|non|non merci|ні|ні дякую|нет|нет спасибо|не надо|não|não obrigado|"
    "não obrigada|no gracias".split("|")
)
YES = frozenset("yes|yes it is|ja|sí|si|oui|так|да|sim".split("|"))


def concerns(entry: Entry) -> bool:
    """Whether a reply is a person's."""
    return bool(entry.fields.get("by")) and not entry.fields.get("automatic")


def replied(entry: Entry) -> str:
    """Ask after the answer of a person, where the account lays it down."""
    ways = entry.fields["deliveries"]
    if not concerns(entry) or not ways or _is_past(entry):
        return "no answer of a person"
    if all(way["channel"] == settings.LAST_RESORT for way in ways):
        return "they can be reached otherwise"
    accounts = Account.objects.filter(public_id__in=[way["account"] for way in ways])
    if not accounts.filter(config__ask_address=AFTER_ANSWER).exists():
        return "their account asks nobody after an answer"
    reply = Message.objects.filter(entry=entry, direction=Direction.OUT, kind="message").first()
    last = ask.is_due_after(reply, timezone.now()) if reply else None
    if last is None:
        return "nobody is to be asked"
    return "" if ask.ask(last, _("Somebody has answered them.")) else "they were asked meanwhile"


def received(entry: Entry) -> str:
    """Hear an address, a code, a link or a no; ask when nobody is there, where the account lays it down."""
    message = _line_of(entry)
    if message is None:
        return "no line of a conversation"
    return _heard(entry, message) or _ask_when_closed(entry, message)


def _line_of(entry: Entry) -> Message | None:
    fields = entry.fields
    if fields.get("history") or fields.get("is_group") or _is_past(entry):
        return None
    rows = Message.objects.select_related("account__mailbox", "ticket__mailbox", "ticket__contact")
    message = rows.filter(entry=entry, direction=Direction.IN, automatic=False, history=False).first()
    if message is None or message.kind not in ("message", "system") or message.ticket.spam:
        return None
    if not ask.is_of_customer(message):
        return None  # merged into somebody else's ticket: what they say proves nothing of its customer
    channel = channel_classes().get(message.channel)
    return message if channel is not None and channel.conversational else None


def _heard(entry: Entry, message: Message) -> str:
    """What was made of a line; "" when it is none of ours."""
    if (start := entry.fields.get("start")) and (prove.answer_link(message, start) or invite.opened(message, start)):
        return "a link"
    text = " ".join((message.reply or message.text).split())
    if (code := CODE.fullmatch(text)) and prove.answer_code(message, re.sub(r"\D", "", code[1])):
        return "a code"
    now, contact = timezone.now(), message.ticket.contact
    bare = " ".join(re.findall(r"\w+", text.lower()))
    if bare in NO | YES and (question := invite.awaits_answer(message, now)):
        invite.answered(message, question, bare in YES, now)
        return "whether it is them"
    if found := ADDRESS.findall(text):
        is_meant = len(text) - len(found[0]) <= AROUND or ask.was_asked(contact, now)
        if len(set(found)) == 1 and is_meant:
            prove.offer(message, found[0].strip(".'").lower())
            return "an address"
    if bare in NO and ask.was_asked(contact, now) and _last_was_the_question(message):
        ask.decline(contact)
        prove.tell_declined(message, now)
        return "a no"
    return ""


def _last_was_the_question(message: Message) -> bool:
    """Whether nothing else was said between the question and this line."""
    before = Message.objects.filter(ticket=message.ticket_id, pk__lt=message.pk).exclude(direction=Direction.NOTE)
    last = before.select_related("entry").order_by("-pk").first()
    return last is not None and bool(last.entry.fields.get("asks"))


def _ask_when_closed(entry: Entry, message: Message) -> str:
    """Nobody is there: they are asked now, but not in their first message, nor in the middle of a burst."""
    rules = rules_of(message.account)
    if rules.asks != WHEN_CLOSED or is_open(rules.hours, timezone.now()):
        return "not asked just now"
    if "new_contact" in entry.fields or "burst" in entry.fields or message.kind != "message":
        return "their first message, or a burst"
    if why := ask.hindrance(message.ticket, message.account, timezone.now()):
        return why
    ask.ask(message, _("Nobody is here just now."))
    return ""


def _is_past(entry: Entry) -> bool:
    return entry.at < timezone.now() - OLDEST
