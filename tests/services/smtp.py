"""A real SMTP server that keeps what it accepts, and refuses or delays what a test tells it to."""

import asyncio
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.services.ports import free_port


@dataclass(frozen=True)
class Letter:
    """One accepted mail."""

    sender: str
    recipients: list[str]
    raw: bytes
    at: float = field(default_factory=time.time)  # when it was accepted

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]


@dataclass
class Sink:
    """The server's address, its mails, and its moods. `reset()` between tests."""

    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    letters: list[Letter] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)  # recipient -> the reply at RCPT
    refuse_data: str = ""  # the reply after the final dot
    delay_seconds: float = 0.0  # before the reply after the final dot
    hang_up_after_data: bool = False  # takes the mail, keeps it, and says nothing

    def reset(self) -> None:
        """Empty and friendly again."""
        self.letters.clear()
        self.refuse.clear()
        self.refuse_data, self.delay_seconds, self.hang_up_after_data = "", 0.0, False

    def to(self, recipient: str) -> list[Letter]:
        """What was accepted for somebody."""
        return [letter for letter in self.letters if recipient in letter.recipients]

    owner: Callable[[str], str] | None = None  # whose a token is, "" for nobody's: then XOAUTH2 is asked for
    signed_in: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """SASL XOAUTH2: a refusal is a challenge with its reason, an empty answer, and then the refusal."""
        fields = dict(part.split("=", 1) for part in b64decode(args[1]).decode().split("\x01") if part)
        user, token = fields["user"], fields["auth"].removeprefix("Bearer ")
        if self.owner and self.owner(token) == user:
            self.signed_in.append(user)
            return AuthResult(success=True, auth_data=user)
        await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}')
        return AuthResult(success=False, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept, or refuse as told."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail, or refuse as told."""
        if self.refuse_data:
            return self.refuse_data
        self.letters.append(Letter(envelope.mail_from or "", list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        if self.hang_up_after_data and server.transport:
            server.transport.abort()
        return "250 OK"


@contextmanager
def running(owner: Callable[[str], str] | None = None) -> Iterator[Sink]:
    """A sink on a port of its own, for as long as the block runs. `owner`: whose a token is; then only XOAUTH2 may send."""
    sink = Sink(owner=owner)
    more = {"auth_required": True, "auth_require_tls": False, "auth_exclude_mechanism": ["LOGIN", "PLAIN"]}
    controller = Controller(
        sink,
        hostname=sink.host,
        port=sink.port,
        data_size_limit=100 * 1024 * 1024,
        enable_SMTPUTF8=True,
        **(more if owner else {}),
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
