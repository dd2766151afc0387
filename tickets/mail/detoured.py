"""What a mail has that takes the place of a message in a messenger: the line that says so, a subject without words of the chat,
and the way to want no more of them."""

from dataclasses import dataclass
from html import escape

from django.utils import timezone, translation
from django.utils.formats import date_format

from tickets.channels import Outgoing, channel_classes, spoken_in
from tickets.mail.request_line import STYLE, Bodies
from tickets.models import Delivery, Direction, Message
from tickets.models.press_links import NO_MAIL, link_of
from tickets.texts import own

DETOUR, BY_MAIL = "detour", "by-mail"


@dataclass(frozen=True, slots=True)
class Instead:
    """What a mail comes instead of: a message on `channel`; `text` names the words that say why."""

    channel: str
    text: str


def instead(outgoing: Outgoing) -> Instead | None:
    """Return what a mail comes instead of: a delivery that failed, or an answer where its customer wrote; None for any other."""
    if len(outgoing.deliveries) != 1:
        return None
    [delivery] = outgoing.deliveries
    if delivery.instead_of is not None:
        return Instead(delivery.instead_of.channel, DETOUR)
    channel = _channel_answered(outgoing.message, delivery)
    return Instead(channel, BY_MAIL) if channel and channel != delivery.channel else None


def _channel_answered(message: Message, delivery: Delivery) -> str:
    """Where the customer wrote what a person's words answer; "" where these go to anybody else than the customer."""
    if message.automatic or message.entry.kind != "reply" or message.entry.fields.get("forwards"):
        return ""
    theirs = message.ticket.contact.addresses.filter(channel=delivery.channel, address=delivery.recipient.lower())
    if not theirs.exists():
        return ""
    said = Message.objects.filter(ticket=message.ticket_id, direction=Direction.IN, via=False, at__lte=message.at)
    return said.order_by("-at", "-pk").values_list("channel", flat=True).first() or ""


def subject(outgoing: Outgoing) -> str:
    """Return the firm, the app and the day, never words of the chat; "" for a mail that comes instead of no other channel's."""
    found = instead(outgoing)
    if found is None or found.channel == outgoing.account.channel:
        return ""
    return own.subject(DETOUR, spoken_in(outgoing.message, outgoing.account), _values(outgoing, found))


def with_line(bodies: Bodies, outgoing: Outgoing) -> Bodies:
    """Return the words of a mail with the grey line and the way out below them, where it comes instead of something else."""
    found = instead(outgoing)
    if found is None:
        return bodies
    text, page = bodies
    language = spoken_in(outgoing.message, outgoing.account)
    line = own.words(outgoing.account, found.text, language, _values(outgoing, found))
    link = link_of(NO_MAIL, outgoing.deliveries[0].public_id)
    out = own.words(outgoing.account, "no-mail", language, {"link": link})
    shown = escape(out).replace(escape(link), f'<a style="{STYLE}" href="{escape(link)}">{escape(link)}</a>')
    return f"{text}\n\n{line}\n{out}", f'{page}\n<p style="{STYLE}">{escape(line)}<br>{shown}</p>'


def headers(outgoing: Outgoing) -> dict[str, str]:
    """Return the fields by which a mail program offers the way out (RFC 2369, RFC 8058)."""
    if instead(outgoing) is None:
        return {}
    link = link_of(NO_MAIL, outgoing.deliveries[0].public_id)
    return {"List-Unsubscribe": f"<{link}>"} | (
        {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https:") else {}
    )


def _values(outgoing: Outgoing, before: Instead) -> dict[str, str]:
    known = channel_classes().get(before.channel)
    return {
        "channel": str(known.label) if known else before.channel.capitalize(),
        "day": _day(outgoing, before),
        "mailbox": outgoing.account.name,
    }


def _day(outgoing: Outgoing, before: Instead) -> str:
    """When they wrote there last before this was said, in the mailbox's own time and their language; "" when they never did."""
    message = outgoing.message
    theirs = Message.objects.filter(ticket=message.ticket_id, direction=Direction.IN, channel=before.channel)
    at = theirs.filter(at__lte=message.at).order_by("-at", "-pk").values_list("at", flat=True).first()
    if at is None:
        return ""
    with translation.override(spoken_in(message, outgoing.account)):
        return date_format(timezone.localtime(at, outgoing.account.opening_hours.zone), "MONTH_DAY_FORMAT")
