"""What an agent sees of corrections: what may be done to a message that went out, and how far what was asked for is."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tickets.actions.correct import hindrance
from tickets.models import Act, Delivery, Direction, Message


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction on its way to one recipient, or how it ended."""

    delivery: Delivery

    @property
    def at(self) -> datetime:
        return self.delivery.at

    @property
    def words(self) -> str:
        """How far it is."""
        return (_edited() if self.delivery.act == Act.EDIT else _withdrawn())[self.delivery.state] % {
            "address": self.delivery.recipient
        }


def _edited() -> dict[str, str]:
    waits = _("is being changed at %(address)s")
    return {
        "queued": waits,
        "sending": waits,
        "sent": _("changed at %(address)s"),
        "failed": _("could not be changed at %(address)s: the old words stand there"),
        "uncertain": _("may have been changed at %(address)s"),
    }


def _withdrawn() -> dict[str, str]:
    waits = _("is being taken back from %(address)s")
    return {
        "queued": waits,
        "sending": waits,
        "sent": _("taken back from %(address)s"),
        "failed": _("could not be taken back from %(address)s"),
        "uncertain": _("may have been taken back from %(address)s"),
    }


@dataclass(frozen=True, slots=True)
class Correctable:
    """What may be done to a message."""

    can_edit: bool = False
    can_withdraw: bool = False
    words: str = ""  # why it can be edited and not taken back


def correctable(message: Message) -> Correctable:
    """Return what may be done to a message of ours, by what its channel lets us do. Asks nobody."""
    if message.direction != Direction.OUT or message.deleted_at or not message.deliveries.all():
        return Correctable()
    edit, withdraw = hindrance(message, Act.EDIT), hindrance(message, Act.WITHDRAW)
    return Correctable(not edit, not withdraw, withdraw if withdraw and not edit else "")
