"""Telegram as a channel. The vendor's library is loaded with the first call that needs it."""

import hmac
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bridges.payload import identifier, words
from bridges.telegram import mail, read, updates
from bridges.telegram.health import explained, keep, note, recent_conflict, refused_token, silence, taken_over
from bridges.telegram.media import full_name
from bridges.telegram.refusals import Refused, is_cut_off
from bridges.telegram.updates import load
from tickets.channels import (
    Act,
    Channel,
    Closing,
    Delivery,
    Done,
    Field,
    Health,
    Identity,
    Limit,
    NotConnected,
    Notice,
    Outgoing,
    Probe,
    keep_address,
    keep_portrait,
)
from tickets.channels import Refused as RefusedOnes

AUTOMATIC = "automatic"
OFFICIAL = "https://api.telegram.org"
# An interval and a burst that together stay below what Telegram takes: 2 + 28 in a second, 5 + 15 in a minute.
BOT_LIMIT = Limit("", 1 / 28, 2)
CHAT_LIMIT = Limit("chat", 1.0, 3)
GROUP_LIMIT = Limit("group", 4.0, 5)
DELETABLE = timedelta(hours=48)  # SPEC deleteMessage; the bot's own messages can be edited for good
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105


PORTS = (None, 443, 80, 88, 8443)  # to which Telegram pushes (channels.md §1.3)
LOCAL = re.compile(r"localhost|.*\.(local|localhost|internal|test|example)|10\..*|127\..*|192\.168\..*|\[?::1\]?")


def is_public(address: str) -> bool:
    """Whether Telegram can push to an address: https, no name or number of a private network, a port that it takes."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" and "." in host and not LOCAL.fullmatch(host) and parts.port in PORTS


class Telegram(Channel):
    """A bot: polled, or pushed to by a webhook."""

    name: ClassVar[str] = "telegram"
    label: ClassVar[str] = "Telegram"
    conversational: ClassVar[bool] = True
    vouches: ClassVar[bool] = True
    capabilities: ClassVar[frozenset[str]] = frozenset({Act.EDIT, Act.WITHDRAW, "typing"})
    stand_in: ClassVar[str] = "bridges.telegram.fake.FakeTelegram"
    config: ClassVar[tuple[Field, ...]] = (
        Field(
            "token",
            gettext_noop("Token"),
            secret=True,
            required=True,
            help=gettext_noop("From @BotFather: 123456:ABC-DEF…"),
        ),
        Field(
            "api_url",
            gettext_noop("Address of the Bot API server"),
            help=gettext_noop("Only for a server of your own; else leave it empty."),
        ),
        Field(
            "receive",
            gettext_noop("Receive by"),
            default=AUTOMATIC,
            choices=(AUTOMATIC, "polling", "webhook"),
            called=(gettext_noop("automatic"), gettext_noop("polling"), gettext_noop("webhook")),
            help=gettext_noop(
                "Polling works everywhere. A webhook needs a public https address of this helpdesk; automatic takes it then."
            ),
        ),
        Field(
            "typing",
            gettext_noop("Show that somebody is typing"),
            default="no",
            choices=("no", "yes"),
            help=gettext_noop("While an agent writes a reply, the customer sees “typing”. Notes show nothing."),
        ),
        Field(
            "groups",
            gettext_noop("Groups and channels"),
            default="ticket",
            choices=("ticket", "ignore"),
            called=(gettext_noop("one ticket for each"), gettext_noop("left out, with a note")),
            help=gettext_noop("Where the bot is a member of a group: one ticket for each group, or leave it all out."),
        ),
    )

    @property
    def _token(self) -> str:
        return str(self.account.secrets.get("token", "")).strip()

    @property
    def _url(self) -> str:
        return str(self.account.config.get("api_url") or OFFICIAL).rstrip("/")

    @property
    def _pushes(self) -> bool:
        return bool(self.account.config.get("pushes", self.account.config.get("receive") == "webhook"))

    @property
    def _is_this_bot(self) -> bool:
        """Whether the token is of the bot that was connected: it begins with the bot's id."""
        known = self.account.config.get("bot")
        return not known or self._token.partition(":")[0] == known

    @property
    def webhook_secret(self) -> str:
        """What Telegram sends back with each push; made of the token, so that it changes with it."""
        key = self._token.encode() + settings.SECRET_KEY.encode()
        return hmac.new(key, f"webhook {self.account.public_id}".encode(), "sha256").hexdigest()

    # In
    def verify(self, request: HttpRequest) -> HttpResponse | None:
        """Only who knows the secret may push; compared in constant time."""
        given = request.headers.get(SECRET_HEADER, "")
        known = hmac.compare_digest(given.encode("utf-8", "replace"), self.webhook_secret.encode())
        return None if known and self._token else HttpResponse(status=403)

    def key(self, raw: bytes) -> str | None:
        """The update's id and digest, the same for a push and a poll."""
        update, defect = load(raw)
        return None if defect else updates.key(update)

    def answer(self, raw: bytes) -> bytes:
        """Say that a pressed button was heard (channels.md §1.3: a method in the answer is carried out); else nothing."""
        press = updates.pressed(load(raw)[0]) if b"callback_query" in raw else ""
        return json.dumps({"method": "answerCallbackQuery", "callback_query_id": press}).encode() if press else b""

    def read(self, raw: bytes) -> list[Notice]:
        """All that an update tells."""
        return read.read(raw)

    def message(self, notice: Notice, raw: bytes) -> bytes:
        """A mail from the chat."""
        return mail.mail_of(notice, raw, self.account)

    def ignores(self, notice: Notice) -> str:
        """What is said in groups, where the account is set so."""
        if notice.data.get("is_group") and self.account.config.get("groups") == "ignore":
            return _("This account leaves out groups and channels, as its settings say.")
        return ""

    def fetch(self, file: dict[str, Any]) -> Iterator[bytes]:
        """A file by its file_id; from the official server up to 20 MB. Raises NotFetched."""
        found: Iterator[bytes] = _download().fetch(self._token, self._url, file, self._url == OFFICIAL)
        return found

    def poll(self, stop: Callable[[], bool]) -> None:
        """Fetch updates until `stop()`; at once back where Telegram pushes them."""
        if not self._pushes and self._is_this_bot:
            _poll().poll(self.account, self._token, self._url, stop)

    # The account
    @property
    def identity(self) -> str:
        """The bot's number: its tokens come and go, and so may its name."""
        return str(self.account.config.get("bot") or "")

    def identify(self) -> Identity:
        """Whose token it is."""
        me = self._ask("getMe")
        return Identity(identifier(me, "id"), f"@{words(me, 'username')}")

    def connect(self) -> None:
        """Ask who the bot is, and make Telegram push to us, or keep what comes until it is polled. Nothing is dropped."""
        me = self._ask("getMe")
        username = words(me, "username").lower()
        if not username:
            raise NotConnected(_("This token belongs to no bot. Copy the token of the bot from @BotFather."))
        self._keep(me)
        keep_address(self.account, username)
        keep_portrait(self.account, _download().portrait(self._token, self._url, identifier(me, "id")))
        if self._pushes:
            address = f"{settings.SITE_URL}/bridges/{self.account.public_id}/"
            wanted = {"url": address, "secret_token": self.webhook_secret, "allowed_updates": updates.ALLOWED}
            self._ask("setWebhook", **wanted)
            keep(self.account, polled=None)
        else:
            self._ask("deleteWebhook", drop_pending_updates=False)
        note(self.account, Health.WORKING, "")

    def _keep(self, me: dict[str, Any]) -> None:
        """Keep who the bot is and how it receives. Raises NotConnected for the token of another bot."""
        bot, known = identifier(me, "id"), self.account.config.get("bot")
        if known and known != bot:
            words_ = _(
                "This is the token of @%(other)s, not of this account’s bot. Connect that bot as an account of its own."
            )
            raise NotConnected(words_ % {"other": words(me, "username")})
        wanted = self.account.config.get("receive") or AUTOMATIC
        pushes = wanted == "webhook" or (wanted == AUTOMATIC and is_public(settings.SITE_URL))
        self.account.config |= {"bot": bot, "bot_name": full_name(me), "pushes": pushes}
        self.account.save(update_fields=["config"])

    def way_out(self) -> str:
        """Who the bot says it is, and how its messages come in."""
        name = self.account.config.get("bot_name")
        if not name:
            return ""
        by = _("Telegram pushes to this helpdesk") if self._pushes else _("this helpdesk asks Telegram (polling)")
        return _("as %(name)s (@%(address)s); %(by)s") % {"name": name, "address": self.account.address, "by": by}

    def disconnect(self) -> None:
        """Let Telegram stop pushing."""
        if self._pushes:
            self._ask("deleteWebhook", drop_pending_updates=False)

    def explain(self, reason: str) -> Closing:
        return explained(reason)

    def deep_link(self, payload: str) -> str:
        """https://t.me/<bot>?start=<payload> (core.telegram.org/api/links#bot-links)."""
        link = f"https://t.me/{self.account.address}"
        return f"{link}?start={payload}" if payload else link

    def probe(self) -> Probe:
        """Ask Telegram who we are and where it pushes. Raises NotConnected when nobody answers."""
        try:
            self._call("getMe")
            found = self._call("getWebhookInfo")
        except Refused as refused:
            if is_cut_off(refused):
                return Probe(Health.CUT_OFF, refused_token(refused.description))
            raise NotConnected(_("Telegram cannot be asked: %s") % refused.description) from refused
        fault = (
            self._webhook_fault(found if isinstance(found, dict) else {})
            or recent_conflict(self.account)
            or self.watch()
        )
        return Probe(Health.DEGRADED, fault) if fault else Probe(Health.WORKING)

    def watch(self) -> str:
        """Warn when polling has stopped for half the time that Telegram keeps what customers write."""
        return "" if self._pushes else silence(self.account)

    def _webhook_fault(self, info: dict[str, Any]) -> str:
        url = words(info, "url")
        if self._pushes and not url.endswith(f"/bridges/{self.account.public_id}/"):
            return _("Telegram does not push to this helpdesk. Connect the bot again.")
        if not self._pushes and url:
            return taken_over()
        return ""

    def _ask(self, method: str, **given: Any) -> dict[str, Any]:
        """Make a call that has to succeed. Raises NotConnected, with what to do."""
        try:
            found = self._call(method, **given)
        except Refused as refused:
            if is_cut_off(refused):
                raise NotConnected(refused_token(refused.description)) from refused
            text = _("Telegram cannot be asked (%s). Try again later, and look at the address of the API server.")
            raise NotConnected(text % refused.description) from refused
        return found if isinstance(found, dict) else {}

    def _call(self, method: str, **given: Any) -> Any:
        return _api().call(self._token, self._url, lambda bot: bot.do_api_request(method, api_kwargs=given))

    # Out
    def render(self, outgoing: Outgoing) -> bytes:
        """The parts as JSON."""
        is_edit = outgoing.deliveries[0].act == Act.EDIT
        rendered: bytes = (_correct() if is_edit else _out()).render(outgoing)
        return rendered

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> RefusedOnes:
        """One call for each part. Raises NotSent."""
        _out().send(self.account, _attempt().caller(self._token, self._url), outgoing, rendered, done)
        return []

    def hindrance(self, sent: Delivery, act: str) -> str:
        """Say so when it is too late."""
        if act == Act.WITHDRAW and timezone.now() - sent.at > DELETABLE:
            return _("Telegram lets a bot take back what it sent for 48 hours only. It can still be edited.")
        return ""

    def correct(self, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
        """One call for each part. Raises NotSent."""
        _correct().correct(_attempt().caller(self._token, self._url), outgoing, rendered, done)

    def typing(self, recipient: str) -> None:
        """For five seconds."""
        _api().send_off(self._token, self._url, lambda bot: bot.send_chat_action(recipient, "typing"))

    def limits(self, recipient: str) -> Sequence[Limit]:
        """About 30 messages a second by bot, one a second by chat, 20 a minute by group (channels.md §1.5); 429 is obeyed besides."""
        return BOT_LIMIT, replace(GROUP_LIMIT if recipient.startswith("-") else CHAT_LIMIT, name=recipient)


def _api() -> Any:
    from bridges.telegram import api  # noqa: PLC0415

    return api


def _download() -> Any:
    from bridges.telegram import download  # noqa: PLC0415

    return download


def _attempt() -> Any:
    from bridges.telegram import attempt  # noqa: PLC0415

    return attempt


def _correct() -> Any:
    from bridges.telegram import correct  # noqa: PLC0415

    return correct


def _out() -> Any:
    from bridges.telegram import out  # noqa: PLC0415

    return out


def _poll() -> Any:
    from bridges.telegram import poll  # noqa: PLC0415

    return poll
