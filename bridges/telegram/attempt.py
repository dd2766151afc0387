"""One call of the Bot API for one chat: what was refused for certain and can be mended is tried once more, nothing else."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from telegram import Bot

from bridges.telegram import api
from bridges.telegram.business import why_not
from bridges.telegram.refusals import Refused, is_broken_markup, not_sent
from tickets.channels import BUG, Delivery, NotSent

Call = Callable[[Callable[[Bot], Any]], Any]


class Attempt(ABC):
    """A call about one part of a message; `part` has its words as "html" and "text"."""

    def __init__(self, call: Call, delivery: Delivery, part: dict[str, Any]) -> None:
        self.call = call
        self.delivery = delivery
        self.part = part
        self.is_plain = False
        known = delivery.way.get("business_connection")  # whose business account it is said for, if for one
        self.connection = {"business_connection_id": known} if known else {}

    def make(self) -> str:
        """Return what the chat calls what was made. Raises NotSent.

        A chat that moved is followed once; markup that Telegram cannot read is sent once more as plain text: both were
        refused for certain.
        """
        for _attempt in range(3):
            try:
                return str(self.call(self.do))
            except Refused as refused:
                if (settled := self.settled(refused)) is not None:
                    return settled
                if refused.migrated_to is not None:
                    note(self.delivery, chat=str(refused.migrated_to))
                    self.moved()
                elif is_broken_markup(refused) and not self.is_plain:
                    self.is_plain = True
                else:
                    raise why_not(self.call, self.connection, not_sent(refused)) from refused
        raise NotSent("The chat moves on and on.", BUG)

    @abstractmethod
    async def do(self, bot: Bot) -> str:
        """Make the call."""

    def settled(self, refused: Refused) -> str | None:
        """Return what the chat calls it when the refusal says that it is done already; None for any other."""
        return None

    def moved(self) -> None:  # noqa: B027 (most have nothing to forget)
        """The chat has another id from now on."""

    @property
    def chat(self) -> str:
        """Where to: the recipient, or where its chat has moved."""
        return str(self.delivery.data.get("chat", self.delivery.recipient))

    @property
    def words(self) -> str:
        """Text or caption."""
        return str(self.part["text"] if self.is_plain else self.part["html"])

    @property
    def mode(self) -> str | None:
        """How the words are marked up."""
        return None if self.is_plain else "HTML"


def note(delivery: Delivery, **data: Any) -> None:
    """Keep with a delivery what a later attempt needs."""
    delivery.data = delivery.data | data
    delivery.save(update_fields=["data"])


def caller(token: str, url: str) -> Call:
    """Return what runs a call on the Bot of a token."""
    return lambda make: api.call(token, url, make)
