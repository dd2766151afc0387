"""The settings of the usual mail providers, found by the domain of an address. A table: nobody is asked, no network is needed.

Hosts and ports are what each provider's own help pages name for mail programs. A domain that is not here may still be hosted
with one of them (a company's own): such a provider is chosen by its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets.mail.server import SSL, STARTTLS

GOOGLE, MICROSOFT = "google", "microsoft"
APP_PASSWORD = gettext_noop(
    "%(provider)s takes no ordinary password from mail programs: make an app password in the security settings of the "
    "account, and enter that one."
)
SWITCHED_ON = gettext_noop("Access by IMAP has to be switched on in the settings of %(provider)s first.")
BOTH = gettext_noop(
    "Access by IMAP has to be switched on in the settings of %(provider)s first, and needs an app password made there."
)
BY_CONSENT = gettext_noop(
    "%(provider)s takes no ordinary password from mail programs: sign in with the button, and no password is needed here."
)
GOOGLES = gettext_noop(
    "%(provider)s takes no ordinary password from mail programs: sign in with the button, or make an app password "
    "(Google account, Security, 2-Step Verification) and enter that one."
)
TELEKOM = gettext_noop(
    "%(provider)s has a password of its own for mail programs; set it in the customer centre, under Email."
)
FREE = gettext_noop(
    "Sending with a password (“SMTP authentifié”) has to be switched on in the account at %(provider)s first."
)


@dataclass(frozen=True, slots=True)
class Preset:
    """How to reach one provider's mailboxes.

    `domains`: those whose addresses are surely there, divided by spaces; none: it is chosen by its name.
    """

    key: str
    name: str
    imap: str
    smtp: str
    domains: str = ""
    smtp_port: int = 465
    hint: str = ""
    sign_in: str = ""  # google, microsoft: by OAuth
    user_is_local: bool = False  # the IMAP user is what stands before the @

    def words(self) -> str:
        """What to know before the password is typed; "" for nothing."""
        return _(self.hint) % {"provider": self.name} if self.hint else ""

    def settings(self, address: str) -> dict[str, str]:
        """Return an account's settings, as its form and `account add` name them."""
        found = {
            "imap_host": self.imap,
            "imap_port": "993",
            "imap_security": SSL,
            "imap_user": address.partition("@")[0] if self.user_is_local else address,
            "smtp_host": self.smtp,
            "smtp_port": str(self.smtp_port),
            "smtp_security": SSL if self.smtp_port == 465 else STARTTLS,
            "smtp_user": address,
        }
        return found | {"sign_in": self.sign_in} if self.sign_in else found


_OUTLOOK = (
    "outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.pt outlook.com.br hotmail.com hotmail.de hotmail.fr "
    "hotmail.es hotmail.it hotmail.co.uk hotmail.com.br live.com live.de live.fr live.it live.co.uk live.nl msn.com"
)
_YAHOO = (
    "yahoo.com yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.uk yahoo.com.br yahoo.ca yahoo.co.in yahoo.gr ymail.com "
    "rocketmail.com myyahoo.com"
)

PRESETS: tuple[Preset, ...] = (
    Preset("gmail", "Gmail", "imap.gmail.com", "smtp.gmail.com", "gmail.com googlemail.com", 465, GOOGLES, GOOGLE),
    Preset("workspace", "Google Workspace", "imap.gmail.com", "smtp.gmail.com", "", 465, GOOGLES, GOOGLE),
    Preset("outlook", "Outlook.com", "outlook.office365.com", "smtp-mail.outlook.com", _OUTLOOK, 587, BY_CONSENT, MICROSOFT),
    Preset("office365", "Microsoft 365", "outlook.office365.com", "smtp.office365.com", "", 587, BY_CONSENT, MICROSOFT),
    Preset("yahoo", "Yahoo", "imap.mail.yahoo.com", "smtp.mail.yahoo.com", _YAHOO, 465, APP_PASSWORD),
    Preset("aol", "AOL", "imap.aol.com", "smtp.aol.com", "aol.com aol.de aol.fr aim.com", 465, APP_PASSWORD),
    Preset("icloud", "iCloud", "imap.mail.me.com", "smtp.mail.me.com", "icloud.com me.com mac.com", 587, APP_PASSWORD, "", True),
    Preset("gmx", "GMX", "imap.gmx.net", "mail.gmx.net", "gmx.de gmx.net gmx.at gmx.ch gmx.eu gmx.info", 465, SWITCHED_ON),
    Preset("gmx-com", "GMX", "imap.gmx.com", "mail.gmx.com", "gmx.com gmx.us gmx.co.uk gmx.fr gmx.es mail.com", 465, SWITCHED_ON),
    Preset("web-de", "WEB.DE", "imap.web.de", "smtp.web.de", "web.de email.de", 587, SWITCHED_ON),
    Preset("t-online", "T-Online", "secureimap.t-online.de", "securesmtp.t-online.de", "t-online.de magenta.de", 465, TELEKOM),
    Preset("freenet", "freenet", "mx.freenet.de", "mx.freenet.de", "freenet.de", 587, SWITCHED_ON),
    Preset("posteo", "Posteo", "posteo.de", "posteo.de", "posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch"),
    Preset("mailbox", "mailbox.org", "imap.mailbox.org", "smtp.mailbox.org", "mailbox.org"),
    Preset("fastmail", "Fastmail", "imap.fastmail.com", "smtp.fastmail.com", "fastmail.com fastmail.fm", 465, APP_PASSWORD),
    Preset("zoho", "Zoho", "imap.zoho.com", "smtp.zoho.com", "zoho.com zohomail.com", 465, SWITCHED_ON),
    Preset("zoho-eu", "Zoho (Europe)", "imap.zoho.eu", "smtp.zoho.eu", "zoho.eu zohomail.eu", 465, SWITCHED_ON),
    Preset("yandex", "Yandex", "imap.yandex.com", "smtp.yandex.com", "yandex.ru yandex.com ya.ru yandex.by yandex.kz yandex.ua", 465, BOTH),
    Preset("mail-ru", "Mail.ru", "imap.mail.ru", "smtp.mail.ru", "mail.ru inbox.ru list.ru bk.ru internet.ru", 465, APP_PASSWORD),
    Preset("rambler", "Rambler", "imap.rambler.ru", "smtp.rambler.ru", "rambler.ru lenta.ru ro.ru", 465, SWITCHED_ON),
    Preset("ukr-net", "UKR.NET", "imap.ukr.net", "smtp.ukr.net", "ukr.net", 465, BOTH),
    Preset("i-ua", "I.UA", "imap.i.ua", "smtp.i.ua", "i.ua ua.fm email.ua", 465, SWITCHED_ON),
    Preset("meta-ua", "META.UA", "imap.meta.ua", "smtp.meta.ua", "meta.ua", 465, SWITCHED_ON),
    Preset("orange", "Orange", "imap.orange.fr", "smtp.orange.fr", "orange.fr wanadoo.fr"),
    Preset("free", "Free", "imap.free.fr", "smtp.free.fr", "free.fr", 465, FREE),
    Preset("sfr", "SFR", "imap.sfr.fr", "smtp.sfr.fr", "sfr.fr neuf.fr"),
    Preset("laposte", "La Poste", "imap.laposte.net", "smtp.laposte.net", "laposte.net"),
    Preset("ovh", "OVHcloud", "ssl0.ovh.net", "ssl0.ovh.net"),
    Preset("ionos", "IONOS", "imap.ionos.de", "smtp.ionos.de", "online.de onlinehome.de"),
    Preset("1und1", "1&1", "imap.1und1.de", "smtp.1und1.de"),
    Preset("strato", "STRATO", "imap.strato.de", "smtp.strato.de"),
    Preset("hetzner", "Hetzner", "mail.your-server.de", "mail.your-server.de"),
    Preset("aruba", "Aruba", "imaps.aruba.it", "smtps.aruba.it", "aruba.it technet.it"),
    Preset("libero", "Libero", "imapmail.libero.it", "smtp.libero.it", "libero.it inwind.it iol.it blu.it giallo.it", 465, APP_PASSWORD),
    Preset("virgilio", "Virgilio", "in.virgilio.it", "out.virgilio.it", "virgilio.it"),
    Preset("tiscali", "Tiscali", "imap.tiscali.it", "smtp.tiscali.it", "tiscali.it"),
    Preset("terra", "Terra", "imap.terra.com.br", "smtp.terra.com.br", "terra.com.br", 587),
    Preset("uol", "UOL", "imap.uol.com.br", "smtps.uol.com.br", "uol.com.br", 587),
    Preset("bol", "BOL", "imap.bol.com.br", "smtps.bol.com.br", "bol.com.br", 587),
    Preset("sapo", "SAPO", "imap.sapo.pt", "smtp.sapo.pt", "sapo.pt"),
    Preset("seznam", "Seznam", "imap.seznam.cz", "smtp.seznam.cz", "seznam.cz email.cz post.cz"),
    Preset("onet", "Onet", "imap.poczta.onet.pl", "smtp.poczta.onet.pl", "onet.pl onet.eu op.pl vp.pl", 465, SWITCHED_ON),
    Preset("wp", "WP", "imap.wp.pl", "smtp.wp.pl", "wp.pl", 465, SWITCHED_ON),
)  # fmt: skip
_BY_DOMAIN = {domain: preset for preset in PRESETS for domain in preset.domains.split()}
_BY_KEY = {preset.key: preset for preset in PRESETS}


def preset_for(address: str) -> Preset | None:
    """Return the provider that an address belongs to by its domain, None when it is not in the table."""
    return _BY_DOMAIN.get(address.rpartition("@")[2].strip().lower())


def preset_named(key: str) -> Preset | None:
    """Return a provider by its key, for a domain of one's own that is hosted there."""
    return _BY_KEY.get(key)


def preset_of_host(host: str) -> Preset | None:
    """Return the provider whose IMAP or SMTP server this is."""
    return next((preset for preset in PRESETS if host.lower() in (preset.imap, preset.smtp)), None)


def hint_for(host: str) -> str:
    """Return what the provider of a server wants of mail programs, in words; "" for any other server."""
    preset = preset_of_host(host)
    return preset.words() if preset else ""


def choices() -> Iterator[tuple[str, str]]:
    """Yield key and name of every provider, by name."""
    yield from sorted(((preset.key, preset.name) for preset in PRESETS), key=lambda pair: pair[1].lower())
