"""Viber as a channel: a bot. The HTTP library is loaded with the first call that needs it."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bridges.payload import Object, identifier, load, words
from bridges.viber import mail, read
from tickets.channels import (
    Channel,
    Closing,
    Done,
    Field,
    Health,
    Identity,
    Limit,
    Notice,
    Outgoing,
    Probe,
    Refused,
    keep_address,
)

SIGNATURE = "X-Viber-Content-Signature"
LONGEST_NAME = 28  # channels.md §2: sender.name
# 500 requests in 10 seconds; to one person 100 an hour without an answer (channels.md §2, "Limits").
BOT_LIMIT = Limit("", 1 / 50, 50)
PERSON_LIMIT_SECONDS, PERSON_LIMIT_BURST = 36.0, 100


class Viber(Channel):
    """A bot on Viber."""

    name: ClassVar[str] = "viber"
    label: ClassVar[str] = "Viber"
    conversational: ClassVar[bool] = True
    vouches: ClassVar[bool] = True
    stand_in: ClassVar[str] = "bridges.viber.fake.FakeViber"
    config: ClassVar[tuple[Field, ...]] = (
        Field(
            "token",
            gettext_noop("Token"),
            secret=True,
            required=True,
            help=gettext_noop(
                "In Viber’s admin panel, under “Edit info”. Since February 2024 Viber gives bots on request and by contract only: "
                "about € 100 a month, and each message that is no answer within 24 hours costs besides. Older bots go on."
            ),
        ),
        Field(
            "sender_name",
            gettext_noop("Name of the sender"),
            help=gettext_noop("Shown above each answer, 28 letters at most. Without one, the name of this account."),
        ),
        Field(
            "avatar",
            gettext_noop("Picture of the sender"),
            help=gettext_noop("The https address of a picture of at most 100 kB."),
            is_rare=True,
        ),
        Field(
            "welcome",
            gettext_noop("Welcome"),
            is_long=True,
            help=gettext_noop(
                "What whoever opens the chat reads before they write. It costs nothing, and nothing else can be sent to them then."
            ),
        ),
        Field(
            "api_url",
            gettext_noop("Address of the API"),
            help=gettext_noop("Only for a stand-in of the vendor; else leave it empty."),
            is_rare=True,
        ),
    )

    @property
    def _token(self) -> str:
        return str(self.account.secrets.get("token", "")).strip()

    @property
    def _access(self) -> Any:
        return _api().Access(self._token, str(self.account.config.get("api_url") or "").rstrip("/"))

    @property
    def callback(self) -> str:
        """Where Viber is to push."""
        return f"{settings.SITE_URL}/bridges/{self.account.public_id}/"

    @property
    def sender(self) -> Object:
        """Who answers, as each message says it."""
        name = str(self.account.config.get("sender_name") or self.account.name)[:LONGEST_NAME]
        avatar = str(self.account.config.get("avatar") or "")
        return {"name": name} | ({"avatar": avatar} if avatar else {})

    # In
    def verify(self, request: HttpRequest) -> HttpResponse | None:
        """A push counts when it is signed with the token, over the raw bytes. Compared in constant time.

        Whether the token still sends has no part in it: one that no longer does goes on receiving.
        """
        signed = hmac.new(self._token.encode(), request.body, hashlib.sha256).hexdigest()
        given = request.headers.get(SIGNATURE, "").strip().lower()
        known = hmac.compare_digest(given.encode("utf-8", "replace"), signed.encode())
        return None if known and self._token else HttpResponse(status=403)

    def answer(self, raw: bytes) -> bytes:
        """The welcome, to whoever opens the chat and has not written yet: Viber shows them what the push is answered with."""
        told = load(raw)[0]
        welcome = str(self.account.config.get("welcome") or "").strip()
        if words(told, "event") != "conversation_started" or told.get("subscribed") is not False or not welcome:
            return b""
        return json.dumps({"type": "text", "text": welcome[:7000], "sender": self.sender}, ensure_ascii=False).encode()

    def key(self, raw: bytes) -> str | None:
        """The event, its token and whose it is."""
        return read.key(raw)

    def read(self, raw: bytes) -> list[Notice]:
        """The one thing that a callback tells."""
        return read.read(raw)

    def ignores(self, notice: Notice) -> str:
        """Viber's own question, and chats that somebody opened without a word: what they were told is kept with it."""
        event = notice.data.get("event")
        if event == "webhook":
            return _("Viber asked whether this address is ours.")
        if event == "conversation_started" and not notice.data.get("start"):
            return _("Somebody opened the chat, and has not written yet.")
        return ""

    def message(self, notice: Notice, raw: bytes) -> bytes:
        """A mail from the chat."""
        return mail.mail_of(notice, raw, self.account)

    def fetch(self, file: dict[str, Any]) -> Iterator[bytes]:
        """A file by the address that the callback named. Raises NotFetched."""
        from bridges.viber import download  # noqa: PLC0415

        return download.fetch(self._access, file)

    # The account
    @property
    def identity(self) -> str:
        """The bot's id: its token may be renewed."""
        return str(self.account.config.get("connected_id") or "")

    def identify(self) -> Identity:
        """Whose token it is."""
        bot = _connect().ask(self._access)
        return Identity(identifier(bot, "id"), words(bot, "name") or words(bot, "uri"))

    def connect(self) -> None:
        """Ask which bot it is, and make Viber push to us; a bot that another account has goes on pushing there."""
        bot = _connect().ask(self._access)
        self.account.config |= {"connected_id": identifier(bot, "id"), "uri": words(bot, "uri")}
        self.account.save(update_fields=["config"])
        keep_address(self.account, words(bot, "uri") or identifier(bot, "id"))
        _connect().push_to(self._access, self.callback)
        self.account.note_health(Health.WORKING, "")

    def disconnect(self) -> None:
        """Let Viber push no more; nobody can write to the bot then."""
        _connect().disconnect(self._access)

    def way_out(self) -> str:
        """Where Viber pushes, and as whom answers go."""
        told = _("as %(name)s; Viber pushes to %(callback)s")
        return told % {"name": self.sender["name"], "callback": self.callback}

    def probe(self) -> Probe:
        """Ask who the bot is and whether it pushes to us. Raises NotConnected when nobody answers."""
        found: Probe = _health().probe(self._access, self.callback)
        return found

    def explain(self, reason: str) -> Closing:
        found: Closing = _health().explained(reason)
        return found

    def deep_link(self, payload: str) -> str:
        """viber://pa?chatURI=<uri>&context=<payload>; the context comes back when the chat is opened."""
        uri = str(self.account.config.get("uri") or "")
        context = f"&context={quote(payload)}" if payload else ""
        return f"viber://pa?chatURI={quote(uri)}{context}" if uri else ""

    # Out
    def render(self, outgoing: Outgoing) -> bytes:
        """The parts as JSON. Raises NotSent for a file that Viber takes from nobody."""
        rendered: bytes = _out().render(outgoing)
        return rendered

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        """One call for each part. Raises NotSent."""
        _out().send(self._access, self.sender, outgoing, rendered, done)
        return []

    def limits(self, recipient: str) -> Sequence[Limit]:
        """By bot, and by person; a status 12 is one person's."""
        return BOT_LIMIT, Limit(recipient, PERSON_LIMIT_SECONDS, PERSON_LIMIT_BURST)


def _api() -> Any:
    from bridges.viber import api  # noqa: PLC0415

    return api


def _connect() -> Any:
    from bridges.viber import connect  # noqa: PLC0415

    return connect


def _health() -> Any:
    from bridges.viber import health  # noqa: PLC0415

    return health


def _out() -> Any:
    from bridges.viber import out  # noqa: PLC0415

    return out
