"""What a mail has that takes the place of a message in a messenger: the line that says so, a subject without words of the chat,
and the way to want no more of them."""

from html import escape

from django.utils import timezone, translation
from django.utils.formats import date_format

from tickets.channels import Outgoing, channel_classes, spoken_in
from tickets.mail.request_line import STYLE, Bodies
from tickets.models import Delivery, Direction, Message
from tickets.models.press_links import NO_MAIL, link_of
from tickets.texts import own


def replaced(outgoing: Outgoing) -> Delivery | None:
    """Return the delivery whose place this mail takes; None for a mail that takes nobody's."""
    if len(outgoing.deliveries) != 1:
        return None
    return outgoing.deliveries[0].instead_of


def subject(outgoing: Outgoing, before: Delivery) -> str:
    """Return the firm, the app and the day: never words of the chat."""
    return own.subject("detour", spoken_in(outgoing.message, outgoing.account), _values(outgoing, before))


def with_line(bodies: Bodies, outgoing: Outgoing) -> Bodies:
    """Return the words of a mail with the grey line and the way out below them, where it is a detour."""
    before = replaced(outgoing)
    if before is None:
        return bodies
    text, page = bodies
    language = spoken_in(outgoing.message, outgoing.account)
    line = own.words(outgoing.account, "detour", language, _values(outgoing, before))
    link = link_of(NO_MAIL, outgoing.deliveries[0].public_id)
    out = own.words(outgoing.account, "no-mail", language, {"link": link})
    shown = escape(out).replace(escape(link), f'<a style="{STYLE}" href="{escape(link)}">{escape(link)}</a>')
    return f"{text}\n\n{line}\n{out}", f'{page}\n<p style="{STYLE}">{escape(line)}<br>{shown}</p>'


def headers(outgoing: Outgoing) -> dict[str, str]:
    """Return the fields by which a mail program offers the way out (RFC 2369, RFC 8058)."""
    if replaced(outgoing) is None:
        return {}
    link = link_of(NO_MAIL, outgoing.deliveries[0].public_id)
    return {"List-Unsubscribe": f"<{link}>"} | (
        {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https:") else {}
    )


def _values(outgoing: Outgoing, before: Delivery) -> dict[str, str]:
    known = channel_classes().get(before.channel)
    return {
        "channel": str(known.label) if known else before.channel.capitalize(),
        "day": _day(outgoing, before),
        "mailbox": outgoing.account.name,
    }


def _day(outgoing: Outgoing, before: Delivery) -> str:
    """When they wrote there last before this was said, in the mailbox's own time and their language; "" when they never did."""
    message = outgoing.message
    theirs = Message.objects.filter(ticket=message.ticket_id, direction=Direction.IN, channel=before.channel)
    at = theirs.filter(at__lte=message.at).order_by("-at", "-pk").values_list("at", flat=True).first()
    if at is None:
        return ""
    with translation.override(spoken_in(message, outgoing.account)):
        return date_format(timezone.localtime(at, outgoing.account.opening_hours.zone), "MONTH_DAY_FORMAT")
