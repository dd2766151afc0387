"""The contract itself: what a channel is, can do, and has to say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tickets.channels.fields import CONVERSATION, Field
from tickets.channels.refusals import NotFetched
from tickets.channels.templates import Filled, Template
from tickets.channels.values import Closing, Done, Identity, Limit, Notice, Outgoing, Probe, Refused, Suggestion
from tickets.models import Account, Delivery, Health, Message


class Channel:
    """A way in and out for one account. Subclasses fill in what their vendor has; see docs/adding-a-channel.md."""

    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str] = "message-circle"  # a symbol of the icon sprite
    conversational: ClassVar[bool] = False  # arrival order matters, and a bare message joins the contact's open ticket
    vouches: ClassVar[bool] = False  # the vendor itself says who wrote: there is no sender to be forged
    config: ClassVar[tuple[Field, ...]] = ()
    capabilities: ClassVar[frozenset[str]] = frozenset()  # of Act: "edit", "withdraw"; and "typing", "templates"
    stand_in: ClassVar[str] = ""  # where its StandIn is, if it has one
    audience: ClassVar[str] = ""  # where its Audience is, if customers have it open on pages of its own

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
        """Return the response body that the vendor wants for this payload; mostly empty. Pure.

        It is stored with the payload, and comes back as notice.data["answered"] for the mail to say; a push that comes again
        gets none.
        """
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

    def explain(self, reason: str) -> Closing:
        """Say what the vendor's words about this account mean, and what to do now, for whoever reads of its closing."""
        return Closing(
            _("%(channel)s does not let this account send any more.") % {"channel": self.label},
            (
                _("Read what the vendor says, and ask it what has to be done."),
                _("Enter new credentials of the same account on its screen, if it was given new ones."),
            ),
        )

    def deep_link(self, payload: str) -> str:
        """Return the address that opens a chat with this account and brings `payload` along (as notice.data["start"]).

        `payload`: up to 64 of A-Z, a-z, 0-9, "_" and "-", or "" for the chat alone. "" where the channel has no such address.
        """
        return ""

    # Out
    def closes(self, last_in: datetime) -> datetime | None:
        """Return until when the vendor lets us write to somebody who wrote last at `last_in`; None: at any time."""
        return None

    def templates(self) -> list[Template]:
        """Ask the vendor which templates may be sent; with "templates" among `capabilities`. Raises NotConnected."""
        return []

    def filled(self, template: Template, values: Mapping[str, str]) -> Filled:
        """Return what `send` needs of a template with its gaps filled in; it comes back as `outgoing.template`."""
        return {}

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
