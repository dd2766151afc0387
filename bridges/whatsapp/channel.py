"""WhatsApp as a channel: a number on the Cloud API. The HTTP library is loaded with the first call that needs it."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bridges.payload import identifier, words
from bridges.whatsapp import mail, read
from bridges.whatsapp.people import digits
from tickets.channels import (
    Channel,
    Closing,
    Done,
    Field,
    Filled,
    Health,
    Identity,
    Limit,
    Notice,
    Outgoing,
    Probe,
    Refused,
    Template,
    keep_address,
)

WINDOW = timedelta(hours=24)  # channels.md §3: the customer service window
# 80 messages a second by number; to one person one in six seconds, with short bursts (channels.md §3, "Limits").
NUMBER_LIMIT = Limit("", 1 / 80, 4)
PERSON_LIMIT = Limit("person", 6.0, 10)
SIGNATURE = "X-Hub-Signature-256"
ANSWERED = "answered"


class WhatsApp(Channel):
    """A number of a WhatsApp Business account."""

    name: ClassVar[str] = "whatsapp"
    label: ClassVar[str] = "WhatsApp"
    conversational: ClassVar[bool] = True
    vouches: ClassVar[bool] = True
    capabilities: ClassVar[frozenset[str]] = frozenset({"typing", "templates"})
    stand_in: ClassVar[str] = "bridges.whatsapp.fake.FakeWhatsApp"
    config: ClassVar[tuple[Field, ...]] = (
        Field(
            "phone_number_id",
            gettext_noop("Number’s id"),
            required=True,
            help=gettext_noop("“Phone number ID” in the app’s WhatsApp set-up; not the number itself."),
        ),
        Field(
            "business_id",
            gettext_noop("Business account’s id"),
            required=True,
            help=gettext_noop("“WhatsApp Business Account ID” on the same page."),
        ),
        Field(
            "token",
            gettext_noop("Access token"),
            secret=True,
            required=True,
            help=gettext_noop("Of a system user, without an end; the one on the set-up page is good for a day."),
        ),
        Field(
            "app_secret",
            gettext_noop("App secret"),
            secret=True,
            required=True,
            help=gettext_noop(
                "In the app’s basic settings. It signs what WhatsApp pushes: without it nothing comes in."
            ),
        ),
        Field(
            "api_url",
            gettext_noop("Address of the API"),
            help=gettext_noop("Only for a stand-in of the vendor; else leave it empty."),
            is_rare=True,
        ),
        Field(
            "read",
            gettext_noop("Blue ticks"),
            default=ANSWERED,
            choices=(ANSWERED, "never"),
            called=(gettext_noop("when somebody answers"), gettext_noop("never")),
            help=gettext_noop("Whether customers see that what they wrote was read."),
        ),
        Field(
            "typing",
            gettext_noop("Show that somebody is typing"),
            default="no",
            choices=("no", "yes"),
            help=gettext_noop("While an agent writes a reply, the customer sees “typing”, and that theirs was read."),
        ),
    )

    @property
    def _access(self) -> Any:
        token = str(self.account.secrets.get("token", "")).strip()
        url = str(self.account.config.get("api_url") or "").rstrip("/")
        return _api().Access(token, url, self._number)

    @property
    def _number(self) -> str:
        return str(self.account.config.get("phone_number_id") or "").strip()

    @property
    def _business(self) -> str:
        return str(self.account.config.get("business_id") or "").strip()

    @property
    def callback(self) -> str:
        """Where WhatsApp is to push."""
        return f"{settings.SITE_URL}/bridges/{self.account.public_id}/"

    @property
    def verify_token(self) -> str:
        """What WhatsApp sends along when it asks whether the address is ours."""
        return hmac.new(
            settings.SECRET_KEY.encode(), f"whatsapp {self.account.public_id}".encode(), "sha256"
        ).hexdigest()[:32]

    # In
    def verify(self, request: HttpRequest) -> HttpResponse | None:
        """A challenge is answered; a push counts when it is signed with the app's secret. Compared in constant time.

        The token has no part in it: one that no longer sends does not stop receiving.
        """
        if request.method == "GET":
            return self._challenged(request)
        secret = str(self.account.secrets.get("app_secret", "")).strip()
        signed = hmac.new(secret.encode(), request.body, "sha256").hexdigest()
        given = request.headers.get(SIGNATURE, "")
        known = hmac.compare_digest(given.encode("utf-8", "replace"), f"sha256={signed}".encode())
        return None if known and secret else HttpResponse(status=403)

    def _challenged(self, request: HttpRequest) -> HttpResponse:
        """Answer GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=… with the challenge, as text."""
        given = request.GET.get("hub.verify_token", "").encode("utf-8", "replace")
        known = hmac.compare_digest(given, self.verify_token.encode())
        if not known or request.GET.get("hub.mode") != "subscribe":
            return HttpResponse(status=403)
        return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain")

    def key(self, raw: bytes) -> str | None:
        """The message's id, or a status's id and word, where a payload tells one thing."""
        return read.key(raw)

    def read(self, raw: bytes) -> list[Notice]:
        """All that a payload tells."""
        return read.read(raw)

    def message(self, notice: Notice, raw: bytes) -> bytes:
        """A mail from the chat."""
        return mail.mail_of(notice, raw, self.account)

    def fetch(self, file: dict[str, Any]) -> Iterator[bytes]:
        """A file by its media id, in two steps. Raises NotFetched."""
        found: Iterator[bytes] = _download().fetch(self._access, file)
        return found

    # The account
    @property
    def identity(self) -> str:
        """The number's id: tokens come and go, and so may the number's name."""
        return str(self.account.config.get("connected_id") or "")

    def identify(self) -> Identity:
        """Whose token it is, as far as it can see the number."""
        number = _connect().ask(self._access)
        return Identity(identifier(number, "id"), words(number, "display_phone_number"))

    def connect(self) -> None:
        """Ask which number it is, and make WhatsApp push to us; it asks our address first, and is answered."""
        number = _connect().connect(self._access, self._business, self.callback, self.verify_token)
        self.account.config |= {"connected_id": identifier(number, "id")}
        self.account.save(update_fields=["config"])
        keep_address(self.account, digits(words(number, "display_phone_number").replace("(", "").replace(")", "")))
        _health().note(self.account, number)
        self.account.note_health(Health.WORKING, "")

    def disconnect(self) -> None:
        """Let WhatsApp push no more."""
        _connect().disconnect(self._access, self._business)

    def way_out(self) -> str:
        """What the vendor says of the number, and what its app is to be told."""
        told = _("WhatsApp pushes to %(callback)s; its app asks for this verify token: %(token)s")
        pushed = told % {"callback": self.callback, "token": self.verify_token}
        return ". ".join(filter(None, [_health().described(self.account), pushed]))

    def probe(self) -> Probe:
        """Ask how the number does and whether it pushes to us. Raises NotConnected when nobody answers."""
        found: Probe = _health().probe(self.account, self._access, self._business, self.callback)
        return found

    def explain(self, reason: str) -> Closing:
        found: Closing = _health().explained(reason)
        return found

    def deep_link(self, payload: str) -> str:
        """https://wa.me/<number>. Nothing can be brought along that the customer does not see and may not change: no payload."""
        return "" if payload or not self.account.address.isdigit() else f"https://wa.me/{self.account.address}"

    # Out
    def closes(self, last_in: datetime) -> datetime | None:
        """For 24 hours; after that a template, or another way."""
        return last_in + WINDOW

    def templates(self) -> list[Template]:
        """The approved ones, as the API lists them. Raises NotConnected."""
        return [_templates().offered(one) for one in self._found()]

    def filled(self, template: Template, values: Mapping[str, str]) -> Filled:
        """What the call takes of a template. Raises NotConnected."""
        filled: Filled = _templates().call_of(self._found(), template, values)
        return filled

    def _found(self) -> Any:
        return _connect().templates(self._access, self._business)

    def render(self, outgoing: Outgoing) -> bytes:
        """The parts as JSON."""
        rendered: bytes = _out().render(outgoing)
        return rendered

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        """One call for each part; then the customer sees that theirs was read. Raises NotSent."""
        _out().send(self._access, outgoing, rendered, done)
        if self.account.config.get("read", ANSWERED) == ANSWERED:
            _seen().mark(self._access, _seen().last_of(outgoing))
        return []

    def typing(self, recipient: str) -> None:
        """For 25 seconds, or until the answer is there. It marks as read, too."""
        _seen().show_typing(self._access, self.account, recipient)

    def limits(self, recipient: str) -> Sequence[Limit]:
        """By number, and by person; 130429 and what else the vendor asks is obeyed besides."""
        return NUMBER_LIMIT, replace(PERSON_LIMIT, name=recipient)


def _api() -> Any:
    from bridges.whatsapp import api  # noqa: PLC0415

    return api


def _connect() -> Any:
    from bridges.whatsapp import connect  # noqa: PLC0415

    return connect


def _download() -> Any:
    from bridges.whatsapp import download  # noqa: PLC0415

    return download


def _health() -> Any:
    from bridges.whatsapp import health  # noqa: PLC0415

    return health


def _out() -> Any:
    from bridges.whatsapp import out  # noqa: PLC0415

    return out


def _templates() -> Any:
    from bridges.whatsapp import templates  # noqa: PLC0415

    return templates


def _seen() -> Any:
    from bridges.whatsapp import seen  # noqa: PLC0415

    return seen
