"""The signed link to "your request": a token that names a delivery, and through it ticket, address and time (ADR 14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from tickets.mime import identifiers
from tickets.mime.request_links import PATH
from tickets.models.keys import KEY_ID, signing_key, signing_keys
from tickets.models.outgoing import Delivery
from tickets.models.tickets import Ticket


@dataclass(frozen=True, slots=True)
class RequestLink:
    """A link that was signed by us, whatever has become of it since."""

    token: str
    delivery: Delivery

    @property
    def ticket(self) -> Ticket:
        """Where the message lies by now: a merge takes the link along."""
        return self.delivery.message.ticket

    @property
    def address(self) -> str:
        """Whom it was sent to; "" when they were erased."""
        return self.delivery.recipient.lower()

    @property
    def is_erased(self) -> bool:
        return not self.address or self.ticket.erased_at is not None

    @property
    def expires_at(self) -> datetime:
        return until(self.delivery.message.at)

    @property
    def is_expired(self) -> bool:
        return self.expires_at < timezone.now()

    @property
    def masked_address(self) -> str:
        """Enough of the address for its owner to know it: a…@example.org."""
        local, _at, domain = self.address.rpartition("@")
        return f"{local[:1]}…@{domain}"


def until(sent_at: datetime) -> datetime:
    """Return until when the link in a mail of this time works."""
    return sent_at + timedelta(days=settings.REQUEST_LINK_DAYS)


def link_of(delivery: Delivery) -> str:
    """Return the address of the page on which a delivery's recipient finds their request."""
    token = identifiers.request_token(signing_key(), KEY_ID, delivery.public_id)
    return f"{settings.SITE_URL}{PATH}{token}/"


def read_link(token: str) -> RequestLink | None:
    """Return what a token stands for; None when it was not made by us, or its delivery is unknown here."""
    named = identifiers.read_request_token(signing_keys(), token)
    rows = Delivery.objects.select_related("message__ticket__mailbox", "message__ticket__contact", "account")
    delivery = rows.filter(public_id=named).first() if named else None
    return RequestLink(token, delivery) if delivery else None
