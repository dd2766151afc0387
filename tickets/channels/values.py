"""What goes in and out of a channel: notices, probes, identities, limits, and what is to be carried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.channels.refusals import NotSent
from tickets.models import Account, Delivery, Message
from tickets.models.own_address import own_address
from tickets.texts import own
from tickets.texts.choose import language_of
from tickets.texts.languages import spoken


@dataclass(slots=True)
class Notice:
    """One thing that a vendor's payload tells. `key` tells it apart from others of the same payload ("" for the only one)."""

    kind: str  # message, edit, delete, reaction, callback, receipt, subscribe, unsubscribe, system, echo, unsupported, other
    key: str = ""
    sender: str = ""  # the address on this channel
    sender_name: str = ""
    chat: str = ""
    remote_id: str = ""
    target_id: str = ""
    at: datetime | None = None
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)  # what else there is, under the keys of `parseupdate`


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe found: `health` of Health, and the reason in words ("" when working).

    `ways`: where a channel has several, each by its name for people, and what is wrong with it ("" for nothing).
    """

    health: str
    reason: str = ""
    ways: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an account's settings mostly are: `settings` by the names of its fields, `hint` what a person should know first."""

    name: str
    settings: dict[str, str]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the vendor says that credentials belong to: `key` outlives them, `name` is for people."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How fast a vendor lets us send: one message every `interval` seconds, and at most `burst` at once."""

    name: str  # what it counts: "" for the whole account, else the recipient
    interval: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Closing:
    """What a vendor's words about an account mean, and what a person can do about it, step by step."""

    meaning: str
    steps: tuple[str, ...] = ()


@dataclass(slots=True)
class Outgoing:
    """One message to be carried on one account to the recipients of `deliveries`."""

    message: Message
    account: Account
    deliveries: Sequence[Delivery]
    original: bytes  # the neutral message as it stands in the record
    amended: bytes = b""  # the one whose words take its place, where the deliveries edit it

    @property
    def template(self) -> dict[str, Any]:
        """What the channel's `filled` returned, where this message is a template; else {}."""
        return dict(self.message.entry.fields.get("template") or {}) if self.message.entry_id else {}

    @property
    def footer(self) -> str:
        """The account's footer in the language that was chosen for this message; "" where it has none.

        Below the first answer on a messenger also the conversation's own address.
        """
        return "\n\n".join(filter(None, [footer_of(self.message, self.account), self._own_address]))

    @property
    def _own_address(self) -> str:
        code = self.message.entry.fields.get("own_code") if self.message.entry_id else ""
        address = own_address(self.message.ticket.mailbox, code) if code else ""
        language = spoken_in(self.message, self.account)
        return own.words(self.account, "own-address", language, {"address": address}) if address else ""


def spoken_in(message: Message, account: Account) -> str:
    """Return the language of what is added to a message, as its entry says; else the account's."""
    decided = message.entry.fields.get("language") if message.entry_id else ""
    return spoken(decided or "") or language_of(account)


def footer_of(message: Message, account: Account) -> str:
    """Return what stands below a message that leaves by an account."""
    from tickets.channels.opening import chat_of  # noqa: PLC0415 - it stands on what is here

    number = message.ticket.number if message.ticket_id else None
    return own.footer(account, spoken_in(message, account), number, lambda: chat_of(account))


# (delivery, part just sent, remote ids divided by spaces): commits, and waits for the next part's turn. Raises NotSent.
Done = Callable[[Delivery, int, str], None]
Refused = list[tuple[Delivery, NotSent]]  # recipients refused one by one
