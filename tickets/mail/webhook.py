"""Mail that a provider pushes: the receiver of django-anymail's inbound signal, behind anymail's own checks of the sender.

It only stores. A failure raises, which becomes a 500, and the provider sends again; what came before is known again.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from anymail.signals import inbound
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tickets.inbox.accept import accept
from tickets.mail.heads import head_of
from tickets.mail.routes import first_mailbox, load
from tickets.mime.addresses import mailboxes
from tickets.mime.headers import looks_like_fields
from tickets.models import Account

# Where providers put the mail as it came, before anybody read it; beside some stands whether it is in base64.
FORM_FIELDS = ("body-mime", "email")
PATHS = (("RawEmail",), ("msg", "raw_msg"), ("data", "raw"), ("message",), ("raw",), ("content", "email_rfc822"))
BASE64_FLAGS = ("base64", "email_rfc822_is_base64")


def connect() -> None:
    """Listen to anymail from now on; called once, when the app is ready."""
    inbound.connect(take_in, dispatch_uid="holdfast")


def take_in(sender: Any, event: Any, esp_name: str, **_more: Any) -> None:
    """Store one mail that a provider brought. Raises OSError or DatabaseError when it is not stored."""
    if getattr(sender, "warn_if_no_basic_auth", True) and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        # This provider signs nothing: without a secret anybody could write here in its name.
        raise PermissionDenied("Set ANYMAIL_WEBHOOK_SECRET, and give the provider an address with user and password.")
    raw = raw_of(event)
    recipients = recipients_of(event.message)
    envelope = {"from": event.message.envelope_sender, "to": recipients}
    key = f"{esp_name}:{event.event_id}"[:200] if event.event_id else None
    for account in accounts_for([*recipients, *named_in(raw)]):
        accept(account, raw, source="webhook", key=key, envelope=envelope)


def recipients_of(message: Any) -> list[str]:
    """Return the envelope's recipients, as far as the provider tells."""
    return [box.address for box in mailboxes(message.envelope_recipient or "")]


def named_in(raw: bytes) -> list[str]:
    """Return whom the mail itself says it is for."""
    head = head_of(raw)
    values = [value for name in ("Delivered-To", "X-Original-To", "To", "Cc") for value in head.get_all(name)]
    return [box.address for value in values for box in mailboxes(value)]


def accounts_for(addresses: list[str]) -> list[Account]:
    """Return the mailbox of the first address that has one; else the catch-all, so that nothing is lost."""
    routes = load()
    found = next((account for address in addresses if (account := routes.find(address))), None)
    return [found or routes.catch_all or first_mailbox()]


def raw_of(event: Any) -> bytes:
    """Return the mail as the provider got it; where it gives only parts, the mail that anymail made of them."""
    for text in _given(event.esp_event):
        raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        if looks_like_fields(raw[:1000]):
            return raw
    message = event.message
    try:
        made: bytes = message.as_bytes(policy=message.policy.clone(refold_source="none"))
    except (UnicodeError, ValueError, LookupError, KeyError, AttributeError):
        made = message.as_string().encode("utf-8", "replace")
    return made


def _given(esp_event: Any) -> Iterator[str | bytes]:
    if isinstance(esp_event, HttpRequest):
        yield from (esp_event.POST[name] for name in FORM_FIELDS if name in esp_event.POST)
    for path in PATHS:
        place, value = None, esp_event
        for name in path:
            place, value = value, value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str) and isinstance(place, Mapping):
            yield _decoded(value) if any(place.get(flag) is True for flag in BASE64_FLAGS) else value


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except binascii.Error:
        return b""
