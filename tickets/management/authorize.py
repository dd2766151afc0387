"""`manage.py account authorize`: sign a mailbox in by consent without the web: by a device code, or by a link whose answer is pasted."""

import hmac
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.management import CommandError
from django.utils.translation import gettext as _

from tickets.channels import NotConnected
from tickets.mail import grants, oauth
from tickets.mail.presets import preset_for, preset_of_host
from tickets.management.accounts import command_line
from tickets.models import Account

LOOPBACK = "http://127.0.0.1/"  # where nothing listens: the browser shows the address that it could not open
Say = Callable[[str], None]


def authorize(account: Account, key: str, say: Say, ask: Callable[[str], str]) -> str:
    """Sign an account in at `key`, "" for the provider that it belongs to; return the name. Raises CommandError."""
    at = _server(account, key)
    try:
        tokens = _by_device(at, say) if at.device else _by_link(at, account, say, ask)
        grants.keep(account, at.key, tokens, command_line())
    except (oauth.Refused, oauth.NoAnswer, NotConnected) as error:
        raise CommandError(str(error)) from None
    return at.name


def _server(account: Account, key: str) -> oauth.AuthorizationServer:
    preset = preset_for(account.address) or preset_of_host(str(account.config.get("imap_host") or ""))
    wanted = key or str(account.config.get("sign_in") or "") or (preset.sign_in if preset else "")
    if wanted not in settings.OAUTH:
        words = _("Say where %(address)s signs in: --at %(known)s")
        raise CommandError(words % {"address": account.address, "known": "|".join(settings.OAUTH)})
    at = oauth.server(wanted)
    if not at.is_registered:
        words = _(
            "This helpdesk is not registered at %(name)s yet: set OAUTH_%(key)s_CLIENT_ID. docs/oauth.md says how."
        )
        raise CommandError(words % {"name": at.name, "key": wanted.upper()})
    return at


def _by_device(at: oauth.AuthorizationServer, say: Say) -> oauth.Tokens:
    code = oauth.begin_device(at)
    say(
        _("Open %(url)s in any browser and enter the code %(code)s. Waiting…")
        % {"url": code.url, "code": code.user_code}
    )
    return oauth.wait_for_device(at, code)


def _by_link(at: oauth.AuthorizationServer, account: Account, say: Say, ask: Callable[[str], str]) -> oauth.Tokens:
    state, verifier = secrets.token_urlsafe(24), oauth.new_verifier()
    say(_("Open this address in any browser and allow access to mail:"))
    say(oauth.consent_url(at, account.address, LOOPBACK, state, verifier))
    say(_("The browser then says that a page at 127.0.0.1 cannot be opened. Copy that page's address."))
    found = {name: values[0] for name, values in parse_qs(urlsplit(ask(_("Address: ")).strip()).query).items()}
    if not hmac.compare_digest(found.get("state", "").encode(), state.encode()):
        raise CommandError(_("This is not the address that belongs to this sign-in. Begin again."))
    if "error" in found:
        raise CommandError(str(oauth.refusal(at, found["error"], found.get("error_description", ""))))
    return oauth.exchange(at, found.get("code", ""), LOOPBACK, verifier)
