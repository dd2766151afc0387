"""OAuth 2.0 as a mail program needs it: a consent page (RFC 6749 with PKCE, RFC 7636), a device code (RFC 8628), and refreshing.

Talks to the authorization servers of settings.OAUTH and keeps nothing; tickets/mail/grants.py keeps what they give.
"""

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tickets.mail.server import is_loopback

ANSWER_SECONDS = 15
LARGEST_ANSWER = 256 * 1024
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# What decides that asking again is of no use before a person has signed in anew (RFC 6749 §5.2).
LOST = ("invalid_grant", "invalid_client", "unauthorized_client", "interaction_required", "consent_required")


class Refused(Exception):
    """The authorization server said no. `code`: its error code; the text: what that means, with its own words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code

    @property
    def is_lost(self) -> bool:
        """Whether only a new sign-in helps."""
        return self.code in LOST


class NoAnswer(Exception):
    """The authorization server cannot be reached, or answers what cannot be understood; the text says it."""


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """Where people consent, and how this helpdesk is registered there."""

    key: str
    name: str
    authorize: str
    token: str
    device: str  # "" where there is no device code for mail
    scope: str
    client_id: str
    client_secret: str
    extra: Mapping[str, str]  # more that its consent page wants to know

    @property
    def is_registered(self) -> bool:
        """Whether an administrator has registered this helpdesk there."""
        return bool(self.client_id)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gave. `refresh` is empty where the one at hand stays in force."""

    access: str
    refresh: str
    seconds: int


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types where: `user_code` at `url`; until then we ask every `interval` seconds."""

    device_code: str
    user_code: str
    url: str
    interval: float
    seconds: float


def server(key: str) -> AuthorizationServer:
    """Return an authorization server of settings.OAUTH. Raises KeyError."""
    return AuthorizationServer(key=key, **settings.OAUTH[key])


def new_verifier() -> str:
    """Return a new secret of a sign-in: the proof that who began it ends it (RFC 7636 §4.1)."""
    return secrets.token_urlsafe(48)


def consent_url(at: AuthorizationServer, address: str, redirect_uri: str, state: str, verifier: str) -> str:
    """Return the address of the consent page for a mailbox."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": at.client_id,
        "redirect_uri": redirect_uri,
        "scope": at.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": address,
        **at.extra,
    }
    return f"{at.authorize}?{urlencode(asked)}"


def exchange(at: AuthorizationServer, code: str, redirect_uri: str, verifier: str) -> Tokens:
    """Return the tokens for the code that a consent page gave. Raises Refused, NoAnswer."""
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return _tokens(at, _post(at, at.token, given), first=True)


def refresh(at: AuthorizationServer, refresh_token: str) -> Tokens:
    """Return new tokens. Raises Refused, NoAnswer."""
    given = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": at.scope}
    return _tokens(at, _post(at, at.token, given), first=False)


def begin_device(at: AuthorizationServer) -> DeviceCode:
    """Ask for a code that a person types on another machine. Raises Refused, NoAnswer."""
    found = _post(at, at.device, {"scope": at.scope})
    try:
        return DeviceCode(
            str(found["device_code"]),
            str(found["user_code"]),
            str(found.get("verification_uri") or found["verification_url"]),
            float(found.get("interval", 5)),
            float(found["expires_in"]),
        )
    except (KeyError, TypeError, ValueError):
        raise NoAnswer(_("%s gave no code.") % at.name) from None


def wait_for_device(at: AuthorizationServer, code: DeviceCode, sleep: Callable[[float], None] = time.sleep) -> Tokens:
    """Ask until the person has consented (RFC 8628 §3.5). Raises Refused when they did not, or took too long; NoAnswer."""
    interval, over = code.interval, time.monotonic() + code.seconds
    while True:
        sleep(interval)
        try:
            given = {"grant_type": DEVICE_GRANT, "device_code": code.device_code}
            return _tokens(at, _post(at, at.token, given), first=True)
        except Refused as refused:
            if refused.code == "slow_down":
                interval += 5
            elif refused.code != "authorization_pending" or time.monotonic() > over:
                raise


def _tokens(at: AuthorizationServer, found: Mapping[str, Any], first: bool) -> Tokens:
    access, again = str(found.get("access_token") or ""), str(found.get("refresh_token") or "")
    if not access:
        raise NoAnswer(_("%s gave no token.") % at.name)
    if first and not again:
        words = _("%s allowed it for an hour only. Take the access away in the account there, and sign in again here.")
        raise Refused("no_refresh_token", words % at.name)
    if not _covers_mail(at, str(found.get("scope") or at.scope)):
        words = _("%s gave no access to mail: on its page each kind of access has to be allowed. Sign in again.")
        raise Refused("insufficient_scope", words % at.name)
    return Tokens(access, again, _seconds(found.get("expires_in")))


def _covers_mail(at: AuthorizationServer, given: str) -> bool:
    """Whether all was allowed that was asked for; a server may name it in short."""
    wanted = (scope for scope in at.scope.split() if scope != "offline_access")
    return all((scope.rpartition("/")[2] or scope).lower() in given.lower() for scope in wanted)


def _seconds(said: Any) -> int:
    try:
        return max(0, min(int(said), 7 * 24 * 3600))
    except (TypeError, ValueError):
        return 3600


def _post(at: AuthorizationServer, url: str, given: Mapping[str, str]) -> Mapping[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise NoAnswer(_("%(url)s is not encrypted: no secret is sent there.") % {"url": url})
    body = {"client_id": at.client_id, **given}
    if at.client_secret:
        body["client_secret"] = at.client_secret
    request = urllib.request.Request(url, urlencode(body).encode(), {"Accept": "application/json"})  # noqa: S310
    try:
        with _OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
            return _read(at, answer.read(LARGEST_ANSWER), answer.status)
    except urllib.error.HTTPError as error:
        with error:
            found = _read(at, error.read(LARGEST_ANSWER), error.code)
        _refuse(at, found, error.code)
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        words = _("%(name)s cannot be asked for a token: %(why)s")
        raise NoAnswer(words % {"name": parts.hostname, "why": why}) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token endpoint never sends one elsewhere; secrets do not follow."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _read(at: AuthorizationServer, body: bytes, status: int) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NoAnswer(_("%(name)s answered %(status)s, and no token.") % {"name": at.name, "status": status})
    return found


def _refuse(at: AuthorizationServer, found: Mapping[str, Any], status: int) -> NoReturn:
    code = str(found.get("error") or status)[:80]
    if status >= 500 or code in ("temporarily_unavailable", "server_error"):
        raise NoAnswer(_("%(name)s answered %(status)s, and no token.") % {"name": at.name, "status": code})
    raise refusal(at, code, str(found.get("error_description") or ""))


def refusal(at: AuthorizationServer, code: str, said: str = "") -> Refused:
    """Return the error for a code of the authorization server: what it means and what to do, and its own words."""
    meanings = {
        "access_denied": _("the consent was refused. Sign in again, and allow access to mail"),
        "expired_token": _("nobody entered the code in time. Begin again"),
        "authorization_pending": _("nobody entered the code in time. Begin again"),
        "invalid_grant": _("it no longer accepts the sign-in: it was taken back, has run out, or the password was changed. Sign in again"),
        "invalid_client": _("it does not know this helpdesk, or its secret has run out. Look at the registration (docs/oauth.md)"),
        "unauthorized_client": _("it does not know this helpdesk, or its secret has run out. Look at the registration (docs/oauth.md)"),
        "invalid_scope": _("the registration of this helpdesk does not include mail. Look at the registration (docs/oauth.md)"),
        "redirect_uri_mismatch": _("the address of this helpdesk is not registered there. Look at the registration (docs/oauth.md)"),
        "slow_down": _("it was asked too often"),
    }  # fmt: skip
    words = meanings.get(code, _("it refused"))
    own = " ".join(said.split())[:300]
    return Refused(code, f"{at.name}: {words}. ({code}{': ' + own if own else ''})")
