"""The listener: SMTP, and LMTP when LMTP_PORT is set. A 250 to the final dot means that the mail is on the disk."""

# aiosmtpd finds its commands and hooks by names in this form.
# ruff: noqa: N802

import asyncio
import errno
import logging
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

from aiosmtpd.smtp import Envelope, Session
from django.conf import settings
from django.db import DatabaseError, connection

from tickets.inbox.accept import Arrival
from tickets.mail.batch import Batcher
from tickets.mail.protocol import Lmtp, Smtp
from tickets.mail.routes import RouteTable
from tickets.mail.ways import own_name
from tickets.models import Account

logger = logging.getLogger(__name__)

OK = "250 2.6.0 Stored"
TRY_AGAIN = "451 4.3.0 The mail could not be stored just now; please try again"
DISK_FULL = "452 4.3.1 There is no room to store the mail just now; please try again"
NO_MAILBOX = "550 5.1.1 There is no mailbox %s here"
MOST_RECIPIENTS = 1000
IDLE_SECONDS = 300


class Door:
    """What to answer to one kind of listener's commands (aiosmtpd calls the handle_ methods)."""

    def __init__(self, source: str, host: str, batcher: Batcher, routes: RouteTable) -> None:
        self.source = source
        self.host = host
        self.batcher = batcher
        self.routes = routes

    async def handle_EHLO(
        self, server: Smtp, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what aiosmtpd does but does not say; do not offer a sign-in that nobody has."""
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith("250-AUTH")]
        return [*offered[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", offered[-1]]

    async def handle_MAIL(
        self, server: Smtp, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Any sender may write; the null one is kept as "<>"."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: Smtp, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only mailboxes of this house take mail."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients; send the mail again to the others"
        try:
            account = self.routes.known(address) or await asyncio.to_thread(self._find, address)
        except DatabaseError:
            logger.exception("the mailboxes could not be looked up")
            return "451 4.3.0 The mailboxes cannot be looked up just now; please try again"
        if account is None:
            return NO_MAILBOX % address
        envelope.rcpt_tos.append(address)
        accounts_of(envelope).append(account)
        return "250 2.1.5 OK"

    def _find(self, address: str) -> Account | None:
        try:
            return self.routes.find_or_start(address, self.host)
        finally:
            connection.close()  # the thread is asyncio's, and may not come back for long

    async def handle_DATA(self, server: Smtp, session: Session, envelope: Envelope) -> str:
        """Store the mail once for each of our mailboxes, then answer."""
        arrivals = arrivals_of(envelope, self.source, session)
        results = dict(zip(arrivals, await self.batcher.store(list(arrivals.values())), strict=True))
        answers = [answer_to(results[account.pk]) for account in accounts_of(envelope)]
        if server.is_lmtp:
            return "\r\n".join(answers)
        # One answer for all: a mail sent again is known again where it is stored already.
        return next((answer for answer in answers if answer != OK), OK)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong in here, the mail is the sender's still."""
        logger.error("a mail connection failed", exc_info=error)
        return TRY_AGAIN


def accounts_of(envelope: Envelope) -> list[Account]:
    """Return the accounts of the recipients so far, in their order; kept on the envelope."""
    found: list[Account] = envelope.__dict__.setdefault("holdfast_accounts", [])
    return found


def arrivals_of(envelope: Envelope, source: str, session: Session) -> dict[int, Arrival]:
    """Return one arrival for each account, by its primary key, with all of its recipients."""
    raw = bytes(envelope.content or b"")  # type: ignore[arg-type]
    peer = peer_of(session) if source == "smtp" else {}
    key = sha256(raw).hexdigest()
    sender = (envelope.mail_from or "").strip("<>")
    arrivals: dict[int, Arrival] = {}
    for account, recipient in zip(accounts_of(envelope), envelope.rcpt_tos, strict=True):
        if account.pk not in arrivals:
            arrivals[account.pk] = Arrival(account, raw, source, key, {"from": sender, "to": [], **peer})
        arrivals[account.pk].envelope["to"].append(recipient)
    return arrivals


def peer_of(session: Session) -> dict[str, str]:
    """Return who spoke to us, for SPF: the address and the name it gave."""
    socket: Any = session.peer  # typed as a string there, and the socket's address in truth
    peer = {"peer": str(socket[0])} if isinstance(socket, tuple) and socket else {}
    return {**peer, "helo": str(session.host_name)[:255]} if peer and session.host_name else peer


def answer_to(error: Exception | None) -> str:
    """Return the reply line for one recipient."""
    if error is None:
        return OK
    return DISK_FULL if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT) else TRY_AGAIN


def tls_context() -> ssl.SSLContext | None:
    """Return the context for STARTTLS when a certificate is given."""
    if not settings.SMTP_TLS_CERT:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.SMTP_TLS_CERT, settings.SMTP_TLS_KEY)
    return context


def run(stop: threading.Event, ready: Callable[[], None] = lambda: None) -> None:
    """Listen until `stop` is set; mail in hand is stored and answered first. Raises OSError when a port is taken."""
    asyncio.run(_serve(stop, ready))


async def _serve(stop: threading.Event, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    batcher, routes = Batcher(loop), RouteTable()
    host, context = settings.SMTP_HOST, tls_context()
    options: dict[str, Any] = {
        "data_size_limit": settings.SMTP_MAX_BYTES,
        "enable_SMTPUTF8": True,
        "hostname": own_name(),
        "ident": "Holdfast",
        "timeout": IDLE_SECONDS,
        "auth_exclude_mechanism": ["LOGIN", "PLAIN"],
        "loop": loop,
    }
    smtp_door, lmtp_door = (Door(source, host, batcher, routes) for source in ("smtp", "lmtp"))
    servers = [
        await loop.create_server(lambda: Smtp(smtp_door, tls_context=context, **options), host, settings.SMTP_PORT)
    ]
    if settings.LMTP_PORT:
        servers.append(await loop.create_server(lambda: Lmtp(lmtp_door, **options), host, settings.LMTP_PORT))
    ready()
    await asyncio.to_thread(stop.wait)
    for server in servers:
        server.close()
    with suppress(RuntimeError):
        await asyncio.to_thread(batcher.end)
    await asyncio.sleep(0.2)  # the last answers go out
