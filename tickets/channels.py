"""The contract that every channel fulfils, email first. Nothing in tickets/ asks which channel it is.

A channel is a class named in settings.CHANNELS. It may import this module, tickets.mime and tickets.inbox.accept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.models import Account, Act, Delivery, Health, Message, Portrait, conversations
from tickets.record.config import write_config
from tickets.texts import own
from tickets.texts.choose import language_of
from tickets.texts.languages import spoken

__all__ = [
    "BUG",
    "CONTACT_BLOCKED",
    "CONTACT_GONE",
    "CUT_OFF",
    "KINDS",
    "RATE",
    "TEMPORARY",
    "UNCERTAIN",
    "UNSEEN",
    "WINDOW",
    "Account",
    "Act",
    "Channel",
    "Delivery",
    "Done",
    "Field",
    "Health",
    "Identity",
    "Limit",
    "Message",
    "NotConnected",
    "NotFetched",
    "NotSent",
    "Notice",
    "Outgoing",
    "Probe",
    "Refused",
    "Suggestion",
    "channel_classes",
    "keep_address",
    "keep_portrait",
    "message_id_of",
    "open_channel",
]

# The kinds of NotSent, and what follows: design.md, "The contract of a channel".
CONTACT_BLOCKED = "contact_blocked"
CONTACT_GONE = "contact_gone"
WINDOW = "window"
CUT_OFF = "cut_off"
RATE = "rate"
TEMPORARY = "temporary"
UNSEEN = "unseen"
UNCERTAIN = "uncertain"
BUG = "bug"
LARGEST_PORTRAIT = 256 * 1024
LOOKED_BACK = 500  # messages to one recipient among which a quoted one is looked for
KINDS = (CONTACT_BLOCKED, CONTACT_GONE, WINDOW, CUT_OFF, RATE, TEMPORARY, UNSEEN, UNCERTAIN, BUG)


class NotSent(Exception):
    """A part of a message did not go out, or perhaps not.

    `reason`: the vendor's own words. `kind`: one of KINDS. `retry_after`: seconds the vendor asks for, if it said so.
    """

    def __init__(self, reason: str, kind: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.retry_after = retry_after


class NotConnected(Exception):
    """An account could not be connected or reached; the text says in words what is wrong and what to do."""


class NotFetched(Exception):
    """A file that a vendor holds could not be fetched; the text says why, in the vendor's words where it has any.

    `retry_after`: seconds after which it may work; None: it never will, until a person asks for it again.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of an account; the set-up form and `account add --set` are made from these."""

    name: str
    label: str
    secret: bool = False
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    help: str = ""
    is_long: bool = False  # a text of several lines
    empty: str = ""  # what the empty choice is called
    group: str = ""  # what it stands under in the form; "" for the connection itself
    is_rare: bool = False  # folded away until somebody asks for it
    check: Callable[[str], str] | None = None  # what is wrong with a value, in words; "" for nothing


def _number_fault(typed: str) -> str:
    return "" if not typed or typed.isdecimal() else _("%s is no whole number.") % typed


# What every conversational channel lets an account lay down; tickets/models/conversations.py reads it.
CONVERSATION: tuple[Field, ...] = (
    Field(
        "reopen_days",
        gettext_noop("A solved conversation goes on for (days)"),
        default=str(conversations.REOPEN_DAYS),
        help=gettext_noop("A customer who writes later begins a new ticket, linked to the old one."),
        check=_number_fault,
    ),
    Field(
        "burst_seconds",
        gettext_noop("Lines are one burst within (seconds)"),
        default=str(conversations.BURST_SECONDS),
        help=gettext_noop("What a customer writes in short lines counts once: one automatic answer, one notification."),
        check=_number_fault,
    ),
    Field("greet", gettext_noop("Greet who writes for the first time"), default="no", choices=("no", "yes")),
    Field("tell_hours", gettext_noop("Say so when nobody is there"), default="no", choices=("no", "yes")),
)


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


@dataclass(slots=True)
class Outgoing:
    """One message to be carried on one account to the recipients of `deliveries`."""

    message: Message
    account: Account
    deliveries: Sequence[Delivery]
    original: bytes  # the neutral message as it stands in the record
    amended: bytes = b""  # the one whose words take its place, where the deliveries edit it

    @property
    def footer(self) -> str:
        """The account's footer in the language that was chosen for this message; "" where it has none."""
        return footer_of(self.message, self.account)


def spoken_in(message: Message, account: Account) -> str:
    """Return the language of what is added to a message, as its entry says; else the account's."""
    decided = message.entry.fields.get("language") if message.entry_id else ""
    return spoken(decided or "") or language_of(account)


def footer_of(message: Message, account: Account) -> str:
    """Return what stands below a message that leaves by an account."""
    return own.footer(account, spoken_in(message, account), message.ticket.number if message.ticket_id else None)


# (delivery, part just sent, remote ids divided by spaces): commits, and waits for the next part's turn. Raises NotSent.
Done = Callable[[Delivery, int, str], None]
Refused = list[tuple[Delivery, NotSent]]  # recipients refused one by one


class Channel:
    """A way in and out for one account. Subclasses fill in what their vendor has; see docs/adding-a-channel.md."""

    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str] = "message-circle"  # a symbol of the icon sprite
    conversational: ClassVar[bool] = False  # arrival order matters, and a bare message joins the contact's open ticket
    vouches: ClassVar[bool] = False  # the vendor itself says who wrote: there is no sender to be forged
    config: ClassVar[tuple[Field, ...]] = ()
    capabilities: ClassVar[frozenset[str]] = frozenset()  # of Act: "edit", "withdraw"; and "typing"
    stand_in: ClassVar[str] = ""  # where its StandIn is, if it has one

    def __init__(self, account: Account) -> None:
        self.account = account

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        """Return all settings of an account: the channel's own, and those of conversations where it has them."""
        return cls.config + (CONVERSATION if cls.conversational else ())

    @classmethod
    def providers(cls) -> list[tuple[str, str]]:
        """Return (key, name) of those whose settings are known, for `suggest` to be told one as "provider"."""
        return []

    @classmethod
    def suggest(cls, address: str, typed: dict[str, Any]) -> Suggestion | None:
        """Return what is known of an address's settings without asking anybody, but for what was `typed` otherwise."""
        return None

    # In
    def verify(self, request: HttpRequest) -> HttpResponse | None:
        """Return None if the request is the vendor's, else the response that refuses or answers it by itself."""
        return HttpResponse(status=404)

    def answer(self, raw: bytes) -> bytes:
        """Return the response body that the vendor wants for this payload; mostly empty."""
        return b""

    def key(self, raw: bytes) -> str | None:
        """Return what names this payload once and for all within the account; None: its digest does."""
        return None

    def read(self, raw: bytes) -> list[Notice]:
        """Return all that a payload tells. Pure: knows no account, no network; never raises on a strange payload."""
        raise NotImplementedError

    def message(self, notice: Notice, raw: bytes) -> bytes:
        """Return the RFC 5322 message that stands for a notice of `raw`."""
        raise NotImplementedError

    def ignores(self, notice: Notice) -> str:
        """Return why this account leaves a notice out, in words that are kept with it; "" when it takes it in."""
        return ""

    def fetch(self, file: dict[str, Any]) -> Iterator[bytes]:
        """Yield the bytes of a file as a notice names it under data["attachments"]. Raises NotFetched."""
        raise NotFetched(_("This channel does not hand out files."))

    def poll(self, stop: Callable[[], bool]) -> None:
        """Fetch and accept until `stop()`; return when there is nothing to poll on this account."""

    # The account
    @property
    def identity(self) -> str:
        """The key of who this account was when it was connected. "" where its address says it."""
        return ""

    def identify(self) -> Identity:
        """Ask the vendor whose credentials these are; the account need not be stored. Raises NotConnected."""
        return Identity(self.identity, self.account.address)

    def connect(self) -> None:
        """Ask the vendor who this account is (its address is stored), and make it send to us. Raises NotConnected."""

    def disconnect(self) -> None:
        """Undo connect. Raises NotConnected."""

    def probe(self) -> Probe:
        """Really ask the vendor whether this account works, both ways."""
        return Probe(Health.WORKING)

    def watch(self) -> str:
        """Say in words what is wrong as far as can be told without asking anybody; "" for nothing. Asked every few seconds."""
        return ""

    def sign_ins(self) -> list[tuple[str, str]]:
        """Return where this account can be signed in by consent, as (key, name) of settings.OAUTH; mostly nowhere."""
        return []

    def examine(self, seconds: float) -> list[str]:
        """Try out what `probe` cannot, for at most `seconds`, set the account so, and return what was found, in words."""
        return []

    # Out
    def way_out(self) -> str:
        """Say for the account's screen how what is sent leaves."""
        return ""

    def render(self, outgoing: Outgoing) -> bytes:
        """Return what is really sent, the same for every recipient; its sha256 stands in the outcome."""
        raise NotImplementedError

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        """Carry `rendered` to the recipients, part by part, calling `done` for each part that went out.

        Returns the recipients that were refused one by one. Raises NotSent for all that are not done.
        """
        raise NotImplementedError

    def hindrance(self, sent: Delivery, act: str) -> str:
        """Say in words why what is among `capabilities` cannot be done to `sent` (any more); "" where it can."""
        return ""

    def correct(self, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
        """Edit or withdraw, as the deliveries' `act` says, what went out as `corrects`. May come twice. Raises NotSent."""
        raise NotImplementedError

    def typing(self, recipient: str) -> None:
        """Begin to show that somebody writes to `recipient`; wait for nothing, and tell nobody of a refusal."""

    def limits(self, recipient: str) -> Sequence[Limit]:
        """Return the limits that hold for a message to `recipient`, the account's own first; they are kept for all workers."""
        return ()

    def reply_address(self, message: Message) -> str:
        """Return the address that answers to `message` should go to, "" where the channel has none."""
        return ""


def keep_address(account: Account, address: str) -> None:
    """Store the address that the vendor knows `account` by. Raises NotConnected when another account has it already."""
    account.address = address.strip().lower()
    try:
        with transaction.atomic():
            account.save(update_fields=["address"])
            transaction.on_commit(write_config)
    except IntegrityError:
        words = _("%s is connected already. Change that account instead, or remove it first.")
        raise NotConnected(words % address) from None


def keep_portrait(account: Account, content: bytes) -> None:
    """Store the picture that the vendor shows of `account`; b"" when there is none. Large ones are left out."""
    if not content or len(content) > LARGEST_PORTRAIT:
        Portrait.objects.filter(account=account).delete()
    else:
        Portrait.objects.update_or_create(account=account, defaults={"content": content})


def message_id_of(account: Account, recipient: str, remote_id: str) -> str | None:
    """Return the Message-ID of what we sent to `recipient` and the vendor calls `remote_id`; None when it is not ours."""
    sent = Delivery.objects.filter(account=account, recipient=recipient).exclude(remote_ids=[]).order_by("-pk")
    ids = sent.values_list("remote_ids", "message__message_id")[:LOOKED_BACK]
    return next((message_id for remote_ids, message_id in ids if remote_id in " ".join(remote_ids).split(" ")), None)


def channel_classes() -> dict[str, type[Channel]]:
    """Return the channels of settings.CHANNELS by name."""
    classes: Iterator[type[Channel]] = (import_string(path) for path in settings.CHANNELS)
    return {cls.name: cls for cls in classes}


def open_channel(account: Account) -> Channel:
    """Return the channel of `account`. Raises NotConnected when this installation does not have it."""
    cls = channel_classes().get(account.channel)
    if cls is None:
        raise NotConnected(f"The channel {account.channel} of {account.name} is not in settings.CHANNELS.")
    return cls(account)
