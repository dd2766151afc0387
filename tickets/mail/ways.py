"""The ways out of a mailbox: a provider's API, an SMTP server, or a Maildir when nothing is set up."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tickets.channels import CUT_OFF, TEMPORARY, Done, NotSent, Outgoing, Refused
from tickets.mail import maildir, provider, submit
from tickets.mail.mailbox import bearer_of
from tickets.mail.presets import hint_for
from tickets.mail.render import return_path
from tickets.mail.server import AUTO, SSL, STARTTLS, Server
from tickets.models import Account, Delivery

NOT_SIGNED_IN = ("530", "534", "535", "538")  # RFC 4954 §6
Carried = tuple[dict[str, str], dict[str, NotSent]]  # remote id by recipient; the recipients refused


class Way(ABC):
    """One way out of one mailbox."""

    def __init__(self, account: Account) -> None:
        self.account = account

    @abstractmethod
    def words(self) -> str:
        """Say for a screen where mail goes."""

    @abstractmethod
    def probe(self) -> None:
        """Try the way without sending anything. Raises NotSent."""

    @abstractmethod
    def carry(self, senders: Sequence[str], recipients: Sequence[str], mail: bytes) -> Carried:
        """Hand one mail over, trying the envelope senders in turn. Raises NotSent when it went to nobody."""

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        """Carry the mail of some deliveries. As Channel.send."""
        by_address = by_recipient(outgoing.deliveries)
        ids, refused = self.carry(senders(outgoing), list(by_address), rendered)
        for recipient, remote_id in ids.items():
            for delivery in by_address[recipient]:
                done(delivery, 0, remote_id)
        return [(delivery, error) for recipient, error in refused.items() for delivery in by_address[recipient]]


class SmtpWay(Way):
    """An SMTP server: the mailbox's own, or the default of EMAIL_HOST."""

    def __init__(self, account: Account, server: Server) -> None:
        super().__init__(account)
        self.server = server

    def words(self) -> str:
        return _("Mail goes out by %(server)s.") % {"server": self.server}

    def probe(self) -> None:
        try:
            client = submit.connect(self.server, own_name())
        except NotSent as error:
            raise self._in_words(error) from error
        try:
            submit.try_sender(client, self.account.address)
        finally:
            submit.leave(client)

    def _in_words(self, error: NotSent) -> NotSent:
        """A refused sign-in with what to do; its own reply says little."""
        if error.reason[:3] not in NOT_SIGNED_IN or self.server.bearer:
            return error
        words = _("%(server)s did not accept the user %(user)s or the password: %(said)s. Enter them anew.")
        said = words % {"server": self.server, "user": self.server.user, "said": error.reason}
        return NotSent(f"{said} {hint_for(self.server.host)}".strip(), error.kind, error.retry_after)

    def carry(self, senders: Sequence[str], recipients: Sequence[str], mail: bytes) -> Carried:
        client = submit.connect(self.server, own_name())
        try:
            outcome = submit.submit(client, senders, recipients, mail)
        finally:
            submit.leave(client)
        return dict.fromkeys(outcome.accepted, outcome.words), outcome.refused


class ProviderWay(Way):
    """A provider's API by anymail."""

    def __init__(self, account: Account, name: str, given: Any) -> None:
        super().__init__(account)
        self.name = name
        self.given = given  # the backend's settings as the account holds them

    def words(self) -> str:
        return _("Mail goes out by the provider %s.") % self.name

    def probe(self) -> None:
        provider.connection(self.name, options(self.given))

    def carry(self, senders: Sequence[str], recipients: Sequence[str], mail: bytes) -> Carried:
        return provider.hand_over(provider.connection(self.name, options(self.given)), mail, recipients)


class FolderWay(Way):
    """No way out: mail is kept in a Maildir, and nothing leaves this machine."""

    def words(self) -> str:
        folder = maildir.folder_of(self.account)
        return _("No way out is set up: mail is only put into %(folder)s and reaches nobody.") % {"folder": folder}

    def probe(self) -> None:
        """Nothing to reach."""

    def carry(self, senders: Sequence[str], recipients: Sequence[str], mail: bytes) -> Carried:
        name = f"{sha256(mail).hexdigest()[:32]}.holdfast"  # the same mail again is the same file
        try:
            maildir.put(maildir.folder_of(self.account), name, recipients, mail)
        except OSError as error:
            raise NotSent(_("The mail could not be written: %s") % error, TEMPORARY) from error
        return dict.fromkeys(recipients, name), {}


def way_of(account: Account) -> Way:
    """Return the way out: of the mailbox itself, else the default of the settings, else the Maildir."""
    config, secrets = account.config, account.secrets
    if settings.DEMO:
        return FolderWay(account)
    if config.get("backend"):
        return ProviderWay(account, config["backend"], secrets.get("backend_settings"))
    if config.get("smtp_host"):
        return SmtpWay(account, smtp_server(account))
    if settings.EMAIL_BACKEND.startswith("anymail."):
        return ProviderWay(account, settings.EMAIL_BACKEND, None)
    return SmtpWay(account, default_server()) if settings.EMAIL_HOST else FolderWay(account)


def options(found: Any) -> dict[str, Any]:
    """Return the backend's settings, kept as an object or as JSON text. Raises NotSent when they are neither."""
    try:
        found = json.loads(found) if isinstance(found, str) and found.strip() else found or {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotSent(_("The settings of the provider must be a JSON object, as in %s.") % '{"api_key": "…"}', CUT_OFF)
    return found


def smtp_server(account: Account) -> Server:
    """Return the SMTP server of an account's settings."""
    config = account.config
    security = str(config.get("smtp_security") or AUTO)
    port = int(config.get("smtp_port") or (465 if security == SSL else 587))
    bearer = bearer_of(account)
    user = str(config.get("smtp_user") or (account.address if bearer else ""))
    password = str(account.secrets.get("smtp_password") or account.secrets.get("imap_password") or "")
    return Server(str(config["smtp_host"]), port, security, user, password, bearer)


def default_server() -> Server:
    """Return the SMTP server of Django's EMAIL_* settings."""
    security = SSL if settings.EMAIL_USE_SSL else STARTTLS if settings.EMAIL_USE_TLS else AUTO
    return Server(
        settings.EMAIL_HOST, settings.EMAIL_PORT, security, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
    )


def own_name() -> str:
    """Return what we call ourselves in EHLO: the site's host."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def senders(outgoing: Outgoing) -> list[str]:
    """Return the envelope senders to try: the null one for automatic mail (RFC 3834 §3.3), else signed, else plain."""
    if outgoing.message.automatic:
        return [""]
    return list(dict.fromkeys([return_path(outgoing.account, outgoing.deliveries[0]), outgoing.account.address]))


def by_recipient(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    """Return the deliveries by their recipient: one address gets one copy."""
    found: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.recipient, []).append(delivery)
    return found
