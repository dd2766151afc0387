"""A connection to an IMAP server: signed in, with the folder open, and every fault said in words."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils.translation import gettext as _
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from tickets.mail import replies
from tickets.mail.grants import Bearer, NoToken, SignInLost
from tickets.mail.presets import hint_for
from tickets.mail.server import AUTO, NONE, STARTTLS, Server, tls, xoauth2
from tickets.mail.server import Bearer as ByToken
from tickets.mail.submit import distrust, unreachable
from tickets.models import Account

CONNECT_SECONDS = 15
READ_SECONDS = 60
MOST_NAMED = 12  # folders
_COMMAND = re.compile(r"^[a-z ]+ failed: ")


class TurnedAway(Exception):
    """The server will not let us in; the text says why and what to do. Trying again soon makes it worse."""


class Unreachable(Exception):
    """The server cannot be reached just now; the text says why."""


@dataclass(slots=True)
class Mailbox:
    """An open folder: the client, and what SELECT said of it."""

    client: IMAPClient
    uidvalidity: int
    uidnext: int

    def take_news(self) -> bool:
        """Whether the server has told of new mail beside its answers since this was asked last (RFC 9051 §7.4.1).

        It tells once: news that came with the answer to another command is not told again in IDLE.
        """
        return self.client._imap.untagged_responses.pop("EXISTS", None) is not None

    def close(self) -> None:
        """Leave, whatever state the connection is in."""
        try:
            self.client.shutdown()
        except (OSError, IMAPClientError):
            pass


def imap_server(account: Account) -> Server | None:
    """Return the IMAP server of an account's settings, None when it has none."""
    config = account.config
    if not config.get("imap_host"):
        return None
    security = str(config.get("imap_security") or AUTO)
    port = int(config.get("imap_port") or (143 if security in (STARTTLS, NONE) else 993))
    user = str(config.get("imap_user") or account.address)
    password, bearer = str(account.secrets.get("imap_password") or ""), bearer_of(account)
    return Server(str(config["imap_host"]), port, security, user, password, bearer)


def bearer_of(account: Account) -> Bearer | None:
    """Return what signs the account in by a token, None where it has a password."""
    return Bearer(account) if account.config.get("sign_in") else None


def folder_of(account: Account) -> str:
    """Return the folder that is read."""
    return str(account.config.get("imap_folder") or "INBOX")


@contextmanager
def signed_in(server: Server) -> Iterator[IMAPClient]:
    """A connection with no folder open, for as long as the block runs. Raises TurnedAway, Unreachable."""
    client = enter(server)
    try:
        yield client
    except OSError as error:
        raise Unreachable(unreachable(server, error)) from error
    finally:
        Mailbox(client, 0, 0).close()


def open_mailbox(account: Account, server: Server) -> Mailbox:
    """Connect, sign in and open the folder; read-only unless the account wants marks or moves. Raises TurnedAway, Unreachable."""
    client = enter(server)
    try:
        return _select(client, account)
    except BaseException as error:
        Mailbox(client, 0, 0).close()
        if isinstance(error, OSError | IMAPClientError):
            raise Unreachable(unreachable(server, error)) from error
        raise


def enter(server: Server) -> IMAPClient:
    """Connect and sign in. Raises TurnedAway, Unreachable."""
    try:
        client = _dial(server)
    except ssl.SSLCertVerificationError as error:
        raise TurnedAway(distrust(server, error)) from error
    except (OSError, IMAPClientError) as error:
        raise Unreachable(unreachable(server, error)) from error
    try:
        _sign_in(client, server)
        return client
    except BaseException as error:
        Mailbox(client, 0, 0).close()
        if isinstance(error, OSError | IMAPClientError):
            raise Unreachable(unreachable(server, error)) from error
        raise


def _dial(server: Server) -> IMAPClient:
    timeout = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
    context = tls() if server.tls_first else None
    client = IMAPClient(server.host, server.port, ssl=server.tls_first, ssl_context=context, timeout=timeout)
    client.normalise_times = False  # INTERNALDATE keeps its offset
    # A command goes out in several pieces; with Nagle's algorithm each would wait 40 ms for the answer to the one before.
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _sign_in(client: IMAPClient, server: Server) -> None:
    words = {"server": server, "user": server.user}
    encrypted = server.tls_first
    if server.wants_starttls(client.has_capability("STARTTLS")):
        try:
            client.starttls(tls())
        except CapabilityError as error:
            raise TurnedAway(_("%(server)s offers no STARTTLS. Choose another kind of security.") % words) from error
        except ssl.SSLCertVerificationError as error:
            raise TurnedAway(distrust(server, error)) from error
        encrypted = True
    if not encrypted and not server.is_local:
        raise TurnedAway(_("%(server)s offers no encryption, and the password is not sent without it.") % words)
    try:
        if server.bearer:
            client.sasl_login("XOAUTH2", _answers(xoauth2(server.user, _token(server.bearer))))
        else:
            client.login(server.user, server.password)
    except LoginError as error:
        said = words_of(error)
        if server.bearer:
            server.bearer.refused()
            sentence = _(
                "%(server)s did not accept the sign-in as %(user)s: %(said)s. Was it made as somebody else? Sign in again."
            )
            raise TurnedAway(sentence % {**words, "said": said}) from error
        sentence = _("%(server)s did not accept the user %(user)s or the password: %(said)s. Enter them anew.")
        raise TurnedAway(f"{sentence % {**words, 'said': said}} {hint_for(server.host)}".strip()) from error


def _token(bearer: ByToken) -> str:
    try:
        return bearer.token()
    except SignInLost as error:
        raise TurnedAway(str(error)) from error
    except NoToken as error:
        raise Unreachable(str(error)) from error


def _answers(first: str) -> Callable[[bytes], bytes]:
    """What is said in turn: who we are; nothing to the challenge that holds the reason of a refusal, which ends it."""
    lines = [first.encode()]
    return lambda challenge: lines.pop() if lines else b""


def _select(client: IMAPClient, account: Account) -> Mailbox:
    folder = folder_of(account)
    try:
        found = client.select_folder(
            folder, readonly=not (account.config.get("mark_seen") or account.config.get("move_to"))
        )
    except IMAPClientError as error:
        if isinstance(error, IMAPClient.AbortError):
            raise
        words = {"folder": folder, "said": words_of(error), "known": ", ".join(_folders(client)) or "–"}
        sentence = _("The folder %(folder)s cannot be opened: %(said)s. Check its name; there are: %(known)s.")
        raise TurnedAway(sentence % words) from error
    client.capabilities()  # known from now on: nothing is asked between the last search and IDLE
    return Mailbox(client, int(found.get(b"UIDVALIDITY", 0)), int(found.get(b"UIDNEXT", 0)))


def _folders(client: IMAPClient) -> list[str]:
    """The names of the folders that can be opened, the first of them."""
    try:
        found = client.list_folders()
    except (OSError, IMAPClientError):
        return []
    return sorted(name for flags, _separator, name in found if b"\\Noselect" not in flags)[:MOST_NAMED]


def words_of(error: BaseException) -> str:
    """The server's words on one line, without Python's b'' and the name of the command."""
    text = _COMMAND.sub("", str(error))
    return replies.words_of(text[2:-1] if text.startswith(("b'", 'b"')) else text)
