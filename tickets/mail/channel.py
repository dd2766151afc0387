"""Email as a channel: the first, and the one that is always there."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.channels import (
    CUT_OFF,
    Channel,
    Done,
    Field,
    NotConnected,
    Notice,
    NotSent,
    Outgoing,
    Probe,
    Refused,
    Suggestion,
    fault_of_sites,
)
from tickets.mail import imap, proof, render, request_line, ways
from tickets.mail.mailbox import TurnedAway, Unreachable
from tickets.mail.presets import GOOGLE, MICROSOFT, choices, preset_for, preset_named, preset_of_host
from tickets.mail.server import CHOICES
from tickets.models import Account, Health, Message


def way_out(account: Account) -> str:
    """Say for a screen where the mail of this mailbox goes."""
    return ways.way_of(account).words()


RECEIVING, SENDING = gettext_noop("Receiving"), gettext_noop("Sending")
CONTACT = gettext_noop("Contact page")
BY_PORT = gettext_noop("as the port has it")


class Email(Channel):
    """A mailbox: read by IMAP or fed by the listener, the pipe or a provider; sends by SMTP or a provider."""

    name: ClassVar[str] = "email"
    label: ClassVar[str] = gettext_noop("Email")
    icon: ClassVar[str] = "mail"
    config: ClassVar[tuple[Field, ...]] = (
        Field(
            "sign_in",
            gettext_noop("Sign in"),
            choices=("", GOOGLE, MICROSOFT),
            empty=gettext_noop("with a password"),
            help=gettext_noop(
                "With the password below, or by consent at Google or Microsoft: then no password is needed."
            ),
        ),
        Field(
            "imap_host",
            gettext_noop("IMAP server"),
            help=gettext_noop("Leave empty when mail is delivered here, or the provider is known by the address."),
            group=RECEIVING,
        ),
        Field("imap_port", gettext_noop("IMAP port"), default="993", group=RECEIVING),
        Field("imap_security", gettext_noop("IMAP security"), choices=CHOICES, empty=BY_PORT, group=RECEIVING),
        Field("imap_user", gettext_noop("IMAP user"), help=gettext_noop("Mostly the whole address."), group=RECEIVING),
        Field("imap_password", gettext_noop("IMAP password"), secret=True, group=RECEIVING),
        Field(
            "since",
            gettext_noop("Read from"),
            default="now",
            help=gettext_noop("now, all, or a date like 2026-03-01. Older mail comes in as history."),
            group=RECEIVING,
        ),
        Field("smtp_host", gettext_noop("SMTP server"), group=SENDING),
        Field("smtp_port", gettext_noop("SMTP port"), default="587", group=SENDING),
        Field("smtp_security", gettext_noop("SMTP security"), choices=CHOICES, empty=BY_PORT, group=SENDING),
        Field(
            "smtp_user",
            gettext_noop("SMTP user"),
            help=gettext_noop("Leave empty where nobody has to sign in."),
            group=SENDING,
        ),
        Field(
            "smtp_password",
            gettext_noop("SMTP password"),
            secret=True,
            help=gettext_noop("Leave empty when it is the same as for IMAP."),
            group=SENDING,
        ),
        Field(
            "contact_page",
            gettext_noop("A page on which anybody may write to it"),
            default="no",
            choices=("no", "yes"),
            help=gettext_noop(
                "One address to publish, /contact/ and the account’s id: a form, and links to the chats it answers for."
            ),
            group=CONTACT,
        ),
        Field(
            "sites",
            gettext_noop("Websites that may show that page in a frame"),
            is_long=True,
            check=fault_of_sites,
            help=gettext_noop("One on each line, as https://www.example.com."),
            group=CONTACT,
            is_rare=True,
        ),
        Field("imap_folder", gettext_noop("Folder"), default="INBOX", is_rare=True),
        Field(
            "mark_seen",
            gettext_noop("Mark mail as read in the mailbox"),
            choices=("", "yes"),
            empty=gettext_noop("no"),
            is_rare=True,
        ),
        Field("move_to", gettext_noop("Move mail to this folder of the mailbox"), is_rare=True),
        Field(
            "backend",
            gettext_noop("Provider"),
            help=gettext_noop("Instead of SMTP: a provider that django-anymail knows, as in postmark or mailgun."),
            is_rare=True,
        ),
        Field("backend_settings", gettext_noop("Settings of the provider (JSON)"), secret=True, is_rare=True),
        Field(
            "reply_pattern",
            gettext_noop("Pattern of reply addresses"),
            help=gettext_noop(
                "Where the mailbox drops plus addresses but the domain takes any: ticket-{token}@example.org"
            ),
            is_rare=True,
        ),
        Field(
            request_line.SETTING,
            gettext_noop("Link to “your request”"),
            default=request_line.FIRST,
            choices=(request_line.FIRST, request_line.ALWAYS, request_line.NEVER),
            called=(gettext_noop("in the acknowledgement"), gettext_noop("in every mail"), gettext_noop("in none")),
            help=gettext_noop(
                "Which mails carry a link to a page where the customer reads and answers. It needs a public https address."
            ),
        ),
    )

    @classmethod
    def providers(cls) -> list[tuple[str, str]]:
        """Those of the table: a domain of one's own may be hosted with any of them."""
        return list(choices())

    @classmethod
    def suggest(cls, address: str, typed: dict[str, Any]) -> Suggestion | None:
        """The servers of the usual providers, by the domain of the address; a server or a password that was typed goes first."""
        preset = preset_named(str(typed.get("provider") or "")) or preset_for(address)
        if preset is None:
            return None
        found = preset.settings(address)
        if typed.get("imap_password"):
            found.pop("sign_in", None)
        for way, names in {"imap_": ("imap_host",), "smtp_": ("smtp_host", "backend")}.items():
            if any(typed.get(name) for name in names):
                found = {name: value for name, value in found.items() if not name.startswith(way)}
        return Suggestion(preset.name, found, preset.words())

    def sign_ins(self) -> list[tuple[str, str]]:
        """Where it signs in already, or its provider wants it to."""
        config = self.account.config
        preset = preset_for(self.account.address) or preset_of_host(str(config.get("imap_host") or ""))
        keys = dict.fromkeys([str(config.get("sign_in") or ""), preset.sign_in if preset else ""])
        return [(key, str(settings.OAUTH[key]["name"])) for key in keys if key in settings.OAUTH]

    def read(self, raw: bytes) -> list[Notice]:
        """A mail is one message, whatever it holds."""
        return [Notice("message")]

    def message(self, notice: Notice, raw: bytes) -> bytes:
        """A mail stands for itself."""
        return raw

    def connect(self) -> None:
        """Begin reading at the next mail, when "now" is wanted. Raises NotConnected when the mailbox cannot be opened."""
        if str(self.account.config.get("since") or "now") == "now" and not self.account.state.get("imap"):
            try:
                imap.begin_now(self.account)
            except (TurnedAway, Unreachable) as error:
                raise NotConnected(str(error)) from error

    def poll(self, stop: Callable[[], bool]) -> None:
        """Read the mailbox by IMAP until `stop()`; at once back when none is set up."""
        imap.poll(self.account, stop)

    def probe(self) -> Probe:
        """Sign in at both servers and say what is wrong; nothing is sent. A fault in one way names that way."""
        ways = {_(RECEIVING): self._probe_in(), _(SENDING): self._probe_out()}
        faults = [health for words, health in ways.values() if words]
        reason = " ".join(f"{way}: {words}" for way, (words, _health) in ways.items() if words)
        worst = Health.CUT_OFF if Health.CUT_OFF in faults else Health.DEGRADED if faults else Health.WORKING
        return Probe(worst, reason, tuple((way, words) for way, (words, _health) in ways.items()))

    def _probe_in(self) -> tuple[str, str]:
        """What is wrong with IMAP. Mail that cannot be fetched cuts nothing off: sending may still work."""
        fault = imap.probe(self.account)
        return fault, Health.DEGRADED

    def _probe_out(self) -> tuple[str, str]:
        try:
            ways.way_of(self.account).probe()
        except NotSent as error:
            health = Health.CUT_OFF if error.kind == CUT_OFF else Health.DEGRADED
            return error.reason, health
        return "", Health.WORKING

    def way_out(self) -> str:
        """By a server, by a provider, or only into a folder; and where its contact page is, if it has one."""
        page = f"{settings.SITE_URL}/contact/{self.account.public_id}/"
        told = _("its contact page: %s") % page if self.account.config.get("contact_page") == "yes" else ""
        return " · ".join(filter(None, [way_out(self.account), told]))

    def render(self, outgoing: Outgoing) -> bytes:
        """The mail as it is really sent."""
        return render.render(outgoing)

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        """All recipients in one transaction, settled one by one."""
        return ways.way_of(self.account).send(outgoing, rendered, done)

    def examine(self, seconds: float) -> list[str]:
        """Where mail goes, and whether mail to signed reply addresses comes back: the account carries them only then."""
        return [way_out(self.account), proof.prove(self.account, seconds)]

    def reply_address(self, message: Message) -> str:
        """The signed address, "" where the mailbox takes none."""
        return render.reply_address(self.account, message)
