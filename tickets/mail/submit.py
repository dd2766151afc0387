"""Carry one mail to an SMTP server, step by step, so that it is always known whether the server has it (RFC 5321).

Until the final dot is written the mail is certainly not sent. From the moment the dot may be on the wire until the answer
comes, nobody knows.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tickets.channels import BUG, CONTACT_GONE, CUT_OFF, TEMPORARY, UNCERTAIN, NotSent
from tickets.mail import replies
from tickets.mail.grants import NoToken, SignInLost
from tickets.mail.server import Bearer, Server, tls, xoauth2

CONNECT_SECONDS = 20.0
ANSWER_SECONDS = 60.0
_UNSENDABLE = re.compile(r"[\s<>\x00-\x1f\x7f]")


@dataclass(slots=True)
class Submitted:
    """What became of one transaction: the server's answer to it, and the recipients refused one by one."""

    accepted: list[str] = field(default_factory=list)
    refused: dict[str, NotSent] = field(default_factory=dict)
    words: str = ""


def wire_address(address: str) -> str:
    """Return an envelope address with its domain in ASCII (IDNA); a local part beyond ASCII stays (RFC 6531)."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def wire_data(mail: bytes) -> bytes:
    """Return `mail` as it goes over the wire: every line end CRLF, leading dots doubled (§4.5.2), without the final dot."""
    if b"\n" in mail.replace(b"\r\n", b"") or b"\r" in mail.replace(b"\r\n", b""):
        mail = mail.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    mail = mail.replace(b"\r\n.", b"\r\n..")
    mail = b"." + mail if mail.startswith(b".") else mail
    return mail if mail.endswith(b"\r\n") else mail + b"\r\n"


def connect(server: Server, name: str) -> smtplib.SMTP:
    """Return a signed-in connection; `name` is what we call ourselves. Raises NotSent, always before anything was sent."""
    client = _dial(server, name)
    try:
        _protect(client, server)
        _sign_in(client, server)
    except BaseException:
        client.close()
        raise
    client.timeout = ANSWER_SECONDS
    if client.sock:
        client.sock.settimeout(ANSWER_SECONDS)
    return client


def _dial(server: Server, name: str) -> smtplib.SMTP:
    try:
        if server.tls_first:
            return smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=name, timeout=CONNECT_SECONDS, context=tls()
            )
        return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=CONNECT_SECONDS)
    except smtplib.SMTPConnectError as error:
        raise replies.refusal(error.smtp_code, error.smtp_error, replies.HELLO) from error
    except ssl.SSLCertVerificationError as error:
        raise NotSent(distrust(server, error), TEMPORARY) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(unreachable(server, error), TEMPORARY) from error


def _protect(client: smtplib.SMTP, server: Server) -> None:
    try:
        client.ehlo_or_helo_if_needed()
        if not server.wants_starttls(client.has_extn("starttls")):
            return
        if not client.has_extn("starttls"):
            words = _("%(server)s offers no STARTTLS. Choose another kind of security for this server.")
            raise NotSent(words % {"server": server}, CUT_OFF)
        code, reply = client.starttls(context=tls())
        if code != 220:
            raise replies.refusal(code, reply, replies.HELLO)
        client.ehlo()
    except smtplib.SMTPHeloError as error:
        raise replies.refusal(error.smtp_code, error.smtp_error, replies.HELLO) from error
    except ssl.SSLCertVerificationError as error:
        raise NotSent(distrust(server, error), TEMPORARY) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(unreachable(server, error), TEMPORARY) from error


def _sign_in(client: smtplib.SMTP, server: Server) -> None:
    if not server.user:
        return
    if not server.is_local and not isinstance(client.sock, ssl.SSLSocket):
        words = _("%(server)s offers no encryption, and the password is not sent without it. Choose ssl or starttls.")
        raise NotSent(words % {"server": server}, CUT_OFF)
    try:
        if server.bearer:
            _sign_in_by_token(client, server.user, server.bearer)
        else:
            client.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as error:
        words = _("%(server)s offers no way to sign in. Leave user and password empty, or choose another port.")
        raise NotSent(words % {"server": server}, CUT_OFF) from error
    except smtplib.SMTPResponseException as error:
        raise replies.refusal(error.smtp_code, error.smtp_error, replies.SIGN_IN) from error
    except UnicodeEncodeError as error:
        words = _("The password for %(server)s has characters that cannot be sent when signing in.")
        raise NotSent(words % {"server": server}, CUT_OFF) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(unreachable(server, error), TEMPORARY) from error


def _sign_in_by_token(client: smtplib.SMTP, user: str, bearer: Bearer) -> None:
    """XOAUTH2. A refusal comes with a challenge that holds its reason and wants an empty answer."""
    try:
        first = xoauth2(user, bearer.token())
    except SignInLost as error:
        raise NotSent(str(error), CUT_OFF) from error
    except NoToken as error:
        raise NotSent(str(error), TEMPORARY) from error
    try:
        client.auth("XOAUTH2", lambda challenge=None: first if challenge is None else "")
    except smtplib.SMTPAuthenticationError:
        bearer.refused()
        raise


def submit(client: smtplib.SMTP, senders: Sequence[str], recipients: Sequence[str], mail: bytes) -> Submitted:
    """Hand one mail over. `senders`: envelope senders to try in turn ("" is the null sender).

    Returns what the server took. Raises NotSent when it took it for nobody, for reasons that are nobody's alone.
    """
    try:
        outcome = _envelope(client, senders, recipients, mail)
        if not outcome.accepted:
            client.docmd("RSET")
            return outcome
        code, reply = client.docmd("DATA")
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(replies.words_of(str(error)) or _("The connection broke."), TEMPORARY) from error
    if code != 354:
        return _settle(outcome, code, reply)
    code, reply = _content(client, wire_data(mail))
    return _settle(outcome, code, reply)


def _envelope(client: smtplib.SMTP, senders: Sequence[str], recipients: Sequence[str], mail: bytes) -> Submitted:
    beyond_ascii = not all(recipient.rpartition("@")[0].isascii() for recipient in recipients)
    _offer(client, senders, mail, beyond_ascii)
    outcome = Submitted()
    for recipient in recipients:
        address = wire_address(recipient)
        if _UNSENDABLE.search(address) or "@" not in address:
            outcome.refused[recipient] = NotSent(_("This is no address that mail can be sent to."), CONTACT_GONE)
            continue
        if not address.isascii() and not client.has_extn("smtputf8"):
            words = _(
                "The mail server cannot carry addresses beyond ASCII (SMTPUTF8), and this one is such an address."
            )
            outcome.refused[recipient] = NotSent(words, CONTACT_GONE)
            continue
        code, reply = (
            client.docmd("RCPT", f"TO:<{address}>") if address.isascii() else _utf8(client, f"RCPT TO:<{address}>")
        )
        if code in (250, 251):
            outcome.accepted.append(recipient)
            continue
        refused = replies.refusal(code, reply, replies.RECIPIENT)
        if refused.kind == CUT_OFF or code == 421:
            raise refused
        outcome.refused[recipient] = refused
    return outcome


def _offer(client: smtplib.SMTP, senders: Sequence[str], mail: bytes, beyond_ascii: bool) -> None:
    """MAIL FROM. Where a server refuses our signed return path, the mailbox's own address is tried."""
    last = NotSent(_("There is no sender address."), BUG)
    for sender in senders:
        options = _options(client, mail, beyond_ascii or not sender.isascii())
        address = wire_address(sender)
        line = f"MAIL FROM:<{address}>{options}"
        code, reply = client.docmd(line) if address.isascii() else _utf8(client, line)
        if code == 250:
            return
        last = replies.refusal(code, reply, replies.SENDER)
        if code < 500 or code in (530, 535):
            break
        client.docmd("RSET")
    raise last


def _options(client: smtplib.SMTP, mail: bytes, beyond_ascii: bool) -> str:
    options = f" SIZE={len(mail)}" if client.has_extn("size") else ""
    if not mail.isascii() and client.has_extn("8bitmime"):
        options += " BODY=8BITMIME"
    beyond_ascii = beyond_ascii or not mail.partition(b"\r\n\r\n")[0].isascii()
    return options + (" SMTPUTF8" if beyond_ascii and client.has_extn("smtputf8") else "")


def _utf8(client: smtplib.SMTP, line: str) -> tuple[int, bytes]:
    client.command_encoding = "utf-8"
    return client.docmd(line)


def _content(client: smtplib.SMTP, data: bytes) -> tuple[int, bytes]:
    try:
        client.send(data)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_("The connection broke before the mail was handed over: %s") % error, TEMPORARY) from error
    try:
        client.send(b".\r\n")
        return client.getreply()
    except (OSError, smtplib.SMTPException) as error:
        words = _("The mail was handed over, but the server's answer did not come (%s). It may have been sent.")
        client.close()
        raise NotSent(words % (replies.words_of(str(error)) or type(error).__name__), UNCERTAIN) from error


def _settle(outcome: Submitted, code: int, reply: bytes) -> Submitted:
    if code == 250:
        outcome.words = f"{code} {replies.words_of(reply)}"
        return outcome
    refused = replies.refusal(code, reply, replies.DATA)
    if refused.kind != CONTACT_GONE or len(outcome.accepted) > 1:
        # Of several recipients the answer does not say whom it means: the mail went to none, and a person looks.
        raise refused if refused.kind != CONTACT_GONE else NotSent(refused.reason, BUG)
    outcome.refused[outcome.accepted.pop()] = refused
    return outcome


def unreachable(server: Server, error: BaseException) -> str:
    """Say in words why a server cannot be reached, and what to do."""
    if isinstance(error, socket.gaierror):
        why = _("there is no server of that name")
    elif isinstance(error, TimeoutError):
        why = _("it does not answer")
    elif isinstance(error, ConnectionRefusedError):
        why = _("nothing listens on that port")
    elif isinstance(error, ssl.SSLError):
        why = _("the encryption could not be agreed on; ssl and starttls may be mixed up (%s)") % replies.words_of(
            str(error)
        )
    else:
        why = replies.words_of(str(error)) or type(error).__name__
    return _("%(server)s cannot be reached: %(why)s. Check host, port and security.") % {"server": server, "why": why}


def distrust(server: Server, error: ssl.SSLCertVerificationError) -> str:
    """Say that a server's certificate cannot be trusted."""
    words = _(
        "%(server)s shows a certificate that cannot be trusted: %(why)s. Check the host's name, or renew its certificate."
    )
    return words % {"server": server, "why": error.verify_message}


def try_sender(client: smtplib.SMTP, sender: str) -> None:
    """Ask whether mail from `sender` would be taken, and send none. Raises NotSent."""
    try:
        _offer(client, [sender], b"", beyond_ascii=False)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(replies.words_of(str(error)), TEMPORARY) from error


def leave(client: smtplib.SMTP) -> None:
    """Say goodbye and do not wait for the answer: what became of the mail is known, and must be noted at once."""
    with suppress(OSError, smtplib.SMTPException):
        client.putcmd("QUIT")
    client.close()
