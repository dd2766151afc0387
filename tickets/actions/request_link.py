"""A new link to "your request", mailed to whoever had the old one: their wish, and only ever to the same address."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.actions.reply import AUTOMATIC_HEADERS
from tickets.actions.say import Words, say
from tickets.mime.request_links import MASK, PATH
from tickets.models import Account, Address, Contact, Delivery, Direction, Message
from tickets.models.request_links import RequestLink, until
from tickets.outbox.route import Route
from tickets.texts import own

TEXT = "request-new-link"
MOST_A_DAY = 3  # for one address


def mail_new_link(link: RequestLink, language: str, at: datetime | None = None) -> Message | None:
    """Mail a new link to the old one's address; None when it may not be. Raises OSError.

    Only to an address that is proven, can be reached and has not complained, and some times a day at most.
    """
    when = at or timezone.now()
    if link.is_erased:
        return None
    with transaction.atomic():
        known = Address.objects.filter(channel=settings.LAST_RESORT, address=link.address, proven=True, reachable=True)
        address = known.filter(complained_at=None).first()
        if address is None:
            return None
        Contact.objects.select_for_update().get(pk=address.contact_id)  # two presses at once are counted one by one
        if _mailed(link, when) >= MOST_A_DAY:
            return None
        return say(_words(link, address, language, when))


def _mailed(link: RequestLink, when: datetime) -> int:
    mailboxes = Account.objects.filter(channel=settings.LAST_RESORT).values(
        "pk"
    )  # there is an index by account and time
    of_the_day = Delivery.objects.filter(account__in=mailboxes, at__gt=when - timedelta(days=1))
    asked = of_the_day.filter(
        recipient=link.address, message__automatic=True, message__entry__fields__request_link=True
    )
    return asked[:MOST_A_DAY].count()


def _words(link: RequestLink, address: Address, language: str, when: datetime) -> Words:
    """The mail, with a place where rendering puts the link: it is not to stand in the record."""
    ticket = link.ticket
    with translation.override(language):
        day = date_format(timezone.localtime(until(when), timezone.get_default_timezone()), "DATE_FORMAT")
    values = {
        "name": address.contact.name,
        "number": ticket.number,
        "mailbox": ticket.mailbox.name,
        "link": f"{settings.SITE_URL}{PATH}{MASK}/",
        "until": day,
    }
    return Words(
        ticket=ticket,
        text=own.words(ticket.mailbox, TEXT, language, values),
        by=None,
        at=when,
        direction=Direction.OUT,
        subject=own.subject(TEXT, language, values),
        to=[{"name": address.contact.name, "address": link.address}],
        routes=[Route(ticket.mailbox, ticket.mailbox.channel, link.address, "")],
        automatic=True,
        headers={**AUTOMATIC_HEADERS, "X-Loop": ticket.mailbox.address},
        extra={
            "request_link": True,
            "texts": [TEXT],
            "language": language,
            "reason": _("Asked for on the request page."),
        },
    )
